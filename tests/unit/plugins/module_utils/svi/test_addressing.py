"""What of a network can be given to hosts."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.svi.addressing import Pool, hosts, window


@pytest.mark.parametrize(
    ("network", "first", "last"),
    [
        ("192.168.2.0/24", "192.168.2.1", "192.168.2.254"),
        ("192.168.2.0/30", "192.168.2.1", "192.168.2.2"),
        ("2001:db8::/125", "2001:db8::1", "2001:db8::7"),
        ("2001:db8::/64", "2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"),
    ],
)
def test_hosts_lack_what_a_network_keeps_for_itself(network: str, first: str, last: str) -> None:
    assert hosts(ip_network(network)) == (int(ip_address(first)), int(ip_address(last)))


def test_ipv6_is_allocated_low_in_the_network() -> None:
    assert window(ip_network("2001:db8::/64")) == (int(ip_address("2001:db8::1")), int(ip_address("2001:db8::ffff")))


def test_a_pool_gives_every_address_once_and_then_none() -> None:
    pool = Pool(ip_network("192.168.2.0/29"))
    given = [
        pool.lowest("a"),
        pool.highest("b"),
        pool.lowest("c"),
        pool.highest("d"),
        pool.lowest("e"),
        pool.highest("f"),
    ]
    assert [str(address) for address in given] == [f"192.168.2.{number}" for number in (1, 6, 2, 5, 3, 4)]
    assert pool.free() == 0
    with pytest.raises(LookupError, match=r"^192\.168\.2\.0/29 is full$"):
        pool.lowest("g")


def test_a_claim_tells_who_has_the_address_already() -> None:
    pool = Pool(ip_network("2001:db8::/64"))
    assert pool.claim(ip_address("2001:db8::1"), "node1") is None
    assert pool.claim(ip_address("2001:db8::1"), "node2") == "node1"
    assert str(pool.lowest("node3")) == "2001:db8::2"


def test_an_address_claimed_above_the_window_does_not_shrink_it() -> None:
    pool = Pool(ip_network("2001:db8::/64"))
    before = pool.free()
    pool.claim(ip_address("2001:db8::1:0:0"), "node1")
    assert pool.free() == before
