"""A second password replaces that of the sessions leaf by leaf: the playbook of the fabric on the lab's controller."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.playbooks import Site

OLD, NEW = "of-the-old-year", "of-the-new-year"
FILE = "host_vars/k8s-prod.yml"


@pytest.fixture
def site(needs_catalog: Any, apic: Any, tmp_path: Any) -> Site:  # noqa: ARG001, F811
    return Site(tmp_path, apic)


def passwords(site: Site) -> dict[int, set[str]]:
    """The passwords of the peers on the controller, by leaf."""
    found: dict[int, set[str]] = {}

    def walk(documents: list[dict[str, Any]], leaf: int) -> None:
        for document in documents:
            ((cls, body),) = document.items()
            attributes = body.get("attributes") or {}
            place = re.search(r"node-(\d+)$", attributes.get("nodeDn", ""))
            if cls == "bgpPeerP":
                found.setdefault(leaf, set()).add(attributes["password"])
            walk(body.get("children") or [], int(place[1]) if place else leaf)

    walk([site.controller.tree()], 0)
    return found


def step(site: Site, **bgp: Any) -> str:
    """What a run says, with everything that Ansible shows; a second one changes nothing."""
    variables = site.read(FILE)
    given = {"password": OLD, "password_key": "0123456789abcdef", **bgp}
    kept = {key: value for key, value in variables["kubefabric_cluster"]["bgp"].items() if "password" not in key}
    variables["kubefabric_cluster"]["bgp"] = {**kept, **given}
    site.write(FILE, variables)
    said = site.succeed("fabric", "-vvv", "--diff")
    assert "changed=0" in site.succeed("fabric")
    for secret in (OLD, NEW):
        assert secret not in said
    return said


def test_each_step_changes_its_leaves_alone_and_shows_no_password(site: Site) -> None:
    step(site)
    assert passwords(site) == {leaf: {OLD} for leaf in (101, 102, 103, 104)}
    step(site, next_password=NEW, next_password_leaves=[101, 103])
    assert passwords(site) == {101: {NEW}, 102: {OLD}, 103: {NEW}, 104: {OLD}}
    step(site, next_password=NEW, next_password_leaves=[101, 102, 103, 104])
    assert passwords(site) == {leaf: {NEW} for leaf in (101, 102, 103, 104)}
    assert "changed=0" in step(site, password=NEW, next_password=NEW, next_password_leaves=[101, 102, 103, 104])
    assert "changed=0" in step(site, password=NEW)
