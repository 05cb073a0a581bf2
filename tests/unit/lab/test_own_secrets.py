"""A rehearsal does not use the production's passwords, and other users cannot read them from the lab's controller."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from lab import __main__ as command_line
from lab import own_secrets
from lab.apic.helpers import Helpers, _local
from lab.context import Lab
from tests.programs import ROOT

KEY = "k" * 32


def resolved(tmp_path: Path, first: str) -> dict:
    """The variables of a cluster as Ansible sees them, with its inventory and the second one."""
    inventory, second = tmp_path / "first", tmp_path / "second"
    (inventory / "host_vars").mkdir(parents=True)
    (inventory / "hosts.yml").write_text("clusters: {hosts: {prod: , other: }}\n")
    (inventory / "host_vars" / "prod.yml").write_text(first)
    for name, text in own_secrets.second_inventory(own_secrets._variables(inventory), KEY).items():
        path = second / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    program = str(Path(sys.executable).with_name("ansible"))
    command = [program, "prod", "-i", inventory, "-i", second, "-c", "local", "-m", "ansible.builtin.debug"]
    done = subprocess.run(
        [*command, "-a", "var=kubefabric_cluster"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "production" not in "".join(path.read_text() for path in second.rglob("*.yml"))
    return json.loads(done.stdout.partition("=> ")[2])["kubefabric_cluster"]


STAND_IN = own_secrets._stand_in("prod", "password", KEY)


@pytest.mark.parametrize(
    ("text", "bgp"),
    [
        ("kubefabric_cluster: {asn: 1, bgp: {hold: 9, password: production}}", {"hold": 9, "password": STAND_IN}),
        (
            "secret: '{{ [''pro'', ''duction''] | join }}'\n"
            "kubefabric_cluster: {asn: 1, bgp: {password: '{{ secret }}'}}",
            {"password": STAND_IN},
        ),
        ("secret: ''\nkubefabric_cluster: {asn: 1, bgp: {password: '{{ secret }}'}}", {"password": ""}),
        ("kubefabric_cluster: {asn: 1, bgp: {hold: 9}}", {"hold": 9}),
        (
            "secret: '{{ [''pro'', ''duction''] | join }}'\n"
            "whole: {asn: 1, bgp: {hold: 9, password: '{{ secret }}'}}\nkubefabric_cluster: '{{ whole }}'",
            {"hold": 9, "password": STAND_IN},
        ),
    ],
)
def test_a_password_has_a_stand_in_wherever_it_comes_from(tmp_path, text, bgp):
    assert resolved(tmp_path, text) == {"asn": 1, "bgp": bgp}


def test_secrets_from_a_vault_stay_encrypted():
    before = {"__ansible_vault": "$ANSIBLE_VAULT;1.1;AES256\n6162\n"}
    files = own_secrets.second_inventory({"prod": {"kubefabric_cluster": {"bgp": {"password": before}}}}, KEY)
    assert "kubefabric_lab_before_password: !vault |" in files["host_vars/prod.yml"]
    assert "$ANSIBLE_VAULT;1.1;AES256" in files["host_vars/prod.yml"]


def test_clusters_and_secrets_have_different_stand_ins():
    found = {own_secrets._stand_in(host, name, KEY) for host in ("a", "b") for name in own_secrets.STAND_INS}
    assert len(found) == 6


def test_what_is_no_cluster_is_left_out():
    assert list(own_secrets.second_inventory({"host": {"other": 1}}, KEY)) == ["hosts.yml"]


@pytest.fixture
def lab(tmp_path, monkeypatch) -> Lab:
    monkeypatch.setattr(Lab, "directory", tmp_path / "lab")
    return Lab("unit")


def inventory(directory: Path, **bgp: str) -> Path:
    """An inventory with one cluster."""
    (directory / "host_vars").mkdir(parents=True)
    (directory / "hosts.yml").write_text(f"clusters: {{hosts: {{{directory.name}: }}}}\n")
    (directory / "host_vars" / f"{directory.name}.yml").write_text(json.dumps({"kubefabric_cluster": {"bgp": bgp}}))
    return directory


def comes_up(lab: Lab) -> None:
    """The controller's part of ``lab up``."""
    path = lab.file("apic", "state.json")
    path.write_text("{}")


def second(lab: Lab) -> dict[str, str]:
    """The second inventory, by file."""
    place = lab.directory / own_secrets.DIRECTORY
    return {str(path.relative_to(place)): path.read_text() for path in place.rglob("*.yml")}


def test_a_running_lab_takes_another_inventory_and_forgets_the_first_ones_stand_ins(lab, tmp_path):
    own_secrets.of_its_own(lab, inventory(tmp_path / "one", password="production"))
    comes_up(lab)
    before = own_secrets.password(lab)
    own_secrets.of_its_own(lab, inventory(tmp_path / "two", password="production"))
    assert sorted(second(lab)) == ["host_vars/two.yml", "hosts.yml"]
    assert own_secrets.password(lab) == before
    own_secrets.of_the_example(lab)
    assert (second(lab), own_secrets.password(lab)) == ({}, before)


