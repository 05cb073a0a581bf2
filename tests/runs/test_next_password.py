"""A second password replaces that of the sessions leaf by leaf: the playbook of the fabric on the lab's controller."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests import crds
from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.playbooks import Site

OLD, NEW = "of-the-old-year", "of-the-new-year"
FILE, SPACE = "host_vars/k8s-prod.yml", "calico-system"


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


def test_the_rotation_stops_where_sessions_are_missing_and_goes_on_from_there(site: Site, kubernetes: Any) -> None:
    """There are no leaves here, so that no session comes up; tests/lab/test_end_to_end.py has the whole way."""
    variables = site.read(FILE)
    variables["kubefabric_cluster"]["cni"] = "calico"  # no agent has to restart for it
    variables["kubefabric_cluster"]["bgp"] |= {"keepalive": 2, "hold": 6}
    site.write(FILE, variables)
    step(site)
    crds.apply(kubernetes, "calico")
    nodes = site.read("hosts.yml")["k8s_prod_nodes"]["hosts"]
    objects = [{"kind": "Node", "metadata": {"name": name}} for name in nodes]
    objects = [{"apiVersion": "v1", **one} for one in [*objects, {"kind": "Namespace", "metadata": {"name": SPACE}}]]
    kubernetes.kubectl_run("apply", "-f-", stdin=yaml.safe_dump_all(objects))
    where = {"kubefabric_kubeconfig": str(kubernetes.kubeconfig), "kubefabric_rotation_wait": 0}
    assert "has kubefabric_cluster.bgp.next_password" in site.fail("rotate_password", **where)

    step(site, next_password=NEW)
    half = {101: {NEW}, 102: {OLD}, 103: {NEW}, 104: {OLD}}
    for _attempt in range(2):
        said = site.fail("rotate_password", "-v", "--diff", **where)
        assert passwords(site) == half
        assert "0 of 12 sessions Established" in said
        assert OLD not in said and NEW not in said
    step(site, next_password=NEW, next_password_leaves=[101, 102, 103])
    site.fail("rotate_password", **where)
    assert passwords(site) == {101: {NEW}, 102: {NEW}, 103: {NEW}, 104: {OLD}}  # it takes no leaf back
