"""Routers in place of an ACI fabric: the documents' examples, with FRR as the router, by the collection's playbooks.

OVN-Kubernetes' guide: a provider's router, iBGP in AS 64512, 192.168.100.10, whose network nodes import (use case 1),
and to which they announce the default network (2) and a user-defined one (4) that has the provider's routes, too (3).
Calico's "Configure BGP peering": a global peer, 192.20.30.40 in AS 64567, and a per-node one by the label of a rack.
kube-router and Cilium peer with the same two routers. These are the column ``routers`` of the matrix of networks.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import cluster
from lab.cluster import control
from lab.cluster.api import Api
from lab.context import Lab, run, wait_for
from tests import crds
from tests.inventories import write, write_inventory
from tests.lab import matrix
from tests.lab.cni_cells import NETWORKS, cluster_name
from tests.lab.router_fabric import Router, RouterFabric, topology
from tests.programs import ansible_playbook

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="the lab needs root (network namespaces)"),
]

PASSWORD = "s3cret"
PROVIDER = Router("provider", 64512, "192.168.100.10/24", "22.100.0.0/16", internal=True)
GLOBAL = Router("my-global-peer", 64567, "192.20.30.40/24", "22.110.0.0/16", PASSWORD)
RACK1 = Router("rack1-tor", 64568, "192.20.30.41/24", "22.111.0.0/16", PASSWORD)
TORS = {
    "name": "tors",
    "kind": "routers",
    "routers": {"my-global-peer": {"asn": 64567, "addresses": ["192.20.30.40"]}},
    "racks": {"rack-1": {"routers": {"rack1-tor": {"asn": 64568, "addresses": ["192.20.30.41"]}}}, "rack-2": {}},
}
FABRICS = {
    "ovn_kubernetes": {
        "name": "provider",
        "kind": "routers",
        "routers": {"provider": {"asn": 64512, "addresses": ["192.168.100.10"]}},
    }
}
# Cilium takes no routes over BGP: its nodes reach what is behind a router by their default gateway.
WITHOUT_IMPORT = ("cilium",)
DEFINITIONS = ("calico", "cilium", "frr-k8s", "ovn-kubernetes")


def intent_of(number: int, network: str) -> dict:
    """A cluster and its two nodes, with networks of its own."""
    made: dict = {
        "asn": 64512 + number,
        "cni": network,
        "networks": {
            "node": ["192.20.30.0/24"],
            "pod": [f"10.{number}.0.0/16"],
            "service": [f"10.{100 + number}.0.0/16"],
            "external_service": [f"192.168.{number}.0/24"],
        },
        "bgp": {"keepalive": 2, "hold": 6, "password": PASSWORD},
    }
    names = [f"{cluster_name(network, 'routers')}-node{node}" for node in (1, 2)]
    nodes = {
        name: {"rack": f"rack-{rack}", "addresses": [f"192.20.30.{10 * number + rack}"]}
        for rack, name in enumerate(names, 1)
    }
    if network == "calico":  # a filter of ours takes what the intent accepts, besides the pods' networks
        made["rack_label"] = "rack"
        made["calico"] = {"leaf_peers": {"accept": ["22.110.0.0/16", "22.111.0.0/16"]}}
    if network == "ovn_kubernetes":
        made |= {"asn": 64512, "bgp": {"keepalive": 2, "hold": 6}}
        made["networks"] |= {"node": ["192.168.100.0/24"], "pod": [f"10.{number}.0.0/16", "22.101.0.0/16"]}
        tlv = {"subnets": ["22.101.0.0/16"], "namespaces": ["blue", "red"], "leak_default_routes": True}
        made["ovn_kubernetes"] = {"receive": [{"prefix": "22.100.0.0/16"}], "networks": {"tlv": tlv}}
        nodes = {name: {"addresses": [f"192.168.100.{number}"]} for number, name in enumerate(names, 1)}
    return {"cluster": made, "nodes": nodes}


@dataclass
class World:
    """The lab, and what the playbooks said by network."""

    lab: Lab
    fabric: RouterFabric
    intents: dict[str, dict]
    first: dict[str, str]
    second: dict[str, str]

    def api(self, network: str) -> Api:
        made = control.layout(self.lab, cluster_name(network, "routers"))
        return Api(made.ports["kube-apiserver"], made.pki)

    def nodes(self, network: str) -> dict[str, str]:
        """The nodes' addresses by name."""
        given = self.intents[cluster_name(network, "routers")]["nodes"]
        return {name: node["addresses"][0] for name, node in given.items()}

    def blocks(self, network: str) -> dict[str, list[str]]:
        """The pod networks of every node."""
        if network == "cilium":
            items = self.api(network).request("GET", "/apis/cilium.io/v2/ciliumnodes")["items"]
            return {item["metadata"]["name"]: item["spec"]["ipam"]["podCIDRs"] for item in items}
        items = self.api(network).request("GET", "/api/v1/nodes")["items"]
        return {item["metadata"]["name"]: item["spec"]["podCIDRs"] for item in items}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    crds.required(*DEFINITIONS)
    directory = tmp_path_factory.mktemp("routers")
    intents = {cluster_name(one, "routers"): intent_of(number, one) for number, one in enumerate(NETWORKS, 1)}
    lab = Lab(f"t{os.getpid()}")
    made = topology(
        {name: one["cluster"] for name, one in intents.items()},
        {name: one["nodes"] for name, one in intents.items()},
        24,
    )
    fabric = RouterFabric(lab, made, (PROVIDER, GLOBAL, RACK1))
    try:
        fabric.up()
        cluster.up(lab, made, lambda _: None)
        inventory = inventory_of(lab, directory / "inventory", intents)
        yield World(lab, fabric, intents, play(inventory, "site"), play(inventory, "clusters"))
    finally:
        fabric.clean()


