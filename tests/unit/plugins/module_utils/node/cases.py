"""The hosts of the golden configurations, by name."""

from __future__ import annotations

from .options import options

LEAF = {"address": "192.168.2.201", "asn": 65002, "local_address": "192.168.2.1", "description": "leaf 101"}
LEAF6 = {"address": "fd00:2::fffd", "asn": 65002, "local_address": "fd00:2::1"}
RED = {
    "name": "red-1",
    "asn": 65010,
    "ranges": ["10.1.0.0/16", "fd00:1::/64"],
    "pools": ["10.20.0.0/16", "fd00:20::/48"],
    "password": "p4ss#$%!x",
    "max_prefixes": 100,
    "advertise": ["10.0.0.0/8"],
}
BLUE = {"name": "blue", "asn": 4200000011, "ranges": ["10.3.0.0/16"], "pools": ["10.21.0.0/16"], "multihop": 1}
NODES = {
    "name": "nodes",
    "asn": 65003,
    "ranges": ["192.168.2.2/32", "192.168.3.0/24", "fd00:2::2/128"],
    "pools": ["10.1.0.0/16", "fd00:1::/48"],
    "password": "s3cret#2",
    "reflector_client": True,
}
BOTH = {"addresses": ["172.30.0.1", "fd00:30::1/128"]}

CASES = {
    "plain": options(),
    "peers_only": options(vip={}, workloads=[], password=None, accept=["0.0.0.0/0"]),
    "dual_stack": options(
        vip=BOTH,
        peers=[LEAF, LEAF6],
        workloads=[RED, BLUE],
        bfd=True,
        communities=["65003:100", "65003:1:2"],
        originate=["172.30.0.1/32", "fd00:30::1/128"],
        accept=["10.0.0.0/8", "fd00::/16"],
        max_prefixes=500,
    ),
    "reflector": options(
        cluster_id="244.0.0.1", peers=[LEAF, LEAF6], workloads=[NODES, BLUE], accept=["10.0.0.0/8", "fd00::/16"]
    ),
    "reflector_alone": options(vip={}, peers=[], workloads=[{**NODES, "password": None}], password=None),
    "vrf": options(
        vrf="prod", vrf_table=10, graceful_restart=False, peers=[{**LEAF, "multihop": 2, "password": "own"}]
    ),
}


def options_of(speaker: str, case: str) -> dict | None:
    """The case's options for a speaker: GoBGP's without BFD, and none where it has to refuse."""
    if speaker != "gobgp":
        return CASES[case]
    return None if CASES[case]["vrf"] else {**CASES[case], "bfd": False}
