"""A host as route reflector: what one client announces reaches the other by it, next hop kept, with every speaker.

The clients are FRR; at the end, with all from one plan, the nodes of a Calico cluster, by BIRD in Calico's place.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.calico.announcements import reports
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.calico.reflector_sessions import problems
from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from lab.cluster.calico import agent
from lab.context import Lab, stop_process, wait_for
from lab.hosts import links
from lab.tools import program
from tests.lab import role_hosts, speaker_host
from tests.lab.calico_birds import PASSWORD, Birds, known, kubernetes_node
from tests.lab.speaker_gobgp import GoBgpHost
from tests.lab.speaker_host import NamespaceHost, Site
from tests.lab.test_node_peering import Bird, validated

pytestmark = pytest.mark.lab
FAMILIES = ("ipv4", "ipv6")
# the two namespaces beside the host, here nodes of its own AS: by family the address and the host's towards it, the
# network of both, what the node announces
ADDRESSES = {
    "leaf1": {"ipv4": ("10.0.1.201", "10.0.1.1"), "ipv6": ("fd00:1::201", "fd00:1::1")},
    "leaf2": {"ipv4": ("10.0.2.202", "10.0.2.1"), "ipv6": ("fd00:2::202", "fd00:2::1")},
}
NETWORKS = {"leaf1": ("10.0.1.0/24", "fd00:1::/64"), "leaf2": ("10.0.2.0/24", "fd00:2::/64")}
REFLECTED = {
    "leaf1": {"ipv4": "10.20.1.0/24", "ipv6": "fd00:20:0:1::/64"},
    "leaf2": {"ipv4": "10.20.2.0/24", "ipv6": "fd00:20:0:2::/64"},
}
OUTSIDE = {"ipv4": "10.66.0.0/24", "ipv6": "fd00:66::/64"}
NODES = {
    "name": "nodes",
    "asn": 65003,
    "ranges": ["10.0.1.201/32", "10.0.2.0/24", "fd00:1::201/128", "fd00:2::/64"],
    "pools": ["10.20.0.0/16", "fd00:20::/48"],
    "password": "s3cret",
    "reflector_client": True,
}
OPTIONS = {"vip": {"addresses": []}, "peers": [], "workloads": [NODES], "accept": [], "cluster_id": "244.0.0.1"}


def client(name: str) -> str:
    """A node: per family one route of its own, and one outside of the pools."""
    # what one speaker reflected must not be there still when the next one is tested
    lines = ["router bgp 65003", " no bgp network import-check", " no bgp default ipv4-unicast"]
    lines.append(" bgp graceful-restart-disable")
    words = ("remote-as 65003", "password s3cret", "timers 1 3", "timers connect 1")
    reflectors = {family: ADDRESSES[name][family][1] for family in FAMILIES}
    lines += [f" neighbor {address} {word}" for address in reflectors.values() for word in words]
    for family, address in reflectors.items():
        lines += [f" address-family {family} unicast", f"  neighbor {address} activate"]
        lines += [f"  network {prefix}" for prefix in (REFLECTED[name][family], OUTSIDE[family])]
        lines += [" exit-address-family"]
    return "\n".join([*lines, "exit", ""])


def link(made: Site) -> None:
    """IPv6 on the links, and each client's networks behind the host for the other, as behind a gateway."""
    for name, other in (("leaf1", "leaf2"), ("leaf2", "leaf1")):
        own, host = ADDRESSES[name]["ipv6"]
        links.batch(made.host.router.namespace, [f"address add {host}/64 dev {name} nodad"])
        gateways = [ADDRESSES[name][family][1] for family in FAMILIES]
        routes = [f"route add {to} via {via}" for to, via in zip(NETWORKS[other], gateways, strict=True)]
        links.batch(made.routers[name].namespace, [f"address add {own}/64 dev eth0 nodad", *routes])


@pytest.fixture(scope="module")
def site(lab_ready: None) -> Iterator[Site]:  # noqa: ARG001
    made = speaker_host.make(Lab(f"rr{os.getpid()}"))
    try:
        made.up({name: client(name) for name in ADDRESSES})
        link(made)
        yield made
    finally:
        made.down()


@pytest.fixture(params=["frr", "bird", "gobgp"])
def reflector(request: pytest.FixtureRequest, site: Site) -> Iterator[Site]:
    """The host with each speaker in turn."""
    host = site.host
    wait_for(
        lambda: not any(learned(site, name, family) for name in ADDRESSES for family in FAMILIES),
        "clients without routes of others",
    )
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


def learned(site: Site, name: str, family: str) -> dict[str, set[str]]:
    """Prefix → next hops of what a client has from others."""
    return {prefix: hops for prefix, hops in site.routes(name, family).items() if hops}


def path(site: Site, family: str) -> dict:
    """What the first client has of the other's route."""
    return site.routers["leaf1"].ask(f"show bgp {family} unicast {REFLECTED['leaf2'][family]} json")["paths"][0]


def wait_until_learned(site: Site, name: str, family: str, wanted: dict[str, set[str]]) -> None:
    wait_for(lambda: learned(site, name, family) == wanted, f"{wanted} on {name}", timeout=40)


