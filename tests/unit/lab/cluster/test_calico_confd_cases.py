"""The stand-in against Calico's own cases: the same resources, and what Calico's real confd makes of them.

Everything agrees in every case but for DIFFERENCES, which docs/lab-cluster.md explains.
"""

from __future__ import annotations

import ipaddress
import random
import re
from functools import cache

import pytest

from lab.cluster.calico import bird
from tests import bird_text, confd_cases
from tests.bird_text import Configuration, Filter, Protocol, Route

CASES = confd_cases.cases()
# What is not compared, and why.
DIFFERENCES = {
    "protocols' names and debug lines": "they configure nothing",
    "add paths": "off here: it is one of the lab's simplifications",
    "connect delay, connect retry and error wait time": "shorter here, so that a lab is up sooner",
    "krt_metric and krt_tunnel of kernel routes": "BIRD 2 has no krt_tunnel, and writes one metric for all routes",
    "listen bgp": "BIRD 2 listens session by session: one without a source address listens at every address, "
    "whatever bindMode is",
}
SETTINGS = {
    "passive": r"passive on$",
    "restart time": r"graceful restart time (\d+)",
    "keepalive time": r"keepalive time (\d+)",
    "reflector client": r"rr client$",
    "cluster ID": r"rr cluster id (\S+)",
    "password": r'password "(.*)"',
    "next hop": r"next hop (\w+)",
    "allowed local AS numbers": r"allow local as (\d+)",
    "TTL security": r"ttl security (\w+)",
    "hops": r"multihop ?(\d*)$",
}

pytestmark = pytest.mark.parametrize("version", [4, 6], ids=["ipv4", "ipv6"])
each_case = pytest.mark.parametrize(
    "case", CASES or [pytest.param("", marks=pytest.mark.skip("not here: ../shared/calico-confd-cases"))]
)


@cache
def ours(case: str) -> Configuration:
    return bird_text.parse(bird.configuration(confd_cases.speaker(case)))


def session(configuration: Configuration, protocol: Protocol) -> dict:
    """What the two dialects say in other words, in the same."""
    settings = configuration.settings_of(protocol)
    (neighbor,) = (text for text in settings if text.startswith("neighbor "))
    local = [text for text in settings if text.startswith("local ")][-1]
    source = [text.removeprefix("source address ") for text in settings if text.startswith("source address ")]
    address = re.match(r"local (?!as|port)(\S+)", local)
    found: dict = {
        "neighbor": neighbor,
        "local AS": local.rpartition(" ")[2],
        "source": address[1] if address else "".join(source),
    }
    for name, pattern in SETTINGS.items():
        hits = [hit for text in settings if (hit := re.match(pattern, text))]
        found[name] = (hits[-1][1] if hits[-1].re.groups else True) if hits else None
    return found


def sessions(configuration: Configuration, version: int) -> dict[tuple, tuple[dict, Protocol]]:
    found = {}
    for protocol in configuration.of_kind("bgp"):
        item = session(configuration, protocol)
        if ipaddress.ip_address(item["neighbor"].split()[1]).version == version:
            found[(item["neighbor"], protocol.name.split("_")[0])] = (item, protocol)
    return found


@each_case
def test_a_node_has_the_sessions_that_confd_configures(case: str, version: int) -> None:
    made, wanted = sessions(ours(case), version), sessions(confd_cases.confd_s(case, version), version)
    assert {key: item for key, (item, _) in made.items()} == {key: item for key, (item, _) in wanted.items()}


# -- what filters make of routes --------------------------------------------------------------------------


def networks(texts: set[str], version: int) -> list[str]:
    """Networks around those that a file names: themselves, beneath them, above them, beside them."""
    found: dict[str, None] = {}
    for text in sorted(texts):
        network = ipaddress.ip_network(text, strict=False)
        if network.version != version:
            continue
        lengths = {network.prefixlen, *(network.prefixlen + more for more in (-1, 1, 2, 6, 8))}
        for length in sorted(lengths | {network.max_prefixlen}):
            if 0 <= length <= network.max_prefixlen:
                found[str(ipaddress.ip_network((int(network.network_address), length), strict=False))] = None
                last = int(network.broadcast_address)
                found[str(ipaddress.ip_network((last, length), strict=False))] = None
    return [*found, "203.0.113.0/24" if version == 4 else "2001:db8:ffff::/48"]


