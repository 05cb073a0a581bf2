"""Every cluster network, with both SVI designs, in IPv4, IPv6 and dual stack: site.yml on the example inventory.

The cells, and which of them are run, are in cni_cells.py.
Of the inventory only `cni`, `svi` and the networks differ from cell to cell. The timers are 2 s and 6 s in all of them,
because Calico cannot hold the example's 1 s and 3 s. All clusters of one address family stand in one fabric and one
VRF, and must not meet; runs of site.yml configure them at the same time, one per network. The playbooks prove what they
did: verify finds everything that was planned and nothing else. Here the leaves are asked once more, by longest match.

Among the clusters of IPv4 is one more, whose Calico came by manifests: no operator, agents in kube-system.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from lab import bringup
from lab.cluster import control
from lab.cluster.api import Api
from lab.cluster.workload import NAMESPACE
from lab.context import Lab, wait_for
from lab.context import run as command
from lab.fabric import vty
from lab.fabric.instance import Instance
from tests import crds
from tests.inventories import write_inventory
from tests.lab import cilium_services, example, matrix
from tests.lab.cni_cells import (
    BY_MANIFESTS,
    FAMILIES,
    NETWORKS,
    NODES,
    PEERS_MOVE,
    cells_of,
    cluster,
    cluster_name,
    nodes,
    reflects,
)

pytestmark = pytest.mark.lab

WITHOUT_SERVICES = ("ovn_kubernetes",)  # announces pod networks alone
DEFINITIONS = ("calico", "calico-storage", "cilium", "frr-k8s", "ovn-kubernetes")
PATIENCE = ("-e", "verify_wait=180")  # many clusters come up on few cores


@dataclass
class Run:
    """One lab with all clusters of an address family, and what the playbooks said, by network."""

    lab: Lab
    inventory: Path
    family: str
    cells: list[tuple[str, str]]
    first: dict[str, str]
    second: dict[str, str]

    def designs(self, network: str) -> list[str]:
        """The designs that a network is run with."""
        return [design for other, design in self.cells if other == network and (other, design) != BY_MANIFESTS]

    def recap(self, text: str, name: str) -> dict[str, int]:
        """The figures of a cluster in a run's last lines."""
        line = re.search(rf"^{re.escape(name)}\s+:(.*)$", text, flags=re.MULTILINE)
        assert line, text[-4000:]
        return {key: int(figure) for key, figure in re.findall(r"(\w+)=(\d+)", line[1])}

    def said(self, text: str, name: str) -> str:
        """What a run said of a cluster that is not as it should be."""
        lines = [line for line in text.splitlines() if name in line and ("fatal:" in line or "changed:" in line)]
        return "\n".join(lines)[-6000:]

    @cached_property
    def tables(self) -> dict[int, dict[str, set[str]]]:
        """Leaf → prefix → next hops: what its zebra has installed of BGP."""
        found: dict[int, dict[str, set[str]]] = {}
        for leaf in (101, 102, 103, 104):
            zebra = Instance(self.lab, leaf, "k8s:prod").zebra
            for routes in vty.ask_json(zebra, ["show ip route bgp json", "show ipv6 route bgp json"]):
                for prefix, entries in routes.items():
                    hops = [hop for entry in entries for hop in entry["nexthops"] if hop.get("fib") and "ip" in hop]
                    found.setdefault(leaf, {})[prefix] = {hop["ip"] for hop in hops}
        return found

    def ways(self, leaf: int, destination: str) -> set[str]:
        """The next hops of a leaf's longest match."""
        wanted = ip_network(destination)
        routes = {ip_network(text): hops for text, hops in self.tables[leaf].items()}
        covering = [item for item in routes if item.version == wanted.version and wanted.subnet_of(item)]
        return routes[max(covering, key=lambda item: item.prefixlen)] if covering else set()


@pytest.fixture(scope="module", params=FAMILIES)
def run(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    lab_ready: None,  # noqa: ARG001
) -> Iterator[Run]:
    """A lab with a cluster for every cell of the family, and site.yml run twice."""
    crds.required(*DEFINITIONS)
    cells = cells_of(request.param)
    directory = tmp_path_factory.mktemp(request.param)
    clusters = {
        cluster_name(*cell): {"cluster": cluster(number, *cell, request.param), "nodes": nodes(*cell)}
        for number, cell in enumerate(cells, 1)
    }
    intent = {"fabric": example.fabric(), "clusters": clusters}
    inventory = write_inventory(directory / "inventory", intent, clusters)
    lab = Lab(f"c{os.getpid()}")
    try:
        bringup.up(lab, inventory, None, lambda _: None)
        for name in [cluster_name(*cell) for cell in cells if cell[0] == "cilium"]:
            external = clusters[name]["cluster"]["networks"]["external_service"]
            cilium_services.create(api_of(lab, name), external, next(iter(clusters[name]["nodes"])))
        yield Run(
            lab,
            inventory,
            request.param,
            cells,
            playbooks(lab, inventory, directory / "build", cells, "site"),
            playbooks(lab, inventory, directory / "build", cells, "fabric", "clusters"),
        )
    finally:
        bringup.down(lab, lambda _: None)


