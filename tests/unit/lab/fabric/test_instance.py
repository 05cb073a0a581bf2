"""The ``ip`` commands that bring a leaf's namespace to its model."""

from __future__ import annotations

from lab.fabric import instance
from lab.fabric.model import Vrf, tunnel_address

VRF = Vrf(101, "k8s", "prod", "1.1.1.101", True, 65002, fabric_peers=(102, 103))


def routes(led: set[str]) -> list[str]:
    return [command for command in instance._fabric(VRF, {}, led) if command.startswith("route")]


def test_a_leaf_has_a_route_to_every_other_leaf_in_both_families():
    wanted = [tunnel_address(leaf, family) for leaf in (102, 103) for family in ("ipv4", "ipv6")]
    assert routes(set()) == [f"route replace {tep} dev overlay" for tep in wanted]


def test_a_route_that_is_there_is_left_alone():
    there = {tunnel_address(102), tunnel_address(102, "ipv6"), tunnel_address(103)}
    assert routes(there) == [f"route replace {tunnel_address(103, 'ipv6')} dev overlay"]
