"""Objects of others that conflict with the plan's sessions of Cilium: which are named, and which are not."""

from __future__ import annotations

import pytest

from tests.plans import plan

from .others import OURS, RACK, found, item, names

ALL_RACKS = sorted({node["rack_id"] for node in plan()["nodes"].values()})


@pytest.mark.parametrize("kind", ["CiliumBGPClusterConfig", "CiliumBGPPeeringPolicy"])
@pytest.mark.parametrize(
    ("selector", "named"),
    [
        ({"nodeSelector": {"matchLabels": {"rack_id": RACK}}}, True),
        ({"nodeSelector": {"matchExpressions": [{"key": "rack_id", "operator": "In", "values": [RACK, "x"]}]}}, True),
        ({"nodeSelector": {}}, True),
        ({}, True),
        ({"nodeSelector": {"matchLabels": {"edge": "yes"}}}, False),
        ({"nodeSelector": {"matchExpressions": [{"key": "rack_id", "operator": "DoesNotExist"}]}}, False),
        (
            {"nodeSelector": {"matchExpressions": [{"key": "rack_id", "operator": "NotIn", "values": ALL_RACKS}]}},
            False,
        ),
    ],
)
def test_a_cilium_configuration_that_selects_our_nodes_is_named(kind, selector, named):
    assert names("cilium", [item(kind, "theirs", selector)]) == ([f"{kind} theirs"] if named else [])
    assert names("cilium", [item(kind, "ours", selector, OURS)]) == []


PEER = f"leaf-{plan()['nodes']['node1']['peers'][0]['leaf']}-ipv4"


def override(name: str, *instances: dict, **metadata: object) -> dict:
    return item("CiliumBGPNodeConfigOverride", name, {"bgpInstances": list(instances)}, **metadata)


@pytest.mark.parametrize(
    ("name", "instance", "said"),
    [
        ("node1", {"name": "fabric", "localASN": 65009, "localPort": 1790}, "says localASN, localPort of instance"),
        ("node1", {"name": "fabric", "routerID": "10.0.0.1"}, "says routerID of instance fabric, which is ours"),
        ("node1", {"name": "fabric", "peers": [{"name": PEER, "localAddress": "10.0.0.9"}]}, "says peers of instance"),
        ("node1", {"name": "fabric", "peers": [{"name": "other", "localAddress": "10.0.0.9"}]}, None),
        ("node1", {"name": "storage", "localASN": 65009}, None),
        ("node1", {"name": "fabric"}, None),
        ("elsewhere", {"name": "fabric", "localASN": 65009}, None),
    ],
)
def test_an_override_of_our_instance_on_a_node_is_named(name, instance, said):
    told = found("cilium", [override(name, instance)], options={"pin_local_addresses": False})
    assert [said in one.what for one in told] == ([True] if said else [])
    assert found("cilium", [override(name, instance, labels=OURS)], options={"pin_local_addresses": False}) == []


def test_an_override_under_the_name_of_ours_is_left_to_adoption():
    theirs = [override(name, {"name": "fabric", "localASN": 65009}) for name in ("node1", "node2")]
    options = {"pin_local_addresses": False, "nodes": {"node1": {"listen_port": 1790}}}
    assert names("cilium", theirs, options=options) == ["CiliumBGPNodeConfigOverride node2"]
    assert names("cilium", theirs) == []  # ours have the sessions' addresses
