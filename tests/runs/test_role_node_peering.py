"""The role node_peering and the playbook nodes, run by ansible-playbook on images in place of hosts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.plans import whole
from tests.programs import play_nodes

ROOT = Path(__file__).resolve().parents[2]
ALONE = {
    "node_peering_asn": 65003,
    "node_peering_router_id": "192.168.2.1",
    "node_peering_password": "s3cret",
    "node_peering_vip": {"addresses": ["172.30.0.1"]},
    "node_peering_peers": [{"address": "192.168.2.201", "asn": 65002}],
    "node_peering_workloads": [
        {"name": "red", "asn": 65010, "ranges": ["10.1.0.0/16"], "pools": ["10.20.0.0/16"], "password": "inner"}
    ],
}
PLAN = {
    "cluster": "k8s-prod",
    "networks": {"node": ["192.168.2.0/24"], "pod": ["10.1.0.0/16"], "service": ["10.96.0.0/16"]},
    "bgp": {"keepalive": 1, "hold": 3, "ecmp": 32, "password": True},
    "nodes": {
        "host1": {
            "asn": 65003,
            "addresses": {"ipv4": "192.168.2.1"},
            "peers": [
                {
                    "leaf": 101,
                    "family": "ipv4",
                    "address": "192.168.2.201",
                    "local_address": "192.168.2.1",
                    "asn": 65002,
                }
            ],
        }
    },
}


@pytest.fixture
def play(tmp_path):
    """Runs the playbook ``nodes`` for host1, a node of k8s-prod, with some variables; returns ok and changed counts."""

    def run(*options: str, plan: dict | None = None, **variables: object) -> tuple[int, int, str]:
        clusters = {
            "k8s-prod": {"kubefabric_plan": whole(plan or {}), "kubefabric_cluster": {"bgp": {"password": "s3cret"}}}
        }
        clusters["red"] = {"kubefabric_plan": whole({}), "kubefabric_cluster": {"bgp": {"password": "inner-s3cret"}}}
        groups = {
            "clusters": {"hosts": clusters},
            "k8s_prod_nodes": {"hosts": {"host1": None}},
            "peering_hosts": {"hosts": {"host1": {"ansible_connection": "local", **variables}}},
        }
        done = play_nodes(tmp_path, groups, *options)
        recap = re.search(r"host1 +: ok=(\d+) +changed=(\d+)", done.stdout)
        assert "s3cret" not in done.stdout
        return (done.returncode, int(recap.group(2)) if recap else 0, done.stdout + done.stderr)

    return run


def test_an_image_is_brought_to_its_state_once(play, tmp_path):
    root = tmp_path / "image"
    assert play("--check", node_peering_root=str(root), **ALONE)[:2] == (0, 1)
    assert not root.exists()
    assert play("--diff", node_peering_root=str(root), **ALONE)[:2] == (0, 1)
    assert "neighbor 192.168.2.201 password s3cret\n" in (root / "etc/frr/frr.conf").read_text()
    assert play(node_peering_root=str(root), **ALONE)[:2] == (0, 0)


def test_files_for_a_review_hold_no_password(play, tmp_path):
    assert play(node_peering_render="only", **ALONE)[:2] == (0, 1)
    text = (tmp_path / "build/k8s-prod/nodes/host1/etc/frr/frr.conf").read_text()
    assert re.findall(r"password (\S+)", text) == ["<bgp-password>", "<bgp-password>"]


def test_a_plan_s_node_needs_no_variable_of_its_own(play, tmp_path):
    root = tmp_path / "image"
    assert play(plan=PLAN, node_peering_root=str(root))[:2] == (0, 1)
    text = (root / "etc/frr/frr.conf").read_text()
    for line in (
        "router bgp 65003",
        " bgp router-id 192.168.2.1",
        " neighbor 192.168.2.201 remote-as 65002",
        " neighbor 192.168.2.201 password s3cret",
        " neighbor 192.168.2.201 update-source 192.168.2.1",
        "  maximum-paths 32",
        "ip prefix-list leaves-in-ipv4 seq 10 permit 10.96.0.0/16 le 32",
        "ip prefix-list leaves-in-ipv4 seq 15 deny any",
    ):
        assert f"{line}\n" in text


def test_a_plan_s_nested_clusters_peer_with_the_host_at_its_addresses(play, tmp_path):
    red = {"asn": 65010, "networks": ["10.123.0.0/16"], "ranges": ["10.1.240.0/24"], "password": True}
    inner = {"speaker": "host", "addresses": {"ipv4": "169.254.0.179"}, "clusters": {"red": red}, "networks": []}
    root, networks = tmp_path / "image", {**PLAN["networks"], "nested": ["10.123.0.0/16"]}
    assert play(plan={**PLAN, "networks": networks, "nested": inner}, node_peering_root=str(root))[:2] == (0, 1)
    text = (root / "etc/frr/frr.conf").read_text()
    for line in (
        " bgp listen range 10.1.240.0/24 peer-group red-ipv4",
        " neighbor red-ipv4 remote-as 65010",
        " neighbor red-ipv4 password inner-s3cret",
    ):
        assert f"{line}\n" in text
    assert "10.123.0.0/16" not in "".join(re.findall(r"prefix-list leaves-in-ipv4 .*", text))


def test_a_host_that_nothing_describes_is_refused_with_what_to_set(play):
    status, _changed, said = play()
    assert status == 2
    assert "Nothing says which AS host1 is in: set node_peering_asn, node_peering_router_id" in said
