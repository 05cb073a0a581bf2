"""Which sessions a change of the cluster's resources resets."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.resets import entries, touches_sessions

LEAF = "192.168.2.201"


def resource(kind: str, name: str = "x", **fields: object) -> dict:
    return {"kind": kind, "metadata": {"name": name, "annotations": fields.pop("annotations", {})}, **fields}


def step(before: dict | None, after: dict | None, action: str = "change") -> SimpleNamespace:
    return SimpleNamespace(action=action, before=before, after=after, body=after or before)


def changed(before: dict, *place: object, value: object) -> list:
    after = copy.deepcopy(before)
    inner = after
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    found = entries([step(before, after)], 5.0)
    assert all(entry.pop("at") == 5.0 for entry in found)
    return found


CALICO = resource(
    "BGPPeer",
    spec={
        "peerIP": LEAF,
        "asNumber": 65002,
        "nodeSelector": "rack == '1'",
        "password": {"secretKeyRef": {"name": "a"}},
    },
)
CILIUM = resource(
    "CiliumBGPClusterConfig",
    spec={
        "bgpInstances": [
            {"name": "i", "localASN": 65003, "peers": [{"name": "a", "peerAddress": LEAF, "peerASN": 65002}]}
        ]
    },
)
POLICY = resource(
    "CiliumBGPPeeringPolicy",
    spec={"virtualRouters": [{"localASN": 65003, "neighbors": [{"peerAddress": f"{LEAF}/32", "peerASN": 65002}]}]},
)
FRR = resource(
    "FRRConfiguration",
    spec={
        "bgp": {
            "routers": [
                {
                    "asn": 65003,
                    "neighbors": [{"address": LEAF, "asn": 65002}, {"address": "192.168.2.202", "asn": 65002}],
                }
            ]
        }
    },
)
SECRET = resource("Secret", data={"password": "b2xk"})
NODE = resource("Node", "node1", annotations={"kube-router.io/peers": "- remoteip: 192.168.2.201"})
ALL, ONE = {"node": None, "leaf_address": None}, {"node": None, "leaf_address": LEAF}


@pytest.mark.parametrize(
    ("before", "place", "value", "expected"),
    [
        (SECRET, ("data", "password"), "bmV3", ALL),
        (NODE, ("metadata", "annotations", "kube-router.io/peers"), "[]", {"node": "node1", "leaf_address": None}),
        (CALICO, ("spec", "asNumber"), 65009, ONE),
        (CALICO, ("spec", "password"), None, ONE),
        (CALICO, ("spec", "localASNumber"), 65009, ONE),
        (CALICO, ("spec", "peerIP"), f"{LEAF}:1790", ONE),
        (resource("BGPConfiguration", spec={"asNumber": 65003}), ("spec", "asNumber"), 65009, ALL),
        (CILIUM, ("spec", "bgpInstances", 0, "localASN"), 65009, ONE),
        (CILIUM, ("spec", "bgpInstances", 0, "peers", 0, "peerASN"), 65009, ONE),
        (resource("CiliumBGPPeerConfig", spec={}), ("spec", "authSecretRef"), "bgp", ALL),
        (POLICY, ("spec", "virtualRouters", 0, "neighbors", 0, "authSecretRef"), "bgp", ONE),
        (FRR, ("spec", "bgp", "routers", 0, "neighbors", 0, "passwordSecret"), {"name": "bgp"}, ONE),
    ],
)
def test_a_change_that_no_session_survives_names_its_sessions(before, place, value, expected):
    assert changed(before, *place, value=value) == [expected]


@pytest.mark.parametrize(
    ("before", "place", "value"),
    [
        (CALICO, ("spec", "password"), {"secretKeyRef": {"name": "another place of the same one"}}),
        (CALICO, ("spec", "nodeSelector"), "all()"),
        (CALICO, ("spec", "filters"), ["f"]),
        (CALICO, ("spec", "peerIP"), "192.168.2.209"),  # the old peer goes, the new one has never been up
        (NODE, ("metadata", "annotations", "other"), "x"),
        (resource("IPPool", spec={}), ("spec", "cidr"), "10.0.0.0/8"),
    ],
)
def test_what_sessions_may_survive_names_none(before, place, value):
    assert changed(before, *place, value=value) == []


def test_a_peer_that_is_made_anew_may_take_up_a_session_of_before():
    assert entries([step(None, CALICO, "create")], 5.0) == []
    assert touches_sessions([step(None, CALICO, "create")])
    assert touches_sessions([step(CALICO, None, "delete")])
    assert not touches_sessions([step(CALICO, CALICO, "own"), step(CALICO, CALICO, "none")])
    assert not touches_sessions([step(None, resource("IPPool"), "create")])