def api_of(lab: Lab, name: str) -> Api:
    """A cluster's API server."""
    made = control.layout(lab, name)
    return Api(made.ports["kube-apiserver"], made.pki)


def playbooks(lab: Lab, inventory: Path, output: Path, cells: list[tuple[str, str]], *names: str) -> dict[str, str]:
    """What playbooks said that ran for all networks at the same time: Ansible would take their roles one by one."""

    def one(network: str) -> str:
        limit = ",".join(cluster_name(*cell) for cell in cells if cell[0] == network)
        done = example.playbook(lab, inventory, output, *names, arguments=["--limit", limit, *PATIENCE])
        return done.stdout + done.stderr

    with ThreadPoolExecutor(len(NETWORKS)) as pool:
        return dict(zip(NETWORKS, pool.map(one, NETWORKS), strict=True))


@pytest.mark.parametrize("network", NETWORKS)
def test_a_cluster_comes_up_as_planned_and_a_second_run_changes_nothing(run: Run, network: str) -> None:
    for design in run.designs(network):
        prove(run, network, design)


def prove(run: Run, network: str, design: str) -> None:
    """Compare a cell with what was planned, and note it in the table."""
    name = cluster_name(network, design)
    said, again = run.first[network], run.second[network]
    first, second = run.recap(said, name), run.recap(again, name)
    assert (first["failed"], first["unreachable"]) == (0, 0), run.said(said, name)
    assert (second["failed"], second["changed"]) == (0, 0), run.said(again, name)
    planned = len(NODES) * 2 * len(FAMILIES[run.family])
    assert f"cluster {name}: {planned} of {planned} sessions Established" in said
    seen = Cell(run, name, network)
    seen.peers_with_the_leaves_of_its_rack_alone(said)
    pods, service, local = seen.pod_blocks(), seen.ways("web"), seen.ways("web-local")
    row = (network, design, run.family, len(NODES), f"{planned}/{planned}", pods, service, local, "none", 0)
    matrix.NETWORKS.note(row)


def test_a_node_s_pods_are_known_to_another_by_the_route_reflector(run: Run) -> None:
    names = [cluster_name(*cell) for cell in run.cells if reflects(run.family, *cell)]
    assert names
    for name in names:
        _reflector, client, other = Cell(run, name, "calico").nodes.values()
        control_socket = run.lab.file("cluster", name, "bird", f"{client['metadata']['name']}.ctl")
        for block in other["spec"]["podCIDRs"]:
            said = command(["birdc", "-s", str(control_socket), "show", "route", block, "all"])
            assert re.search(r"cluster_list: 244\.0\.0\.1\b", said), said


def test_cilium_announces_what_its_load_balancer_has(run: Run) -> None:
    """That ``verify`` expects the same, neither more nor less, was held by site.yml."""
    for design in run.designs("cilium"):
        seen = Cell(run, cluster_name("cilium", design), "cilium")
        assert seen.announcers(cilium_services.OTHER_PROXY) == set()
        assert seen.announcers(cilium_services.EXTERNAL_NAME) == set(seen.nodes)
        assert seen.announcers(cilium_services.ONE_NODE) == {next(iter(seen.nodes))}
        assert cilium_services.balanced_addresses(seen.api, "layer-two") == []
        given = cilium_services.balanced_addresses(seen.api, "one-type")
        assert given
        assert not any(run.ways(leaf, address) for leaf in seen.leaves for address in given)


@pytest.mark.parametrize("run", ["ipv4"], indirect=True)
def test_calico_installed_by_manifests_comes_up_as_planned(run: Run) -> None:
    prove(run, *BY_MANIFESTS)
    kubectl, api = tools(run, cluster_name(*BY_MANIFESTS))
    ours = ("get", "secrets,roles,rolebindings", "--selector=app.kubernetes.io/managed-by", "--output=name")
    made = command([*kubectl, *ours, "--all-namespaces"])
    assert made == command([*kubectl, *ours, "--namespace=kube-system"])
    assert len(made.split()) == 3
    pool = api.request("GET", "/apis/projectcalico.org/v3/ippools/default-ipv4-ippool")["spec"]
    assert (pool["blockSize"], pool["natOutgoing"], pool["ipipMode"]) == (26, False, "Never")


