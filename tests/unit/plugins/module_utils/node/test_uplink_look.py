"""A node's MTU and default routes, held against what the leaves expect."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node.uplink_look import judged

WANTED = {
    "interfaces": {"ipv4": "192.168.2.1/24"},
    "gateways": {"ipv4": "192.168.2.254"},
    "mtu": 9000,
    "leaves": ["192.168.2.201", "192.168.2.202"],
}
GATEWAY = [{"dst": "default", "gateway": "192.168.2.254", "dev": "bond0"}]


def link(mtu: int = 9000, length: int = 24, address: str = "192.168.2.1") -> list:
    other = {"ifname": "lo", "mtu": 65536, "addr_info": [{"local": "127.0.0.1", "prefixlen": 8}]}
    return [other, {"ifname": "bond0", "mtu": mtu, "addr_info": [{"local": address, "prefixlen": length}]}]


def said(links: list, routes: list, **more: object) -> tuple:
    found = judged({**WANTED, **more}, links, {"ipv4": routes})
    return found.problems, found.remarks


def test_a_node_as_planned_needs_no_word():
    assert said(link(), GATEWAY) == ([], [])
    assert said(link(1500), GATEWAY, mtu=None) == ([], [])


@pytest.mark.parametrize(
    ("links", "problem"),
    [
        (link(9216), "bond0 has MTU 9216, above the leaves' 9000: larger packets are lost without a word"),
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
            "the ipv4 default route is by 192.168.2.201, one leaf's own, and is lost with it: use 192.168.2.254",
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
