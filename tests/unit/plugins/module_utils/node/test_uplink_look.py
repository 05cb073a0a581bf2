"""A node's MTU and default routes, compared with what the leaves expect."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node.uplink_look import Ways, judged

WANTED = {
    "interfaces": {"ipv4": "192.168.2.1/24"},
    "gateways": {"ipv4": "192.168.2.254"},
    "mtu": 9000,
    "leaves": ["192.168.2.201", "192.168.2.202"],
}
GATEWAY = [{"dst": "default", "gateway": "192.168.2.254", "dev": "bond0"}]


RULES = [
    {"priority": 0, "src": "all", "table": "local"},
    {"priority": 32766, "src": "all", "table": "main"},
    {"priority": 32767, "src": "all", "table": "default"},
]


def link(mtu: int = 9000, length: int = 24, address: str = "192.168.2.1") -> list:
    other = {"ifname": "lo", "mtu": 65536, "addr_info": [{"local": "127.0.0.1", "prefixlen": 8}]}
    return [other, {"ifname": "bond0", "mtu": mtu, "addr_info": [{"local": address, "prefixlen": length}]}]


def said(links: list, routes: list, **more: object) -> tuple:
    found = judged({**WANTED, **more}, links, {"ipv4": Ways(routes, RULES)})
    return found.problems, found.remarks


def test_a_node_as_planned_needs_no_word():
    assert said(link(), GATEWAY) == ([], [])
    assert said(link(1500), GATEWAY, mtu=None) == ([], [])


@pytest.mark.parametrize(
    ("links", "problem"),
    [
        (link(9216), "bond0 has MTU 9216, above the leaves' 9000: larger packets are lost silently"),
        (link(address="192.168.2.9"), "no interface has the node's address 192.168.2.1/24"),
        ([], "no interface has the node's address 192.168.2.1/24"),
    ],
)
def test_what_loses_packets_is_a_problem(links, problem):
    assert said(links, GATEWAY) == ([problem], [])


@pytest.mark.parametrize(
    ("links", "routes", "remark"),
    [
        (
            link(1500),
            GATEWAY,
            "bond0 has MTU 1500, below the leaves' 9000: give it 9000, or the L3Out that of the nodes",
        ),
        (link(length=25), GATEWAY, "bond0 has 192.168.2.1 with /25, the plan says 192.168.2.1/24"),
        (link(), [], "there is no ipv4 default route by a gateway; the leaves' shared address is 192.168.2.254"),
        (
            link(),
            [{"gateway": "192.168.2.201", "protocol": "static"}],
            "the ipv4 default route is by 192.168.2.201, the address of one leaf, and is lost with it: use "
            "192.168.2.254",
        ),
        (
            link(),
            [{"gateway": "10.0.0.1", "dev": "eth0"}],
            "the ipv4 default route is by 10.0.0.1, and not by the leaves' shared address 192.168.2.254",
        ),
    ],
)
def test_what_may_be_meant_is_a_remark(links, routes, remark):
    assert said(links, routes) == ([], [remark])


def test_a_default_route_that_bgp_brought_from_the_leaves_is_fine():
    hops = [{"gateway": "192.168.2.201", "dev": "bond0"}, {"gateway": "192.168.2.202", "dev": "bond0"}]
    assert said(link(), [{"dst": "default", "protocol": "bird", "nexthops": hops}]) == ([], [])


def by(gateway: str, dev: str = "bond0", **more: object) -> dict:
    return {"dst": "default", "gateway": gateway, "dev": dev, "flags": [], **more}


SHARED = "192.168.2.254"
MANAGEMENT = by("10.0.0.1", "eth0", metric=100)


@pytest.mark.parametrize(
    ("routes", "remark"),
    [
        (
            [by("10.0.0.1", "eth0", metric=50), by(SHARED, metric=100)],
            "a second ipv4 default route is by 10.0.0.1, not the leaves' (metric 50, that by the shared address "
            "192.168.2.254 has 100): remove it",
        ),
        (
            [by(SHARED), by("192.168.2.201", metric=50)],
            "a second ipv4 default route is by 192.168.2.201, one leaf's own (metric 50, that by the shared address "
            "192.168.2.254 has 0): remove it",
        ),
        (
            [{"dst": "default", "nexthops": [by(SHARED), by("192.168.2.202")]}],
            "a second ipv4 default route is by 192.168.2.202, one leaf's own (metric 0, that by the shared address "
            "192.168.2.254 has 0): remove it",
        ),
        (
            [MANAGEMENT, by("192.168.2.201", metric=50)],
            "the ipv4 default route is by 192.168.2.201, the address of one leaf, and is lost with it: use "
            "192.168.2.254",
        ),
    ],
    ids=["another has the better metric", "the next one", "one of several next hops", "no shared address at all"],
)
def test_every_default_route_that_packets_may_take_is_looked_at(routes, remark):
    assert said(link(), routes) == ([], [remark])


@pytest.mark.parametrize(
    "routes",
    [
        [by(SHARED), MANAGEMENT],
        [by(SHARED), by("192.168.2.201", metric=5, flags=["dead", "linkdown"])],
        [by(SHARED, metric=10), by("192.168.2.201", metric=20, protocol="bird")],
        [by(SHARED), by("10.0.0.1", "eth0", table="100")],
    ],
    ids=["management comes after it", "its link is down", "from a leaf by BGP", "a table that nothing asks"],
)
def test_other_default_routes_are_no_concern(routes):
    assert said(link(), routes) == ([], [])


@pytest.mark.parametrize(("source", "used"), [("192.168.2.0", True), ("192.168.9.0", False)])
def test_a_table_that_is_asked_for_the_nodes_address_comes_first(source, used):
    rules = [{"priority": 100, "src": source, "srclen": 24, "table": "100"}, *RULES]
    routes = [by(SHARED, table="100"), by("10.0.0.1", "eth0")]
    found = judged(WANTED, link(), {"ipv4": Ways(routes, rules)})
    assert (found.remarks == []) is used


def test_a_rule_for_one_address_and_rules_for_marked_packets_alone():
    marked = {"priority": 50, "src": "all", "fwmark": "0x5", "table": "200"}
    rules = [marked, {"priority": 100, "src": "192.168.2.1", "table": "100"}, *RULES]
    routes = [by(SHARED, table="100"), by("10.0.0.1", "eth0", table="200"), by("10.0.0.1", "eth0")]
    assert judged(WANTED, link(), {"ipv4": Ways(routes, rules)}).remarks == []


def test_an_interface_in_a_vrf_has_the_vrfs_default_routes():
    links = [{**one, "master": "br0"} if one["ifname"] == "bond0" else one for one in link()]
    links += [{"ifname": "br0", "master": "red"}]
    links += [{"ifname": "red", "linkinfo": {"info_kind": "vrf", "info_data": {"table": 10}}}]
    assert said(links, [by(SHARED, table="10"), by("10.0.0.1", "eth0")]) == ([], [])
    (remark,) = said(links, [by(SHARED)])[1]
    assert remark == "there is no ipv4 default route by a gateway; the leaves' shared address is 192.168.2.254"
