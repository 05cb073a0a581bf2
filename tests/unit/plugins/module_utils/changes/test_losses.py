"""Which sessions a change resets, and which routes lose next hops while they are down."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.changes.losses import losses, resets_of
from tests.plans import plan

NODES = {f"192.168.2.{number}" for number in range(1, 7)}
SERVICE, POD1, POD4 = "192.168.3.7/32", "10.1.0.0/26", "10.1.3.0/26"


def leaf(nodes: list[int], others: dict[str, list]) -> dict:
    """A leaf with sessions to these nodes, their service address, and pod blocks with given next hops."""
    hops = [{"address": f"192.168.2.{number}", "leaf": None} for number in nodes]
    routes = [{"prefix": prefix, "next_hops": found} for prefix, found in {SERVICE: hops, **others}.items()]
    sessions = [{"peer": f"192.168.2.{number}", "state": "established", "uptime": 9} for number in nodes]
    return {"reachable": True, "sessions": sessions, "routes": routes}


def fabric() -> dict:
    node1, node4 = ({"address": f"192.168.2.{number}", "leaf": None} for number in (1, 4))
    via = {name: {"address": f"10.0.0.{name}", "leaf": name} for name in ("101", "102", "103", "104")}
    first = {POD1: [node1], POD4: [via["103"], via["104"]]}
    second = {POD4: [node4], POD1: [via["101"], via["102"]]}
    return {
        "101": leaf([1, 2, 3], first),
        "102": leaf([1, 2, 3], first),
        "103": leaf([4, 5, 6], second),
        "104": leaf([4, 5, 6], second),
    }


def lost(*resets: dict) -> dict:
    bgp = fabric()
    found = losses(bgp, resets_of("k8s-prod", plan(), bgp, list(resets)))
    return {(one["leaf"], one["prefix"]): (one["paths"], one["left"]) for one in found}


def test_a_session_of_one_leaf_takes_its_own_routes_there_and_half_the_way_elsewhere():
    assert lost({"leaf": 101, "peer": "192.168.2.1"}) == {
        ("101", SERVICE): (3, 2),
        ("101", POD1): (1, 0),
        ("103", POD1): (2, 1),
        ("104", POD1): (2, 1),
    }


def test_all_sessions_of_a_node_take_the_last_path_everywhere():
    assert {place: left for place, (_now, left) in lost({"node": "node1"}).items() if place[1] == POD1} == {
        ("101", POD1): 0,
        ("102", POD1): 0,
        ("103", POD1): 0,
        ("104", POD1): 0,
    }


def test_a_prefix_of_a_range_stands_for_every_node_in_it():
    found = lost({"leaf": 103, "peer": "192.168.2.0/24"})
    assert found["103", SERVICE] == (3, 0)
    assert found["101", POD4] == (2, 1)


def test_a_session_that_is_down_loses_nothing():
    bgp = fabric()
    for entry in bgp["101"]["sessions"]:
        entry["state"] = "active"
    assert [one["leaf"] for one in resets_of("k8s-prod", plan(), bgp, [{"node": "node1"}])] == ["102"]


def test_next_hops_that_are_passed_on_as_they_are_go_with_the_last_session_of_the_node():
    bgp = fabric()
    bgp["103"]["routes"].append({"prefix": "10.1.0.64/26", "next_hops": [{"address": "192.168.2.1", "leaf": None}]})
    one = resets_of("k8s-prod", plan(), bgp, [{"leaf": 101, "peer": "192.168.2.1"}])
    both = resets_of("k8s-prod", plan(), bgp, [{"node": "node1"}])
    places = [{(item["leaf"], item["prefix"]) for item in losses(bgp, down)} for down in (one, both)]
    assert [("103", "10.1.0.64/26") in found for found in places] == [False, True]