def sample(text: str, version: int, seed: int) -> list[Route]:
    """Routes that differ in everything that a file's filters look at: one per network, then random ones."""
    chance = random.Random(seed)
    prefixes = networks(set(re.findall(r"[0-9a-f]*[.:][0-9a-f.:]*/\d+", text)), version)
    patterns = re.findall(r'ifname ~ "([^"]+)"', text)
    interfaces = [None, "eth0", "tunl0", "vxlan.calico", "bpfin.cali", *(item.replace("*", "x1") for item in patterns)]
    standard = [tuple(map(int, hit)) for hit in re.findall(r"\((\d+), ?(\d+)\)", text)]
    large = [tuple(map(int, hit)) for hit in re.findall(r"\((\d+), ?(\d+), ?(\d+)\)", text)]
    paths = [tuple(map(int, hit.split())) for hit in re.findall(r"\[= ([\d ]+) \* =\]", text)]
    preferences = [int(hit) for hit in re.findall(r"bgp_local_pref [=>] (\d+)", text)]

    def route(net: str) -> Route:
        learned = chance.random() < 0.4
        base = chance.choice([(), *paths])
        return Route(
            net=net,
            source="RTS_BGP" if learned else chance.choice(("RTS_STATIC", "RTS_INHERIT", "RTS_DEVICE")),
            ifname=chance.choice(interfaces),
            krt_metric=None if learned else chance.choice((None, 512, 1024, 2048)),
            bgp_local_pref=chance.choice([100, *preferences, *(item + 1 for item in preferences)]) if learned else None,
            bgp_path=(*base, *chance.choices((65001, 65002), k=chance.randint(0, 2))),
            bgp_community=frozenset(item for item in standard if chance.random() < 0.5),
            bgp_large_community=frozenset(item for item in large if chance.random() < 0.5),
        )

    plain = [Route(net=net) for net in prefixes]
    return [*plain, *(route(net) for net in prefixes for _ in range(5))]


def compare(made: Filter, wanted: Filter, routes: list[Route]) -> None:
    """Both filters take the same routes and make the same of them, but for the kernel's metric."""
    taken = 0
    for route in routes:
        mine, theirs = made.run(route), wanted.run(route)
        assert mine == theirs, f"of {route}"
        taken += theirs is not None
    assert taken or "accept" not in wanted.code


def everything(case: str, version: int) -> str:
    stem = "bird" if version == 4 else "bird6"
    return "\n".join((confd_cases.CASES / case / f"{stem}{part}.cfg").read_text() for part in ("_aggr", "_ipam", ""))


@each_case
@pytest.mark.parametrize("direction", ["import", "export"])
def test_a_session_passes_the_routes_that_confd_s_filters_pass(case: str, version: int, direction: str) -> None:
    mine, theirs = ours(case), confd_cases.confd_s(case, version)
    made, wanted = sessions(mine, version), sessions(theirs, version)
    routes = sample(everything(case, version), version, seed=version)
    if direction == "import":
        routes = [item for item in routes if item.source == "RTS_BGP"]
    seen = []  # sessions have most of their filters in common
    for key, (_, protocol) in wanted.items():
        filters = mine.filter_of(made[key][1], direction), theirs.filter_of(protocol, direction)
        if [item.code for item in filters] not in seen:
            seen.append([item.code for item in filters])
            compare(*filters, routes)


@each_case
def test_the_kernel_gets_the_routes_that_confd_lets_through(case: str, version: int) -> None:
    mine, theirs = ours(case), confd_cases.confd_s(case, version)
    made = {item.name: item for item in mine.of_kind("kernel")}
    if f"kernel{version}" not in made:
        assert version not in confd_cases.speaker(case).addresses
        return
    (wanted,) = theirs.of_kind("kernel")
    for route in sample(everything(case, version), version, seed=version):
        passed = mine.filter_of(made[f"kernel{version}"], "export").run(route) is not None
        assert passed == (theirs.filter_of(wanted, "export").run(route) is not None), route


@each_case
def test_a_node_has_the_static_routes_router_id_and_interfaces_that_confd_configures(case: str, version: int) -> None:
    mine, theirs = ours(case), confd_cases.confd_s(case, version)
    made = {item.name: item for item in mine.of_kind("static")}
    if f"static{version}" in made:
        wanted = [text for item in theirs.of_kind("static") for text in theirs.settings_of(item)]
        routes = [text for text in made[f"static{version}"].settings if text.startswith("route ")]
        assert sorted(routes) == sorted(wanted)
    assert [text for text in mine.settings if text.startswith("router id")] == [
        text for text in theirs.settings if text.startswith("router id")
    ]
    interfaces = [
        [text for item in file.of_kind("direct") for text in file.settings_of(item) if text.startswith("interface ")]
        for file in (mine, theirs)
    ]
    assert interfaces[0] == interfaces[1]


@each_case
def test_a_node_listens_where_confd_has_it_listen(case: str, version: int) -> None:
    mine, theirs = ours(case), confd_cases.confd_s(case, version)
    listen = " ".join(text for text in theirs.settings if text.startswith("listen bgp"))
    port = re.search(r"port (\d+)", listen)
    for _, protocol in sessions(mine, version).values():
        (local,) = (text for text in protocol.settings if text.startswith("local "))
        found = re.search(r"port (\d+)", local)
        assert (found and found[1]) == (port and port[1])
        if session(mine, protocol)["source"]:
            assert ("strict bind on" in protocol.settings) == ("address" in listen)
