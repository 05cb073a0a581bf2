"""Objects of others that conflict with the plan's sessions of Calico: which are named, and which are not."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.foreign import findings
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.base.view import text
from tests.plans import plan

from .others import LEAF, OURS, RACK, found, item, names

# as the white paper's own peers are
PAPER = {"peerIP": LEAF, "asNumber": 65002, "nodeSelector": f"rack_id == '{RACK}'"}


@pytest.mark.parametrize(
    "spec",
    [
        PAPER,
        {"peerIP": LEAF, "asNumber": 65002},
        {"peerIP": f"{LEAF}:179", "asNumber": 65002},
        {"peerIP": LEAF, "asNumber": 65002, "node": "node1"},
        {"peerIP": LEAF, "asNumber": 65002, "nodeSelector": "all()"},
        {"peerIP": LEAF, "asNumber": 65002, "nodeSelector": "has(edge)"},
    ],
)
def test_a_calico_peer_to_a_leaf_is_named(spec):
    assert names("calico", [item("BGPPeer", "201", spec)], nodes={"node2": {"edge": ""}}) == ["BGPPeer 201"]


@pytest.mark.parametrize(
    "spec",
    [
        {"peerIP": "192.0.2.1", "asNumber": 65002},
        {"peerIP": LEAF, "node": "node4"},  # a node of the other rack has no session with this leaf
        {"peerIP": LEAF, "node": "elsewhere"},
        {"peerIP": LEAF, "nodeSelector": "has(edge)"},
        {"peerIP": LEAF, "nodeSelector": "(("},
        {"peerSelector": "route-reflector == 'true'", "nodeSelector": "all()"},
        {"peerIP": "nonsense"},
    ],
)
def test_a_calico_peer_that_meets_none_of_our_sessions_is_not_named(spec):
    assert names("calico", [item("BGPPeer", "other", spec)]) == []


def test_our_own_peer_is_not_named_and_an_accepted_one_is_kept_apart():
    assert names("calico", [item("BGPPeer", "leaf-101-ipv4", PAPER, OURS)]) == []
    assert names("calico", [item("BGPPeer", "201", PAPER)], accepted=["BGPPeer 201"]) == []
    accepted = findings({**plan(), "cni": "calico"}, {"peers": [item("BGPPeer", "201", PAPER)]}, [], ["BGPPeer 201"])[1]
    assert [one.name for one in accepted] == ["BGPPeer 201"]


def test_the_remedy_keeps_the_session_and_a_peer_of_all_nodes_cannot():
    everyone = {"peerIP": LEAF, "asNumber": 65002}
    paper, everywhere = found("calico", [item("BGPPeer", "201", PAPER), item("BGPPeer", "tor", everyone)])
    assert text(paper) == (
        f"BGPPeer 201 makes the session of node1, node2, node3 with leaf 101 ({LEAF}) in place of ours: no filter, "
        "other password. Ours takes the session up without a reset where password, TTL security and times are the "
        "same. Accept it for one run, so that ours is there, then remove it: kubectl delete bgppeer 201"
    )
    assert "It is for all nodes, goes before ours, and the session is reset once when it goes." in text(everywhere)


@pytest.mark.parametrize(
    "field", [{"nodeMeshPassword": {"secretKeyRef": {"name": "a", "key": "b"}}}, {"nodeMeshMaxRestartTime": "30s"}]
)
def test_what_calico_refuses_without_a_mesh_is_named_before(field):
    one = item("BGPConfiguration", "default", {"nodeToNodeMeshEnabled": True, **field})
    (said,) = found("calico", [one])
    assert next(iter(field)) in said.what
    assert next(iter(field)) in said.remedy
    assert names("calico", [item("BGPConfiguration", "node.node1", field)]) == []  # read of default alone
    assert names("calico", [item("BGPConfiguration", "default", {"nodeToNodeMeshEnabled": True})]) == []


@pytest.mark.parametrize(
    ("name", "spec", "said"),
    [
        ("node.node1", {"listenPort": 1790}, "listenPort 1790, and the plan says 179"),
        ("node.node1", {"prefixAdvertisements": [{"cidr": "10.0.0.0/8"}]}, "prefixAdvertisements"),
        ("node.node1", {"listenPort": 179, "logSeverityScreen": "Debug"}, None),
        ("node.elsewhere", {"listenPort": 1790}, None),
        ("other", {"listenPort": 1790}, None),
    ],
)
def test_a_node_s_own_configuration_that_goes_before_ours_is_named(name, spec, said):
    given = found("calico", [item("BGPConfiguration", name, spec)])
    assert [one.name for one in given] == ([f"BGPConfiguration {name}"] if said else [])
    assert all(said in one.what for one in given)
    assert names("calico", [item("BGPConfiguration", name, spec, OURS)]) == []
