"""The role route_reflectors on hosts, run by the playbook nodes on an image in place of a host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plans import whole
from tests.programs import play_nodes

ROOT = Path(__file__).resolve().parents[2]
PLAN = {
    "cluster": "k8s-prod",
    "asn": 65003,
    "cni": "calico",
    "networks": {"node": ["192.168.2.0/24"], "pod": ["10.1.0.0/16", "fd00:1::/48"], "service": ["10.96.0.0/16"]},
    "bgp": {"keepalive": 2, "hold": 6, "password": True},
    "nodes": {
        "node1": {"addresses": {"ipv4": "192.168.2.1", "ipv6": "fd00:2::1"}},
        "node2": {"addresses": {"ipv4": "192.168.2.2"}},
    },
    "calico": {
        "route_reflectors": {"cluster_id": "244.0.0.1", "hosts": {"rr1.example.net": {"addresses": ["192.168.2.11"]}}}
    },
}


@pytest.fixture
def play(tmp_path):
    """Runs a playbook for rr1.example.net, with the plans of clusters; returns its status and what it said."""

    def run(plans: dict, *options: str, name: str = "nodes") -> tuple[int, str]:
        clusters = {
            cluster: {"kubefabric_plan": whole(plan), "kubefabric_cluster": {"bgp": {"password": "s3cret"}}}
            for cluster, plan in plans.items()
        }
        for known in clusters.values() if name == "teardown" else []:
            del known["kubefabric_plan"]["l3out"]  # its own teardown is another test's
            known["intent_ready"] = True
        host = {"ansible_connection": "local", "node_peering_root": str(tmp_path / "image")}
        groups = {"clusters": {"hosts": clusters}, "reflector_hosts": {"hosts": {"rr1.example.net": host}}}
        done = play_nodes(tmp_path, groups, *options, name=name)
        assert "s3cret" not in done.stdout
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    return run


def test_a_host_reflects_for_every_node_of_the_cluster_that_names_it(play, tmp_path):
    assert play({"k8s-prod": PLAN, "k8s-other": {**PLAN, "calico": {}}}, "--diff")[0] == 0
    text = (tmp_path / "image/etc/frr/frr.conf").read_text()
    for line in (
        "router bgp 65003",
        " bgp router-id 192.168.2.11",
        " bgp cluster-id 244.0.0.1",
        " neighbor nodes-ipv4 password s3cret",
        " neighbor nodes-ipv4 timers 2 6",
        " bgp listen range 192.168.2.1/32 peer-group nodes-ipv4",
        " bgp listen range 192.168.2.2/32 peer-group nodes-ipv4",
        " bgp listen range fd00:2::1/128 peer-group nodes-ipv6",
        "  neighbor nodes-ipv4 route-reflector-client",
        "ip prefix-list nodes-in-ipv4 seq 10 permit 10.96.0.0/16 le 32",
        "ip prefix-list nodes-in-ipv4 seq 15 deny any",
        "ipv6 prefix-list nodes-out-ipv6 seq 5 permit fd00:1::/48 le 128",
    ):
        assert f"{line}\n" in text
    assert "changed=0" in play({"k8s-prod": PLAN})[1]
    assert play({}, "-e", "route_reflectors_state=absent")[0] == 0  # when no cluster names it any more
    assert not (tmp_path / "image/etc/frr/frr.conf").exists()


def test_a_host_that_reflects_for_a_cluster_is_given_back_when_that_one_is_torn_down(play, tmp_path):
    file, plans = tmp_path / "image/etc/frr/frr.conf", {"k8s-prod": PLAN, "k8s-other": {**PLAN, "calico": {}}}
    assert play(plans)[0] == 0
    away = ("-e", "kubefabric_teardown_cluster=false", "-e")
    assert play(plans, *away, "kubefabric_teardown_confirm=k8s-other", name="teardown")[0] == 2  # asks for k8s-prod
    assert file.exists()
    status, said = play(plans, *away, "kubefabric_teardown_confirm=k8s-prod,k8s-other", name="teardown")
    assert (status, file.exists()) == (0, False), said


@pytest.mark.parametrize(
    ("plans", "message"),
    [
        (
            {"k8s-prod": {**PLAN, "calico": {}}},
            "rr1.example.net is to reflect routes, and no cluster that was planned names it in "
            "kubefabric_cluster.calico.route_reflectors.hosts (is the cluster in --limit, too?). Nothing was written.",
        ),
        (
            {"k8s-prod": PLAN, "k8s-test": PLAN},
            "rr1.example.net is to reflect routes, and the clusters k8s-prod, k8s-test name it: a host is in one AS. "
            "Leave it to one of them. Nothing was written.",
        ),
    ],
)
def test_a_host_is_refused_that_no_cluster_names_or_several(play, tmp_path, plans, message):
    status, said = play(plans)
    assert (status, message in said, (tmp_path / "image").exists()) == (2, True, False)
