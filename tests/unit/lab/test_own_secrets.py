"""A rehearsal does not use the production's passwords, and other users cannot read them from the lab's controller."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from lab import own_secrets
from lab.apic.helpers import _local

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
    assert len(found) == 4


def test_what_is_no_cluster_is_left_out():
    assert list(own_secrets.second_inventory({"host": {"other": 1}}, KEY)) == ["hosts.yml"]


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "apic" / "token"
    first = own_secrets.kept(path)
    assert (own_secrets.kept(path), len(first)) == (first, 32)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


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