def inventory_of(lab: Lab, directory: Path, intents: dict[str, dict]) -> Path:
    """The clusters as a user would write them; each has its fabric."""
    for name, one in intents.items():
        one["cluster"]["kubeconfig"] = str(lab.directory / f"{name}.kubeconfig")
    write_inventory(directory, {"fabric": TORS, "clusters": intents}, intents)
    for name, one in intents.items():
        fabric = FABRICS.get(one["cluster"]["cni"], TORS)
        write(
            directory / "host_vars" / f"{name}.yml", {"kubefabric_cluster": one["cluster"], "kubefabric_fabric": fabric}
        )
    return directory


def play(inventory: Path, name: str) -> dict[str, str]:
    """What a playbook said that ran for all networks at the same time."""

    def one(network: str) -> str:
        arguments = ["--limit", cluster_name(network, "routers"), "-e", "verify_wait=180"]
        output = ["-e", f"kubefabric_output_dir={inventory.parent / 'build'}"]
        done = ansible_playbook(f"kubefabric.bgp.{name}", "-i", inventory, *arguments, *output, timeout=1800)
        return done.stdout + done.stderr

    with ThreadPoolExecutor(len(NETWORKS)) as pool:
        return dict(zip(NETWORKS, pool.map(one, NETWORKS), strict=True))


def recap(said: str, name: str) -> dict[str, int]:
    line = re.search(rf"^{re.escape(name)}\s+:(.*)$", said, flags=re.MULTILINE)
    assert line, said[-4000:]
    return {key: int(figure) for key, figure in re.findall(r"(\w+)=(\d+)", line[1])}


def routers_of(network: str) -> tuple[Router, ...]:
    return (PROVIDER,) if network == "ovn_kubernetes" else (GLOBAL, RACK1)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_cluster_comes_up_at_its_routers_and_a_second_run_changes_nothing(world: World, network: str) -> None:
    name = cluster_name(network, "routers")
    first, second = recap(world.first[network], name), recap(world.second[network], name)
    assert first["failed"] == 0, world.first[network][-6000:]
    assert (second["failed"], second["changed"]) == (0, 0), world.second[network][-6000:]
    nodes = world.nodes(network)
    for router in routers_of(network):
        served = {address for node, address in nodes.items() if router is not RACK1 or node.endswith("node1")}
        mine = set(nodes.values())
        wait_for(lambda: world.fabric.sessions(router) & mine == served, f"sessions of {router.name}")  # noqa: B023
    planned = 2 if network == "ovn_kubernetes" else 3
    pods = sum(map(len, world.blocks(network).values()))
    row = (network, "routers", "ipv4", len(nodes), f"{planned}/{planned}", f"{pods}/{pods}", "-", "-", "none", 0)
    matrix.NETWORKS.note(row)


@pytest.mark.parametrize("network", NETWORKS)
def test_routers_have_every_node_s_pod_network_through_that_node(world: World, network: str) -> None:
    router = routers_of(network)[0]
    for node, blocks in world.blocks(network).items():
        for block in blocks:
            wanted = {world.nodes(network)[node]}
            wait_for(lambda: world.fabric.routes(router).get(block) == wanted, f"{block} of {node}")  # noqa: B023


@pytest.mark.parametrize("network", [one for one in NETWORKS if one not in WITHOUT_IMPORT])
def test_packets_of_a_pod_s_address_reach_what_is_behind_the_router_and_come_back(world: World, network: str) -> None:
    router = routers_of(network)[0]
    name, blocks = next(iter(world.blocks(network).items()))
    pod = f"{blocks[0].rpartition('.')[0]}.9"
    namespace = world.lab.node_namespace(cluster_name(network, "routers"), name)
    run(["ip", "-n", namespace, "addr", "add", f"{pod}/32", "dev", "lo"])
    ping = ["ping", "-c1", "-W1", "-I", pod, router.inside]
    wait_for(lambda: "1 received" in _output(ping, namespace), f"{router.inside} answers {pod} of {name}")


def _output(command: list[str], namespace: str) -> str:
    try:
        return run(command, namespace=namespace)
    except RuntimeError:
        return ""


def test_a_user_defined_network_is_announced_to_the_provider_s_router(world: World) -> None:
    """Use case 4: the network tlv, 22.101.0.0/16, from every node."""
    wanted = set(world.nodes("ovn_kubernetes").values())
    wait_for(lambda: world.fabric.routes(PROVIDER).get("22.101.0.0/16") == wanted, "the user-defined network")


def test_a_user_defined_network_has_the_provider_s_routes(world: World) -> None:
    """Use case 3: frr-k8s imports the default VRF's routes into the network's."""
    name = cluster_name("ovn_kubernetes", "routers")
    kubectl = [str(world.lab.directory / "bin/kubectl"), f"--kubeconfig={world.lab.directory}/{name}.kubeconfig"]
    items = json.loads(run([*kubectl, "get", "frrconfigurations", "-A", "-o", "json"]))["items"]
    routers = [one for item in items for one in item["spec"]["bgp"]["routers"]]
    assert any(one.get("vrf") == "tlv" and one.get("imports") == [{"vrf": "default"}] for one in routers)