def test_a_client_s_routes_reach_the_other_by_the_host_with_their_next_hops(reflector):
    for family in FAMILIES:
        for mine, other in (("leaf1", "leaf2"), ("leaf2", "leaf1")):
            # and nothing from outside of the pools
            wait_until_learned(reflector, mine, family, {REFLECTED[other][family]: {ADDRESSES[other][family][0]}})
        wait_for(lambda family=family: "bestpath" in path(reflector, family), "a way to the next hop", timeout=20)
        assert path(reflector, family)["clusterList"]["list"] == ["244.0.0.1"]
        assert path(reflector, family)["originatorId"] == ADDRESSES["leaf2"]["ipv4"][0]


# -- a Calico cluster and its reflector from one plan ----------------------------------------------------

REFLECTOR = "198.51.100.11"  # on the host's loopback, where both nodes reach it
CALICO = {
    "fabric": {
        "name": "dc1",
        "asn": 65002,
        "version": "6.0(9c)",
        "racks": {"rack1": {"leaves": {101: {"router_id": "1.1.1.101"}, 102: {"router_id": "1.1.1.102"}}}},
    },
    "clusters": {
        "k8s-prod": {
            "cluster": {
                "asn": 65003,
                "cni": "calico",
                "networks": {"node": ["10.0.0.0/22"], "pod": ["10.20.0.0/16"], "service": ["10.96.0.0/16"]},
                "l3out": {"tenant": "k8s", "vrf": "prod", "vlan": 310},
                "bgp": {"password": PASSWORD, "keepalive": 2, "hold": 6},
                "calico": {
                    "route_reflectors": {"cluster_id": "244.0.0.1", "hosts": {"rr1": {"addresses": [REFLECTOR]}}}
                },
            },
            "nodes": {
                name: {"rack": "rack1", "addresses": [ADDRESSES[name]["ipv4"][0]]} for name in ("leaf1", "leaf2")
            },
        }
    },
}


@pytest.fixture(scope="module")
def plan() -> dict:
    return build(CALICO).plans["k8s-prod"]


@pytest.fixture(scope="module")
def birds(site: Site, plan: dict) -> Iterator[Birds]:
    """The two namespaces as nodes of the cluster, and the host as its reflector, all as the plan says."""
    speakers = Birds(site.lab)
    links.batch(site.host.router.namespace, [f"address add {REFLECTOR}/32 dev lo"])
    for name in ADDRESSES:
        address, gateway = ADDRESSES[name]["ipv4"]
        site.routers[name].stop()
        links.batch(site.routers[name].namespace, [f"route add {REFLECTOR} via {gateway}"])
        block = REFLECTED[name]["ipv4"]
        speakers.bring(name, site.routers[name].namespace, known(plan, [kubernetes_node(name, [address], [block])]))
    role_hosts.bring(site.host, role_hosts.reflector_options(plan, "rr1", PASSWORD))
    yield speakers
    for name in ADDRESSES:
        stop_process(site.lab, f"bird-{name}")


def test_nodes_of_a_calico_cluster_learn_each_other_s_blocks_by_the_host_that_its_plan_names(birds: Birds) -> None:
    for mine, other in (("leaf1", "leaf2"), ("leaf2", "leaf1")):
        hop = ADDRESSES[other]["ipv4"][0]
        asked = (mine, "show", "route", REFLECTED[other]["ipv4"], "all")
        said = wait_for(partial(reflected, birds, asked), f"the block of {other} on {mine}", timeout=40)
        assert f"BGP.next_hop: {hop}" in str(said)
        assert f"originator_id: {hop}" in str(said)


def reflected(birds: Birds, asked: tuple[str, ...]) -> str:
    """What a BIRD says of a route; "" unless it came by the reflector."""
    said = birds.ask(*asked)
    return said if "cluster_list: 244.0.0.1" in said else ""


def test_verification_goes_by_what_the_nodes_report_of_their_sessions_with_the_host(
    site: Site, plan: dict, birds: Birds
) -> None:
    wait_for(lambda: not told(plan, birds), "both sessions as planned", timeout=40)
    site.host.router.stop()
    wait_for(lambda: all(name in "".join(told(plan, birds)) for name in ADDRESSES), "both have the routes", timeout=20)
    (message,) = told(plan, birds)
    assert message.startswith(f"route reflector rr1 ({REFLECTOR}) has no Established session with leaf1 (")
    assert "kubefabric.bgp.nodes, group reflector_hosts" in message


def told(plan: dict, birds: Birds) -> list[str]:
    """What verification says of the reflector, by the CalicoNodeStatuses that Calico's agents would write."""
    said = {name: agent.sessions(birds.ask(name, "show", "protocols")) for name in plan["nodes"]}
    statuses = [{"spec": {"node": name}, "status": {"bgp": found}} for name, found in said.items()]
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    pods = [{"metadata": {"name": name}, "spec": {"nodeName": name}, "status": ready} for name in said]
    state = from_resources([kubernetes_node(name, [], []) for name in said], pods, [], [])
    return [one["message"] for one in problems(plan, {**state, "reports": reports(statuses)})]
