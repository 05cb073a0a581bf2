"""What is wrong with the options of node_peering is said all at once, each with its place and remedy."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node.checks import mistakes

from .options import VIP, options

PEER = {"address": "192.168.2.201", "asn": 65002}
RED = {"name": "red", "asn": 65010, "ranges": ["10.1.0.0/16"], "pools": ["10.20.0.0/16"]}
BLUE = {**RED, "name": "blue", "asn": 65011, "ranges": ["10.2.0.0/16"]}
CLIENTS = {**RED, "name": "nodes", "asn": 65003, "reflector_client": True}
PASSWORD_RULE = (
    "it has a character that a speaker's configuration cannot hold, or more than 80; "
    'give at most 80 ASCII characters, no space and none of " \\ ? |'
)

CASES = {
    "Calico's gateway as VIP": (
        {"vip": {"addresses": [VIP, "169.254.0.1"]}},
        "vip.addresses[1]: 169.254.0.1 is taken by Calico's proxy ARP gateway; give another, for example 169.254.100.1",
    ),
    "Calico's second address as VIP": (
        {"vip": {"addresses": [VIP, "169.254.0.2/32"]}},
        "vip.addresses[1]: 169.254.0.2 is taken by Calico's IPVS dummy; give another, for example 169.254.100.1",
    ),
    "the metadata service as VIP": (
        {"vip": {"addresses": [VIP, "169.254.169.254"]}},
        "vip.addresses[1]: 169.254.169.254 is taken by the metadata service; give another, for example 169.254.100.1",
    ),
    "a link-local VIP": (
        {"vip": {"addresses": [VIP, "fe80::1"]}},
        "vip.addresses[1]: fe80::1 is link-local; give a unique local address, for example fd00:100::1",
    ),
    "a VIP twice": (
        {"vip": {"addresses": [VIP, f"{VIP}/32"]}},
        f"vip.addresses[1]: {VIP} is there twice; give each VIP once",
    ),
    "a VIP with a subnet": (
        {"vip": {"addresses": ["172.30.0.1/24"]}},
        "vip.addresses[0]: 172.30.0.1/24 is no host address; give 172.30.0.1/32",
    ),
    "an interface's name that cannot be": (
        {"vip": {"addresses": [VIP], "interface": "lo:1"}},
        "vip.interface: lo:1 is no interface's name; for example lo or dummy0",
    ),
    "a router ID of another family": (
        {"router_id": "fd00::1"},
        "router_id: fd00::1 is not an IPv4 address; give an IPv4 address",
    ),
    "a peer twice": (
        {"peers": [PEER, PEER]},
        "peers[1].address: 192.168.2.201 is there twice; give each peer once",
    ),
    "the VIP as peer": (
        {"peers": [{**PEER, "address": VIP}]},
        f"peers[0].address: {VIP} is this host's VIP; give each peer once",
    ),
    "two families in one session": (
        {"peers": [{**PEER, "local_address": "fd00::1"}]},
        "peers[0].local_address: fd00::1 and 192.168.2.201 differ in family; give one of the peer's",
    ),
    "a workload in the host's AS": (
        {"workloads": [{**RED, "asn": 65003}]},
        "workloads[0].asn: 65003 is this host's AS; give it an AS of its own: fabric, host and workload differ",
    ),
    "a workload in the leaves' AS": (
        {"workloads": [{**RED, "asn": 65002}]},
        "workloads[0].asn: 65002 is the leaves' AS; give it an AS of its own: fabric, host and workload differ",
    ),
    "ranges that overlap": (
        {"workloads": [RED, {**BLUE, "ranges": ["10.1.128.0/17"]}]},
        "workloads[1].ranges[0]: 10.1.128.0/17 overlaps with 10.1.0.0/16 of red; give ranges that do not overlap",
    ),
    "a range with a leaf in it": (
        {"workloads": [{**RED, "ranges": ["192.168.2.0/24"]}], "peers": [PEER]},
        "workloads[0].ranges[0]: 192.168.2.0/24 contains the peer 192.168.2.201; give the workloads' own range",
    ),
    "a range without a VIP of its family": (
        {"workloads": [{**RED, "ranges": ["fd00:1::/64"]}]},
        "workloads[0].ranges[0]: there is no ipv6 VIP for fd00:1::/64 to peer with; add one to vip.addresses",
    ),
    "a workload without pools": (
        {"workloads": [{**RED, "pools": []}]},
        "workloads[0].pools: it is empty; give at least one prefix",
    ),
    "a name that filters have": (
        {"workloads": [{**RED, "name": "leaves"}]},
        "workloads[0].name: leaves is the name of the peers' own filters; give another",
    ),
    "host bits in a prefix": (
        {"accept": ["10.0.0.1/8"]},
        "accept[0]: 10.0.0.1/8 is not a prefix without host bits; give a prefix without host bits",
    ),
    "a community beyond 16 bits": (
        {"communities": ["65003:65536"]},
        "communities[0]: 65003:65536 is no community; give 65003:100, or large 65003:100:1",
    ),
    "a hold time below three keepalives": (
        {"keepalive": 2, "hold": 5},
        "hold: 5 s is less than three keepalives of 2 s; give at least 6",
    ),
    "BIRD in a VRF without its table": (
        {"speaker": "bird", "vrf": "prod"},
        "vrf_table: BIRD needs the routing table of VRF prod; give its number (ip -d link show)",
    ),
    "a password with a quote": ({"password": 'a"b'}, f"password: {PASSWORD_RULE}"),
    "a password too long": (
        {"workloads": [{**RED, "password": "x" * 81}]},
        f"workloads[0].password: {PASSWORD_RULE}",
    ),
    "an address with a zone": (
        {"accept": ["fe80::1%eth0"]},
        "accept[0]: fe80::1%eth0 is not a prefix without host bits; give a prefix without host bits",
    ),
    "a table that cannot be": (
        {"vrf": "prod", "vrf_table": -1},
        "vrf_table: -1 is out of range; give 1 to 4294967295",
    ),
    "a reflector's client in another AS": (
        {"workloads": [{**CLIENTS, "asn": 65010}]},
        "workloads[0].asn: 65010 is not this host's AS, and routes are reflected within one; "
        "give 65003, or leave reflector_client out",
    ),
    "routes for a reflector's clients that are not theirs": (
        {"workloads": [{**CLIENTS, "advertise": ["10.0.0.0/8"]}]},
        "workloads[0].advertise: a reflector announces the routes of its clients to each other, and nothing else; "
        "leave it out",
    ),
    "a reflector's clients with a nested cluster's prefix": (
        {"workloads": [{**CLIENTS, "ranges": ["10.3.0.0/16"], "pools": ["10.20.1.0/24"]}, BLUE]},
        "workloads[0].pools[0]: 10.20.1.0/24 overlaps with 10.20.0.0/16 of blue, whose routes leave by this host; "
        "give the clients' own prefixes",
    ),
    "a leaf among a reflector's clients": (
        {"workloads": [{**CLIENTS, "ranges": ["192.168.2.0/24"]}], "peers": [PEER]},
        "workloads[0].ranges[0]: 192.168.2.0/24 contains the peer 192.168.2.201; give the workloads' own range",
    ),
    "a cluster ID that is no address": (
        {"workloads": [CLIENTS], "cluster_id": "1"},
        "cluster_id: 1 is not an IPv4 address; give an IPv4 address",
    ),
    "a cluster ID of nothing": (
        {"workloads": [CLIENTS], "cluster_id": "0.0.0.0"},
        "cluster_id: 0.0.0.0 is no cluster ID; for example 244.0.0.1",
    ),
    "a cluster ID without clients": (
        {"cluster_id": "244.0.0.1"},
        "cluster_id: has no effect: no workload is a reflector_client; "
        "give one reflector_client: true, or leave it out",
    ),
    "too many paths": ({"ecmp": 65}, "ecmp: 65 is out of range; give 1 to 64"),
    "BFD that one lost packet ends": ({"bfd_multiplier": 1}, "bfd_multiplier: 1 is out of range; give 2 to 255"),
    "BFD in seconds": ({"bfd_min_tx": 3}, "bfd_min_tx: 3 is out of range; give 10 to 60000"),
}


def test_the_plain_host_is_right():
    assert mistakes(options()) == []


@pytest.mark.parametrize(("changes", "message"), CASES.values(), ids=CASES)
def test_a_mistake_is_named_with_its_place_and_remedy(changes, message):
    assert [str(found) for found in mistakes(options(**changes))] == [message]


def test_all_mistakes_are_told_at_once():
    found = mistakes(options(asn=0, router_id="x", hold=1, accept=["y"], ecmp=0))
    assert [finding.path for finding in found] == ["asn", "ecmp", "router_id", "accept[0]", "hold", "hold"]


def test_no_mistake_repeats_a_password():
    assert 'se"cret' not in str([str(found) for found in mistakes(options(password='se"cret'))])