@pytest.mark.parametrize("run", ["ipv4"], indirect=True)
def test_moving_from_people_s_own_peers_to_ours_resets_no_session(run: Run, tmp_path: Path) -> None:
    """The white paper's BGPPeers 201 … 204: they are named before anything is written, accepted, and then removed."""
    name = cluster_name(*PEERS_MOVE[1:])
    kubectl, api = tools(run, name)
    peers = "/apis/projectcalico.org/v3/bgppeers"
    ours = [item for item in api.request("GET", peers)["items"] if item["metadata"]["name"].startswith("leaf-")]
    before = established(run, name)
    theirs = {f"20{number}": item["spec"] for number, item in enumerate(ours, start=1)}
    for peer, spec in theirs.items():
        made = {"apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": {"name": peer}}
        api.request("POST", peers, {**made, "spec": {key: spec[key] for key in spec if key != "filters"}})
    for item in ours:
        api.request("DELETE", f"{peers}/{item['metadata']['name']}")
    site = example.playbook(run.lab, run.inventory, tmp_path, "site", arguments=["--limit", name, *PATIENCE])
    said = site.stdout + site.stderr
    assert site.returncode == 2, said[-4000:]
    assert all(f"BGPPeer {peer} makes the session of" in said for peer in theirs), said[-6000:]
    assert api.request("GET", f"{peers}/201")["metadata"]["name"] == "201"
    left = len(api.request("GET", peers)["items"])
    accepted = json.dumps({"kubefabric_accepted_objects": [f"BGPPeer {peer}" for peer in theirs]})
    arguments = ["--limit", name, *PATIENCE, "-e", accepted]
    done = example.playbook(run.lab, run.inventory, tmp_path, "site", arguments=arguments)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    assert len(api.request("GET", peers)["items"]) == left + len(ours)
    for peer in theirs:
        command([*kubectl, "delete", "bgppeers.projectcalico.org", peer])
    done = example.playbook(run.lab, run.inventory, tmp_path, "site", arguments=["--limit", name, *PATIENCE])
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    after = established(run, name)
    assert after.keys() == before.keys()
    assert all(abs(after[session] - before[session]) <= 1 for session in before), (before, after)


def established(run: Run, name: str) -> dict[tuple[int, str], int]:
    """(leaf, node's address) → when the leaf's session with it came up, of one cluster's nodes.

    FRR reckons it from the session's age, and is a second off now and then.
    """
    items = api_of(run.lab, name).request("GET", "/api/v1/nodes")["items"]
    addresses = {one["address"] for item in items for one in item["status"]["addresses"]}
    found = {}
    for leaf in (101, 102, 103, 104):
        neighbors = vty.ask_json(Instance(run.lab, leaf, "k8s:prod").bgpd, ["show bgp neighbors json"])[0]
        for address, state in neighbors.items():
            if address in addresses and state.get("bgpState") == "Established":
                found[leaf, address] = state["bgpTimerUpEstablishedEpoch"]
    assert len(found) == len(NODES) * 2
    return found


@pytest.mark.parametrize("run", ["ipv4"], indirect=True)
def test_where_calico_s_storage_alone_is_served_a_run_says_so_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    """The last of IPv4's tests, for it takes the cluster's definitions away."""
    name = cluster_name(*BY_MANIFESTS)
    kubectl, api = tools(run, name)
    (storage,) = crds.required("calico-storage")
    command([*kubectl, "delete", "crd", "--all"])
    command([*kubectl, "apply", "--server-side", "--validate=false", "-f", str(storage)])
    stored = "/apis/crd.projectcalico.org/v1/bgppeers"
    served = [*kubectl, "get", "--raw", "/apis/crd.projectcalico.org/v1"]
    wait_for(lambda: '"bgppeers"' in command(served), stored)
    done = example.playbook(run.lab, run.inventory, tmp_path, "clusters", arguments=["--limit", name])
    assert "Calico's API server is not there, only its storage, crd.projectcalico.org/v1" in done.stdout + done.stderr
    assert "Nothing was written." in done.stdout + done.stderr
    assert api.request("GET", stored)["items"] == []


