"""Prefix limits with action reject, and the filters they count by."""

from __future__ import annotations

import pytest

from lab.fabric import mo, resolve
from lab.fabric.filters import accepted, matches, permits
from lab.fabric.limits import Limiter, divide
from lab.fabric.model import PrefixRule, RouteMap, RouteMapEntry
from tests.fabric_trees import Floating

KEY = (101, "k8s:prod")


@pytest.mark.parametrize(
    ("rule", "prefix", "taken"),
    [
        (PrefixRule("10.1.0.0/16"), "10.1.0.0/16", True),
        (PrefixRule("10.1.0.0/16"), "10.1.1.0/24", False),
        (PrefixRule("10.1.0.0/16", None, 32), "10.1.1.0/24", True),
        (PrefixRule("10.1.0.0/16", 24, 26), "10.1.1.0/27", False),
        (PrefixRule("10.1.0.0/16", 24, 26), "10.1.0.0/16", False),
        (PrefixRule("10.1.0.0/16", None, 32), "10.2.0.0/16", False),
        (PrefixRule("fd00::/16", None, 128), "10.1.0.0/16", False),
        (PrefixRule("fd00::/16", None, 128), "fd00:1::/32", True),
    ],
)
def test_a_rule_is_exact_unless_it_allows_longer_prefixes(rule, prefix, taken):
    assert matches(rule, prefix) is taken


def test_the_first_entry_that_matches_decides():
    denied, rest = PrefixRule("10.1.1.0/24"), PrefixRule("10.1.0.0/16", None, 32)
    route_map = RouteMap("x", (RouteMapEntry("deny", (denied,)), RouteMapEntry("permit", (rest,))))
    assert [permits(route_map, prefix) for prefix in ("10.1.1.0/24", "10.1.2.0/24", "10.2.0.0/24")] == [
        False,
        True,
        False,
    ]


def test_a_path_longer_than_the_limit_is_not_counted():
    vrf = resolve.build(mo.parse(Floating(max_as=1).tree())).vrfs[0]
    received = {"10.1.1.0/26": "65003", "10.1.2.0/26": "65003 65010", "0.0.0.0/0": "65003"}
    assert accepted(vrf, vrf.peers[0], received) == ["10.1.1.0/26"]


def test_who_was_kept_stays_and_free_places_go_in_order():
    assert divide(("c",), ["a", "b", "c", "d"], 2) == (("c", "a"), ("b", "d"))
    assert divide(("c", "a"), ["b", "d"], 2) == (("b", "d"), ())


def _state(count: int) -> dict:
    family = {"ipv4Unicast": {"acceptedPrefixCounter": count}}
    return {"neighbors": {"192.168.2.1": {"bgpState": "Established", "addressFamilyInfo": family}}}


def test_the_prefixes_that_came_last_are_denied_until_others_go():
    vrf = resolve.build(mo.parse(Floating(limit=(2, "reject")).tree())).vrfs[0]
    limiter = Limiter()
    first = {"10.1.8.0/26": "65003", "10.1.9.0/26": "65003"}
    assert not limiter.observe(KEY, vrf, _state(2), lambda *_: first)
    more = {**first, "10.1.1.0/26": "65003"}
    state = _state(3)
    assert limiter.observe(KEY, vrf, state, lambda *_: more)
    assert limiter.excess(KEY) == {"192.168.2.1": ("10.1.1.0/26",)}
    assert state["neighbors"]["192.168.2.1"]["limited"]
    (fault,) = limiter.faults({KEY: vrf})
    assert fault.description == "BGP peer 192.168.2.1 in k8s:prod on node 101 exceeded its prefix limit: 1 rejected"
    assert limiter.observe(KEY, vrf, _state(1), lambda *_: {"10.1.1.0/26": "65003"})
    assert limiter.excess(KEY) == {}


def test_a_peer_that_went_is_forgotten():
    vrf = resolve.build(mo.parse(Floating(limit=(1, "reject")).tree())).vrfs[0]
    limiter = Limiter()
    limiter.observe(KEY, vrf, _state(2), lambda *_: {"10.1.8.0/26": "65003", "10.1.9.0/26": "65003"})
    assert limiter.observe(KEY, vrf, {"neighbors": {}}, lambda *_: {})
    assert limiter.excess(KEY) == {}
