"""Sessions with others than the leaves: calico.peers, routers in VRFs, and those that others configured."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import agents
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.further import problems, remarks
from tests.plans import plan

NODES = list(plan()["nodes"])
RACK2 = ["node4", "node5", "node6"]


def state(given: dict, reports: list, configurations: list | None = None) -> dict:
    """A cluster whose agents run, with what they report."""
    labels = {
        name: {"rack_id": str(node["rack_id"]), "kubernetes.io/hostname": name} for name, node in given["nodes"].items()
    }
    made = {
        "agents": {name: {"running": True} for name in NODES},
        "nodes": {name: {"labels": labels[name]} for name in NODES},
        "configurations": configurations or [],
    }
    read = agents.of(given).read_reports(reports) if reports else {}
    return {**made, "further_states": agents.verification(given).further_states(given, read, reports)}


# -- Calico ---------------------------------------------------------------------------------------------


def calico(*peers: dict, **options: object) -> dict:
    return {**plan(), "cni": "calico", "calico": {"peers": [{"name": "p", **one} for one in peers], **options}}


def node_status(name: str, **sessions: str) -> dict:
    peers = [{"peerIP": address.replace("_", "."), "state": said} for address, said in sessions.items()]
    return {"spec": {"node": name}, "status": {"bgp": {"peersV4": peers}}}


def reported(said: str, names: list | None = None) -> list:
    return [node_status(name, **{"192.0.2.1": said}) for name in names or NODES]


def told(given: dict, *arguments: object) -> list:
    return [one["message"] for one in problems(given, state(given, *arguments))]


def test_a_further_peer_of_calico_is_verified_as_a_leaf_is():
    given = calico({"peer_ip": "192.0.2.1:1790", "asn": 65010})
    assert told(given, reported("Established")) == []
    assert told(given, reported("Active")) == [
        "BGPPeer p: no Established session of node1 (active), node2 (active), node3 (active), node4 (active), node5 "
        "(active) and 1 more with 192.0.2.1. Likely cause: the peer does not answer, expects another AS number or "
        "password, or does not know the node's address"
    ]


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ({"node": "node4"}, ["node4"]),
        ({"node_selector": "rack_id == '" + str(plan()["nodes"]["node4"]["rack_id"]) + "'"}, RACK2),
    ],
)
def test_only_the_nodes_that_it_takes_should_have_the_session(who, names):
    given = calico({"peer_ip": "192.0.2.1", "asn": 65010, **who})
    assert told(given, reported("Established", names)) == []
    (message,) = told(given, reported("Idle", names))
    assert message.startswith("BGPPeer p: no Established session of " + ", ".join(f"{name} (idle)" for name in names))


def test_a_peer_that_nodes_do_not_report_is_not_taken_by_them():
    given = calico({"peer_ip": "192.0.2.1", "asn": 65010, "node": "node1"})
    (message,) = told(given, [node_status("node1")])
    assert "node1 (reports no such peer)" in message
    assert "its selector" in message
    (message,) = told(given, [node_status("node2")])
    assert "has not written its report yet" in message


def test_a_peer_by_a_selector_is_each_node_that_it_takes():
    given = calico({"peer_selector": "kubernetes.io/hostname == 'node2'", "node_selector": "all()"})
    up = [node_status(name, **{"192.168.2.2": "Established"}) for name in NODES if name != "node2"]
    assert told(given, [*up, node_status("node2")]) == []
    (message,) = told(given, [node_status(name) for name in NODES])
    assert "with 192.168.2.2." in message
    assert "node2 (" not in message


def test_where_calico_reports_nothing_by_design_nothing_is_expected():
    assert told(calico({"peer_ip": "192.0.2.1", "asn": 65010}, node_status=False), reported("Idle")) == []


# -- OVN-Kubernetes -------------------------------------------------------------------------------------

LITE = {"interface": "eth1", "attach": "host", "peers": [{"address": "10.9.0.1", "asn": 65020}]}
OVN = {
    **plan(),
    "cni": "ovn_kubernetes",
    "ovn_kubernetes": {"networks": {"red": {"subnets": ["10.8.0.0/16"], "namespaces": ["red"], "vrf_lite": LITE}}},
}


def session(node: str, peer: str, said: str, vrf: str = "") -> dict:
    return {"status": {"node": node, "peer": peer, "bgpStatus": said, **({"vrf": vrf} if vrf else {})}}


def test_a_router_in_a_vrf_is_verified_in_that_vrf():
    up = [session(name, "10.9.0.1", "Established", "red") for name in NODES]
    assert told(OVN, up) == []
    down = [*up[1:], session("node1", "10.9.0.1", "Established"), session("node1", "10.9.0.1", "Active", "red")]
    (message,) = told(OVN, down)
    assert message.startswith("network red: no Established session of node1 (active) with 10.9.0.1 in VRF red.")


def test_without_any_reports_nothing_is_known_and_that_is_a_remark():
    assert told(OVN, []) == []
    assert remarks(OVN, state(OVN, [])) == [
        "Sessions with further peers are not verified (network red): no node reports its sessions (BGPSessionState)."
    ]
    assert remarks(OVN, state(OVN, [session("node1", "10.9.0.1", "Established", "red")])) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            calico({"peer_ip": "192.0.2.1", "asn": 65010}, node_status=False),
            "(BGPPeer p): calico.node_status is false.",
        ),
        (
            {**plan(), "kube_router": {"peers": [{"address": "192.0.2.1", "asn": 65010}]}},
            "(192.0.2.1): kube-router rep",
        ),
        (calico(node_status=False), None),
        (plan(), None),
        ({**plan(), "cni": "cilium"}, None),
    ],
)
def test_sessions_without_a_report_are_a_remark(given, said):
    found = remarks(given, state(given, []))
    assert len(found) == bool(said)
    assert all(said in one for one in found)


def test_a_router_that_others_configured_is_a_remark():
    spec = {"bgp": {"routers": [{"asn": 65003, "neighbors": [{"address": "2001:db8::9", "asn": 65030}]}]}}
    theirs = {"kind": "FRRConfiguration", "metadata": {"name": "tor", "namespace": "frr-k8s-system"}, "spec": spec}
    up = [session(name, "10.9.0.1", "Established", "red") for name in NODES]
    found = state(OVN, [*up, *(session(name, "2001-db8--9", "Idle") for name in NODES)], [theirs])
    assert problems(OVN, found) == []
    (said,) = remarks(OVN, found)
    assert said.startswith(
        "FRRConfiguration frr-k8s-system/tor, made by others: no Established session of node1 (idle)"
    )
    fine = state(OVN, [*up, *(session(name, "2001-db8--9", "Established") for name in NODES)], [theirs])
    assert remarks(OVN, fine) == []
