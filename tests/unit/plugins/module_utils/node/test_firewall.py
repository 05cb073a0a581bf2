"""What a firewall has to let in is said, by family and purpose."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import firewall, model

from .cases import CASES
from .options import options


def lines(given: dict) -> list[str]:
    return [hint["nftables"] for hint in firewall.hints(model.build(given))]


def test_sessions_bfd_and_workloads_are_let_in_by_family():
    assert lines(CASES["dual_stack"]) == [
        "ip saddr { 192.168.2.201 } tcp dport 179 accept",
        "ip saddr { 192.168.2.201 } udp dport { 3784, 3785 } accept",
        "ip saddr { 10.1.0.0/16, 10.3.0.0/16 } ip daddr 172.30.0.1 tcp dport 179 accept",
        "ip6 saddr { fd00:2::fffd } tcp dport 179 accept",
        "ip6 saddr { fd00:2::fffd } udp dport { 3784, 3785 } accept",
        "ip6 saddr { fd00:1::/64 } ip6 daddr fd00:30::1 tcp dport 179 accept",
    ]


def test_bfd_over_several_hops_has_a_port_of_its_own():
    peers = [{**options()["peers"][0], "multihop": 2, "bfd": True}]
    assert lines(options(peers=peers, workloads=[])) == [
        "ip saddr { 192.168.2.201 } tcp dport 179 accept",
        "ip saddr { 192.168.2.201 } udp dport 4784 accept",
    ]


def test_a_reflector_s_clients_come_to_any_of_the_host_s_addresses():
    hints = firewall.hints(model.build(CASES["reflector_alone"]))
    assert {hint["why"] for hint in hints} == {"sessions of the reflector's clients"}
    assert lines(CASES["reflector_alone"]) == [
        "ip saddr { 192.168.2.2/32, 192.168.3.0/24 } tcp dport 179 accept",
        "ip6 saddr { fd00:2::2/128 } tcp dport 179 accept",
    ]


def test_a_hint_has_its_parts_for_other_firewalls():
    hint = firewall.hints(model.build(options()))[-1]
    del hint["nftables"]
    assert hint == {
        "why": "workloads' sessions at the VIP",
        "protocol": "tcp",
        "ports": [179],
        "sources": ["10.1.0.0/16"],
        "destination": "172.30.0.1",
    }