def tools(run: Run, name: str) -> tuple[list[str], Api]:
    """kubectl's command line for a cluster, and a client of its API server."""
    kubectl = [str(run.lab.directory / "bin" / "kubectl"), f"--kubeconfig={run.lab.directory / name}.kubeconfig"]
    return kubectl, api_of(run.lab, name)


class Cell:
    """One cluster of a run, compared with what its own API server says."""

    def __init__(self, run: Run, name: str, network: str) -> None:
        self.run, self.name, self.network = run, name, network
        self.api = api_of(run.lab, name)
        self.nodes = {item["metadata"]["name"]: item for item in self.api.request("GET", "/api/v1/nodes")["items"]}
        planned = bringup.topology_of(run.lab)
        self.racks = {node: planned.nodes[node].rack for node in self.nodes}
        self.leaves = {leaf.id: leaf.rack for leaf in planned.leaves.values()}

    def peers_with_the_leaves_of_its_rack_alone(self, said: str) -> None:
        """The rows of verification's table have a node with the leaves of its own rack, and with no other."""
        for node in self.nodes:
            rows = set(re.findall(rf"\b{re.escape(node)}\s+(\d+)\s+ipv[46]\s+\S+\s+(\w+)", said))
            assert rows == {(str(leaf), "Established") for leaf in self._own_leaves(node)}, (node, rows)

    def pod_blocks(self) -> str:
        """Every node's blocks are on the leaves of its rack, through that node alone."""
        blocks = [(node, block) for node, found in self._blocks().items() for block in found]
        for node, block in blocks:
            for leaf in self._own_leaves(node):
                assert self.run.ways(leaf, block) == {self._address(node, block)}, (leaf, node, block)
        return f"{len(blocks)}/{len(blocks)}"

    def announcers(self, number: int) -> set[str]:
        """The nodes to which the leaves of their own racks send what is for an address of the external networks."""
        networks = bringup.topology_of(self.run.lab).clusters[self.name].networks["external_service"]
        return {
            node
            for address in cilium_services.addresses(networks, number)
            for node in self.nodes
            for leaf in self._own_leaves(node)
            if self._address(node, address) in self.run.ways(leaf, address)
        }

    def _blocks(self) -> dict[str, list[str]]:
        """The pod networks of every node: the Node's, unless Cilium's operator gives them."""
        if self.network != "cilium":
            return {node: item["spec"]["podCIDRs"] for node, item in self.nodes.items()}
        items = self.api.request("GET", "/apis/cilium.io/v2/ciliumnodes")["items"]
        found = {item["metadata"]["name"]: item["spec"]["ipam"]["podCIDRs"] for item in items}
        assert set(found) == set(self.nodes)
        return found

    def ways(self, service: str) -> str:
        """A Service's addresses lead to the nodes of the leaf's own rack that announce it; how many, at most."""
        announcing = self._announcing(service)
        widest = 0
        for address in self._external_addresses(service):
            for leaf, rack in self.leaves.items():
                nodes = {node for node in announcing if self.racks[node] == rack}
                if nodes or not announcing:
                    found = self.run.ways(leaf, address)
                    assert found == {self._address(node, address) for node in nodes}, (leaf, service, address)
                    widest = max(widest, len(nodes))
        return f"{widest}/{widest}" if announcing else "none"

    def _announcing(self, service: str) -> set[str]:
        if self.network in WITHOUT_SERVICES:
            return set()
        return self._local_nodes(service) if service == "web-local" else set(self.nodes)

    def _own_leaves(self, node: str) -> list[int]:
        return [leaf for leaf, rack in self.leaves.items() if rack == self.racks[node]]

    def _address(self, node: str, like: str) -> str:
        """The node's address of the family of a prefix."""
        addresses = [
            item["address"] for item in self.nodes[node]["status"]["addresses"] if item["type"] == "InternalIP"
        ]
        version = ip_network(like).version
        return next(text for text in addresses if ip_address(text).version == version)

    def _external_addresses(self, service: str) -> list[str]:
        found = self.api.request("GET", f"/api/v1/namespaces/{NAMESPACE}/services/{service}")["spec"]["externalIPs"]
        return [str(ip_network(text)) for text in found]

    def _local_nodes(self, service: str) -> set[str]:
        path = f"/api/v1/namespaces/{NAMESPACE}/pods?labelSelector=app%3D{service}"
        found = {item["spec"]["nodeName"] for item in self.api.request("GET", path)["items"]}
        assert found and found != set(self.nodes), "a Service is local where some nodes have no pod of it"
        return found
