"""Which sessions a change of the cluster's resources resets."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.resets import (
    entries,
    harmful,
    public,
    touches_sessions,
)
from tests.plans import plan

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


def costly(before: dict, *place: object, value: object, graceful: bool = True) -> list:
    """The resets that cost leaves routes."""
    made = plan()
    made["bgp"]["graceful_restart"] = graceful
    return public(harmful(changed(before, *place, value=value), made))


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
FAMILIES = [{"afi": "ipv4", "safi": "unicast", "advertisements": {"matchLabels": {"advertise": "bgp"}}}]
PEER_CONFIG = resource(
    "CiliumBGPPeerConfig",
    spec={
        "timers": {"holdTimeSeconds": 3, "keepAliveTimeSeconds": 1},
        "families": FAMILIES,
        "gracefulRestart": {"enabled": True},
    },
)
OVERRIDE = resource(
    "CiliumBGPNodeConfigOverride",
    "node1",
    spec={
        "bgpInstances": [
            {"name": "i", "routerID": "10.0.0.1", "peers": [{"name": "a", "localAddress": "192.168.2.1"}]},
        ]
    },
)
ROUTER = resource("DaemonSet", spec={"template": {"spec": {"containers": [{"args": ["--cluster-asn=65003"]}]}}})
CALICO_NODE = resource("Node", "node1", annotations={"projectcalico.org/ASNumber": "65003"})
IDENTITY = resource(
    "FRRConfiguration",
    spec={
        "nodeSelector": {"matchLabels": {"kubernetes.io/hostname": "node1"}},
        "bgp": {"routers": [{"asn": 65003, "id": "192.0.2.1"}]},
    },
)
SECRET = resource("Secret", data={"password": "b2xk"})
NODE = resource("Node", "node1", annotations={"kube-router.io/peers": "- remoteip: 192.168.2.201"})
ALL, ONE = {"node": None, "leaf_address": None}, {"node": None, "leaf_address": LEAF}
NODE1 = {"node": "node1", "leaf_address": None}
BOTH = [ONE, {"node": None, "leaf_address": "192.168.2.202"}]


@pytest.mark.parametrize(
    ("before", "place", "value", "expected"),
    [
        (SECRET, ("data", "password"), "bmV3", ALL),
        (NODE, ("metadata", "annotations", "kube-router.io/peers"), "[]", {"node": "node1", "leaf_address": None}),
        (CALICO, ("spec", "asNumber"), 65009, ONE),
        (CALICO, ("spec", "password"), None, ONE),
        (CALICO, ("spec", "localASNumber"), 65009, ONE),
        (CALICO, ("spec", "peerIP"), f"{LEAF}:1790", ONE),
        (CALICO, ("spec", "sourceAddress"), "None", ONE),
        (CALICO, ("spec", "nextHopMode"), "Self", ONE),
        (CALICO, ("spec", "keepaliveTime"), "3s", ONE),
        (CALICO, ("spec", "maxRestartTime"), "90s", ONE),
        (CALICO, ("spec", "numAllowedLocalASNumbers"), 1, ONE),
        (PEER_CONFIG, ("spec", "timers", "holdTimeSeconds"), 9, ALL),
        (PEER_CONFIG, ("spec", "families"), [*FAMILIES, {"afi": "ipv6", "safi": "unicast"}], ALL),
        (PEER_CONFIG, ("spec", "transport"), {"sourceInterface": "lo"}, ALL),
        (PEER_CONFIG, ("spec", "ebgpMultihop"), 2, ALL),
        (PEER_CONFIG, ("spec", "gracefulRestart"), {"enabled": False}, ALL),
        (OVERRIDE, ("spec", "bgpInstances", 0, "routerID"), "10.0.0.2", NODE1),
        (OVERRIDE, ("spec", "bgpInstances", 0, "localPort"), 1790, NODE1),
        (OVERRIDE, ("spec", "bgpInstances", 0, "localASN"), 65009, NODE1),
        (OVERRIDE, ("spec", "bgpInstances", 0, "peers", 0, "localAddress"), "192.168.2.9", NODE1),
        (FRR, ("spec", "bgp", "routers", 0, "id"), "10.0.0.9", BOTH),
        (FRR, ("spec", "bgp", "routers", 0, "neighbors", 0, "sourceaddress"), "192.168.2.9", ONE),
        (FRR, ("spec", "bgp", "routers", 0, "neighbors", 0, "dualStackAddressFamily"), True, ONE),
        (FRR, ("spec", "bgp", "routers", 0, "neighbors", 0, "localASN"), 65009, ONE),
        (ROUTER, ("spec", "template", "spec", "containers", 0, "args"), ["--cluster-asn=65009"], ALL),
        (CALICO_NODE, ("metadata", "annotations", "projectcalico.org/ASNumber"), "65009", NODE1),
        (IDENTITY, ("spec", "bgp", "routers", 0, "id"), "192.0.2.2", NODE1),
        (resource("BGPConfiguration", spec={"asNumber": 65003}), ("spec", "asNumber"), 65009, ALL),
        (CILIUM, ("spec", "bgpInstances", 0, "localASN"), 65009, ONE),
        (CILIUM, ("spec", "bgpInstances", 0, "peers", 0, "peerASN"), 65009, ONE),
        (resource("CiliumBGPPeerConfig", spec={}), ("spec", "authSecretRef"), "bgp", ALL),
        (POLICY, ("spec", "virtualRouters", 0, "neighbors", 0, "authSecretRef"), "bgp", ONE),
        (FRR, ("spec", "bgp", "routers", 0, "neighbors", 0, "passwordSecret"), {"name": "bgp"}, ONE),
    ],
)
def test_a_change_that_no_session_survives_names_its_sessions(before, place, value, expected):
    found = public(changed(before, *place, value=value))
    assert found == (expected if isinstance(expected, list) else [expected])


PEERS = ("metadata", "annotations", "kube-router.io/peers")
TWO = """- remoteip: "192.168.2.201"
  remoteasn: 65002
  password: "b2xk"
