"""A host as route reflector: what one client announces reaches the other by it, next hop kept, with every speaker."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply
from lab.context import Lab, wait_for
from lab.hosts import links
from lab.tools import program
from tests.lab import speaker_host
from tests.lab.conftest import _reason_to_skip
from tests.lab.speaker_gobgp import GoBgpHost
from tests.lab.speaker_host import LINKS, NamespaceHost, Site
from tests.lab.test_node_peering import Bird, validated

pytestmark = pytest.mark.lab
# the two namespaces beside the host: here nodes of its own AS; address, and the host's address towards it
CLIENTS = {name: tuple(text.partition("/")[0] for text in LINKS[name]) for name in ("leaf1", "leaf2")}
REFLECTED = {"leaf1": "10.20.1.0/24", "leaf2": "10.20.2.0/24"}
NODES = {
    "name": "nodes",
    "asn": 65003,
    "ranges": [f"{CLIENTS['leaf1'][0]}/32", "10.0.2.0/24"],
    "pools": ["10.20.0.0/16"],
    "password": "s3cret",
    "reflector_client": True,
}
OPTIONS = {"vip": {"addresses": []}, "peers": [], "workloads": [NODES], "accept": [], "cluster_id": "244.0.0.1"}


def client(name: str) -> str:
    """A node: one route of its own, one outside of the pools."""
    reflector = f"neighbor {CLIENTS[name][1]}"
    lines = [f" {reflector} {words}" for words in ("remote-as 65003", "password s3cret", "timers 1 3")]
    routes = [f"  network {prefix}" for prefix in (REFLECTED[name], "10.66.0.0/24")]
    family = [" address-family ipv4 unicast", *routes, " exit-address-family", "exit", ""]
    # what one speaker reflected must not be there still when the next one is tested
    head = ["router bgp 65003", " no bgp network import-check", " bgp graceful-restart-disable"]
    return "\n".join([*head, *lines, f" {reflector} timers connect 1", *family])


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    reason = _reason_to_skip()
    if reason:
        pytest.skip(reason)
    made = speaker_host.make(Lab(f"rr{os.getpid()}"))
    try:
        made.up({name: client(name) for name in CLIENTS})
        # the other one's network lies behind the host, as behind a gateway
        links.batch(made.routers["leaf1"].namespace, ["route add 10.0.2.0/24 via 10.0.1.1"])
        links.batch(made.routers["leaf2"].namespace, ["route add 10.0.1.0/24 via 10.0.2.1"])
        yield made
    finally:
        made.down()


@pytest.fixture(params=["frr", "bird", "gobgp"])
def reflector(request: pytest.FixtureRequest, site: Site) -> Iterator[Site]:
    """The host with each speaker in turn."""
    host = site.host
    wait_for(lambda: not any(learned(site, name) for name in CLIENTS), "clients without routes of others")
    try:
        if request.param == "bird":
            bird = Bird(site)
            bird.start(**OPTIONS)
            request.addfinalizer(bird.stop)
        else:
            site.host = host if request.param == "frr" else gobgp_host(host)
            bring(site, request.param)
        yield site
    finally:
        if request.param != "bird":
            bring(site, request.param, state="absent")
        site.host = host


def gobgp_host(host: NamespaceHost) -> GoBgpHost:
    return GoBgpHost(host.router, Path(host.root), program("gobgpd").parent)


def bring(site: Site, speaker: str, **changes: object) -> None:
    apply.bring(site.host, validated(speaker=speaker, **{**OPTIONS, **changes}), False)


def learned(site: Site, name: str) -> dict[str, set[str]]:
    """Prefix → next hops of what a client has from others."""
    return {prefix: hops for prefix, hops in site.routes(name).items() if hops}


def test_a_client_s_route_reaches_the_other_by_the_host_with_its_next_hop(reflector):
    for mine, other in (("leaf1", "leaf2"), ("leaf2", "leaf1")):
        wanted = {REFLECTED[other]: {CLIENTS[other][0]}}  # and nothing from outside of the pools
        wait_for(lambda mine=mine, wanted=wanted: learned(reflector, mine) == wanted, f"{wanted} on {mine}", timeout=40)
    wait_for(lambda: "bestpath" in path(reflector), "a way to the next hop", timeout=20)
    assert path(reflector)["clusterList"]["list"] == ["244.0.0.1"]
    assert path(reflector)["originatorId"] == CLIENTS["leaf2"][0]


def path(site: Site) -> dict:
    """What the first client has of the other's route."""
    return site.routers["leaf1"].ask(f"show bgp ipv4 unicast {REFLECTED['leaf2']} json")["paths"][0]