@pytest.mark.parametrize("first", [own_secrets.of_the_example, own_secrets.given])
def test_a_lab_without_secrets_of_its_own_takes_no_inventory_that_needs_them(lab, tmp_path, first):
    first(lab)
    comes_up(lab)
    with pytest.raises(RuntimeError) as refused:
        own_secrets.of_its_own(lab, tmp_path / "mine")
    assert str(refused.value) == (
        f"lab unit was brought up without secrets of its own, and the passwords of {tmp_path}/mine would reach it: "
        "remove it first (python -m lab --name unit down), take another --name, or say --given-secrets"
    )


def test_a_lab_with_secrets_of_its_own_takes_no_given_ones(lab):
    own_secrets.of_the_example(lab)
    comes_up(lab)
    with pytest.raises(RuntimeError, match="lab unit was brought up with secrets of its own: remove it first"):
        own_secrets.given(lab)


def test_the_controllers_password_is_the_productions_only_where_it_is_given(lab, tmp_path, monkeypatch):
    monkeypatch.setenv("APIC_PASSWORD", "production")
    own_secrets.of_the_example(lab)
    assert own_secrets.password(lab) != "production"
    own_secrets.of_its_own(lab, inventory(tmp_path / "one"))
    assert own_secrets.password(lab) != "production"
    own_secrets.given(lab)
    assert own_secrets.password(lab) == "production"


ASKED = "{{ lookup('ansible.builtin.env', 'KUBEFABRIC_BGP_PASSWORD') }}"


@pytest.mark.parametrize(
    ("bgp", "takes"),
    [
        ({"password": ASKED}, True),
        ({}, True),
        ({"password": "production"}, False),
        ({"password": "{{ vault_bgp_password }}"}, False),
        ({"password": ASKED, "password_key": "{{ vault_digest_key }}"}, False),
    ],
)
def test_an_example_that_was_edited_may_have_secrets_that_the_lab_must_not_get(tmp_path, bgp, takes):
    assert own_secrets.takes_the_labs(inventory(tmp_path / "one", **bgp)) is takes


def test_the_example_takes_the_labs_secrets():
    assert own_secrets.takes_the_labs(ROOT / "inventory")


@pytest.mark.parametrize(
    ("inventory", "option", "as_it_is", "secrets"),
    [
        ("inventory", None, True, "example"),
        ("inventory", None, False, "own"),
        ("inventory", True, True, "own"),
        ("inventory", False, True, "given"),
        ("elsewhere", None, True, "own"),
        ("elsewhere", False, False, "given"),
    ],
)
def test_only_the_example_as_it_is_and_an_option_leave_the_stand_ins_out(
    monkeypatch, inventory, option, as_it_is, secrets
):
    monkeypatch.setattr(own_secrets, "takes_the_labs", lambda _inventory: as_it_is)
    assert command_line._whose(ROOT / inventory, option) == secrets


@pytest.mark.parametrize(("name", "own"), [("demo", False), ("rehearse", True)])
def test_a_rehearsal_has_secrets_of_its_own_whatever_the_inventory(name, own):
    command = ["make", "-n", "demo", f"LAB={name}", "INVENTORY=inventory"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (up,) = [line for line in told.splitlines() if f"-m lab --name {name} up" in line]
    assert ("--own-secrets" in up) is own


def test_an_empty_token_is_refused_since_nothing_would_be_asked_for(tmp_path):
    token = tmp_path / "token"
    token.write_text("\n")
    command = [sys.executable, "-m", "lab.apic", "--port", "0", "--token-file", str(token)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, f"{token} is empty: give a file with a token" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("token", "given", "status"),
    [("", {}, 200), ("t", {}, 403), ("t", {"X-Lab-Token": "u"}, 403), ("t", {"X-Lab-Token": "t"}, 200)],
)
def test_the_controllers_helpers_ask_for_their_token(token, given, status):
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.json_response({})

    async def asked() -> int:
        app = web.Application()
        app.add_routes([web.get("/lab/tree", _local(handler, token))])
        async with TestClient(TestServer(app)) as client:
            return (await client.get("/lab/tree", headers=given)).status

    assert asyncio.run(asked()) == status


def test_without_the_token_the_count_of_requests_alone_is_shown():
    api = SimpleNamespace(controller=None, sessions=SimpleNamespace(expire_all=None), requests=Counter())
    routes = Helpers(api, "t").routes()  # type: ignore[arg-type]

    async def answered() -> set[str]:
        app = web.Application()
        app.add_routes(routes)
        async with TestClient(TestServer(app)) as client:
            return {route.path for route in routes if (await client.request(route.method, route.path)).status != 403}

    assert asyncio.run(answered()) == {"/lab/requests", "/lab/requests/reset"}