- remoteip: "192.168.2.202"
  remoteasn: 65002
"""
NODE1_LEAF = {"node": "node1", "leaf_address": LEAF}
LISTS = {"kube-router.io/peer.ips": "192.168.2.201", "kube-router.io/peer.asns": "65002"}


@pytest.mark.parametrize(
    ("annotations", "later", "graceful", "costs"),
    [
        ({}, TWO, False, []),  # there were no sessions
        ({"kube-router.io/peers": TWO}, TWO.replace("b2xk", "bmV3"), True, [NODE1_LEAF]),
        ({"kube-router.io/peers": TWO}, TWO.replace("65002", "65009", 1), True, [NODE1_LEAF]),
        ({"kube-router.io/peers": TWO}, TWO.replace("65002", "65009"), True, [NODE1]),
        ({"kube-router.io/peers": TWO}, TWO + '- remoteip: "192.168.2.9"\n  remoteasn: 65009\n', True, []),
        ({"kube-router.io/peers": TWO}, TWO[: TWO.rindex("-")], True, []),
        ({"kube-router.io/peers": TWO}, TWO[: TWO.rindex("-")], False, [NODE1]),
        (LISTS, TWO.replace('  password: "b2xk"\n', ""), True, []),  # another release's spelling
        (LISTS, TWO, True, [NODE1]),
    ],
)
def test_a_restart_of_kube_router_costs_routes_where_sessions_do_not_come_back_by_themselves(
    annotations, later, graceful, costs
):
    node = resource("Node", "node1", annotations=annotations)
    assert costly(node, *PEERS, value=later, graceful=graceful) == costs


def test_an_as_number_where_none_was_is_a_new_one():
    assert costly(resource("BGPConfiguration", spec={}), "spec", "asNumber", value=65003) == []
    assert costly(resource("BGPConfiguration", spec={"asNumber": 64512}), "spec", "asNumber", value=65003) == [ALL]
    without = resource("DaemonSet", spec={"template": {"spec": {"containers": [{"args": []}]}}})
    args = ("spec", "template", "spec", "containers", 0, "args")
    assert costly(without, *args, value=["--cluster-asn=65003"]) == []


@pytest.mark.parametrize(
    ("before", "place", "value"),
    [
        (CALICO, ("spec", "password"), {"secretKeyRef": {"name": "another place of the same one"}}),
        (CALICO, ("spec", "nodeSelector"), "all()"),
        (CALICO, ("spec", "filters"), ["f"]),
        (CALICO, ("spec", "maxRestartTime"), "2m"),  # what BIRD has by itself
        (CALICO, ("spec", "nextHopMode"), "Auto"),
        (PEER_CONFIG, ("spec", "families", 0, "advertisements"), {"matchLabels": {"a": "b"}}),
        (PEER_CONFIG, ("spec", "timers", "connectRetryTimeSeconds"), 5),
        (PEER_CONFIG, ("spec", "gracefulRestart", "restartTimeSeconds"), 120),
        (ROUTER, ("spec", "template", "spec", "containers", 0, "args"), ["--cluster-asn=65003", "--v=2"]),
        (FRR, ("spec", "bgp", "routers", 0, "neighbors", 0, "disableMP"), True),  # FRR-K8s ignores it
        (FRR, ("spec", "bgp", "routers", 0, "neighbors", 0, "keepaliveTime"), "3s"),  # FRR: from the next session on
        (FRR, ("spec", "bgp", "routers", 0, "neighbors", 0, "holdTime"), "9s"),
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


def test_an_address_of_a_node_s_own_resets_the_session_with_its_peer_alone():
    after = copy.deepcopy(OVERRIDE)
    after["spec"]["bgpInstances"][0]["peers"][0]["localAddress"] = "192.168.2.9"
    steps = [step(CILIUM, CILIUM, "none"), step(OVERRIDE, after)]
    assert entries(steps, 5.0) == [{"node": "node1", "leaf_address": LEAF, "at": 5.0}]


@pytest.mark.parametrize(("new", "expected"), [("bmV3", [ONE]), ("b2xk", [])])
def test_a_password_that_moves_to_another_secret_resets_where_it_is_another_one(new: str, expected: list):
    after = copy.deepcopy(CALICO)
    after["spec"]["password"] = {"secretKeyRef": {"name": "b", "key": "rr"}}
    before = copy.deepcopy(CALICO)
    before["spec"]["password"]["secretKeyRef"]["key"] = "rr"
    steps = [
        step(resource("Secret", "a", data={"rr": "b2xk"}), None, "delete"),
        step(None, resource("Secret", "b", data={"rr": new}), "create"),
        step(before, after),
    ]
    assert [{key: entry[key] for key in ONE} for entry in entries(steps, 5.0)] == expected


@pytest.mark.parametrize(("default", "expected"), [(65003, []), (64512, [NODE1]), (None, [NODE1])])
def test_a_node_s_as_may_have_been_the_whole_cluster_s(default: int | None, expected: list):
    configuration = resource("BGPConfiguration", "default", spec={"asNumber": default} if default else {})
    bare = resource("Node", "node1")
    steps = [step(configuration, configuration, "none"), step(bare, CALICO_NODE)]
    assert [{key: entry[key] for key in ONE} for entry in entries(steps, 5.0)] == expected
    assert entries([step(bare, CALICO_NODE)], 5.0) == []


def test_a_secret_resets_the_sessions_whose_objects_name_it_before_and_after():
    other = copy.deepcopy(CALICO)
    other["spec"] |= {"peerIP": "192.168.2.202", "password": {"secretKeyRef": {"name": "b"}}}
    secret = resource("Secret", "a", data={"password": "b2xk"})
    changed_secret = step(secret, {**secret, "data": {"password": "bmV3"}})
    peers = [step(CALICO, CALICO, "none"), step(other, other, "none")]
    assert entries([changed_secret, *peers], 5.0) == [{**ONE, "at": 5.0}]
    assert entries([changed_secret, peers[1]], 5.0) == []  # nothing has its password from there


@pytest.mark.parametrize(("new", "expected"), [("bmV3", [ONE]), ("b2xk", [])])
def test_another_peer_configuration_of_cilium_resets_where_its_password_is_another_one(new: str, expected: list):
    configs = [resource("CiliumBGPPeerConfig", name, spec={"authSecretRef": name}) for name in ("a", "b")]
    peers = [copy.deepcopy(CILIUM), copy.deepcopy(CILIUM)]
    for peer, name in zip(peers, ("a", "b")):
        peer["spec"]["bgpInstances"][0]["peers"][0]["peerConfigRef"] = {"name": name}
    steps = [
        *(
            step(secret, secret, "none")
            for secret in (
                resource("Secret", "a", data={"password": "b2xk"}),
                resource("Secret", "b", data={"password": new}),
            )
        ),
        *(step(config, config, "none") for config in configs),
        step(*peers),
    ]
    assert [{key: entry[key] for key in ONE} for entry in entries(steps, 5.0)] == expected
