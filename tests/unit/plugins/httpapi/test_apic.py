"""Our httpapi plugin on netcommon's connection, against a server that answers in an APIC's place."""

from __future__ import annotations

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io import answers
from tests.hostile_apic import DRIPPING, hostile  # noqa: F401 - fixture

PATH = "/api/class/fvTenant.json"


@pytest.fixture
def send(hostile):  # noqa: F811
    """Sends a GET as a module does, and returns what it gets: status, msg, error …"""
    context = PlayContext()
    context.network_os = "kubefabric.bgp.apic"
    connection = connection_loader.get("ansible.netcommon.httpapi", context, "/dev/null")
    connection.set_options(
        var_options={
            "ansible_host": "127.0.0.1",
            "ansible_user": "admin",
            "ansible_password": "lab-Secret.1",
            "ansible_httpapi_port": hostile.port,
            "ansible_httpapi_use_proxy": False,
            "ansible_network_os": "kubefabric.bgp.apic",
            "ansible_command_timeout": 5,
        }
    )
    plugin = connection.httpapi
    plugin.set_params({})

    def send(status: int, body: bytes | None, **headers: str) -> dict:
        hostile.answer(status, body, **headers)
        return plugin.send_request("GET", PATH, None)

    return send


def test_an_answer_is_ciscos(send):
    assert send(200, b'{"imdata": []}')["body"] == '{"imdata": []}'
    assert send(400, b'{"imdata": [{"error": {}}]}')["status"] == 400


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_with_a_login(send, hostile, status):  # noqa: F811
    said = send(status, b"", Location=f"http://127.0.0.1:{hostile.port}/elsewhere")
    assert said["status"] == ""
    assert f"it redirects to http://127.0.0.1:{hostile.port}/elsewhere (HTTP {status})" in said["msg"]
    assert hostile.asked == [PATH]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nor_is_one_of_a_login(send, hostile, status):  # noqa: F811
    hostile.logins.append((status, b"", {"Location": f"http://127.0.0.1:{hostile.port}/elsewhere"}))
    assert f"it redirects to http://127.0.0.1:{hostile.port}/elsewhere" in send(200, b"")["msg"]
    assert hostile.asked == []


@pytest.mark.parametrize("status", [200, 400, 500])
def test_answers_have_limits(send, monkeypatch, status):
    monkeypatch.setattr(answers, "LARGEST", 1024 * 1024)
    assert "the answer is larger than 1 MiB" in send(status, None)["msg"]
    monkeypatch.setattr(answers, "LONGEST", 0.2)
    assert "the answer did not end within 0.2 s" in send(status, DRIPPING)["msg"]
