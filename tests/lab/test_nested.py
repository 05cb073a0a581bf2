"""Clusters nested in another one's workloads: real sessions at the nodes' virtual address, and routes on real leaves.

Both halves are the resources that a plan makes. Calico's stand-in reads them as its agents would, and runs BIRD on the
parent's nodes and in every virtual machine, which here is a network namespace behind a node's. No API server is needed:
that one takes these resources is tested elsewhere.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import assess, fabric, nested
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from lab.cluster.calico import felix, reader
from lab.context import run, stop_process, wait_for
from lab.hosts import links, switching
from tests.lab import role_hosts
from tests.lab.calico_birds import Birds, known, kubernetes_node
from tests.lab.speaker_host import NamespaceHost, addresses
from tests.lab.stage import Stage, staged

pytestmark = pytest.mark.lab

PARENT = "k8s-prod"
# Calico, "Configure BGP for KubeVirt live migration", in IPv4
LIVE_MIGRATION: dict[str, Any] = {
    "default_action": "Accept",
    "export_v4": [
        {"action": "Accept", "peer_type": "eBGP", "priority": 512, "operations": [{"add_community": "65000:100"}]}
    ],
    "import_v4": [{"action": "Accept", "community": "65000:100", "operations": [{"set_priority": 512}]}],
}
INTENT: dict[str, Any] = {
    "fabric": {
        "name": "dc1",
        "asn": 65002,
        "version": "6.0(9c)",
        "racks": {
            "rack1": {"leaves": {101: {"router_id": "1.1.1.101"}, 102: {"router_id": "1.1.1.102"}}},
            "rack2": {"leaves": {103: {"router_id": "1.1.1.103"}, 104: {"router_id": "1.1.1.104"}}},
        },
    },
    "clusters": {
        PARENT: {
            "cluster": {
                "asn": 65003,
                "cni": "calico",
                "networks": {
                    "node": ["192.168.2.0/24", "2001:db8:2::/64"],
                    "pod": ["10.1.0.0/16", "2001:db8:10::/56"],
                    "service": ["10.96.0.0/16"],
                },
                "l3out": {"tenant": "k8s", "vrf": "prod", "vlan": 310, "leaves": {103: {}, 104: {}}},
                "bgp": {"password": "s3cret"},
                "workload_peering": {"addresses": ["169.254.0.179", "fdc9:9723:9bc::1"]},
                "calico": {"filters": {"live": LIVE_MIGRATION}, "leaf_peers": {"filters": ["live"]}},
            },
            "nodes": {"node1": {"rack": "rack1"}, "node2": {"rack": "rack1"}},
        },
        "red": {
            "cluster": {
                "asn": 65010,
                "cni": "calico",
                "networks": {"pod": ["10.123.0.0/16", "ca11:c0::/48"], "service": ["10.97.0.0/16"]},
                "nested_in": {"cluster": PARENT, "workloads": "color == 'red'", "namespace": "vms"},
            },
            "nodes": {},
        },
        "blue": {
            "cluster": {
                "asn": 65011,
                "cni": "calico",
                "networks": {"pod": ["10.124.0.0/16"], "service": ["10.98.0.0/16"]},
                "nested_in": {"cluster": PARENT, "workloads": "color == 'blue'"},
            },
            "nodes": {},
        },
    },
}
# virtual machine → (node of the parent, its addresses, its pod blocks; no node may announce the last of red-vm1's)
MACHINES = {
    "red-vm1": ("node1", ["10.1.0.5", "2001:db8:10::5"], ["10.123.0.0/26", "ca11:c0::/122", "10.66.0.0/26"]),
    "red-vm2": ("node2", ["10.1.1.5", "2001:db8:10:1::5"], ["10.123.0.64/26", "ca11:c0::40/122"]),
    "blue-vm1": ("node2", ["10.1.1.6"], ["10.124.0.0/26"]),
}
SPACES = [{"metadata": {"name": "vms"}}]


def pod(name: str) -> dict:
    """A virtual machine as the parent's API server has it: a Pod in the namespace ``vms``."""
    host, addresses, _blocks = MACHINES[name]
    labels = {"color": name.partition("-")[0], "kubevirt.io": "virt-launcher"}
    return {
        "metadata": {"namespace": "vms", "name": name, "labels": labels},
        "spec": {"nodeName": host},
        "status": {"podIPs": [{"ip": text} for text in addresses]},
    }


@dataclass
class Site:
    """The fabric, the parent and the machines in it, all of them following ``plans``."""

    stage: Stage
    plans: dict[str, dict] = field(default_factory=dict)

    @property
    def birds(self) -> Birds:
        return Birds(self.stage.lab)

    def plan(self, intent: dict) -> None:
        """Bring fabric, nodes and machines to an intent, as site.yml would."""
        self.plans = build(copy.deepcopy(intent)).plans
        self.stage.plans.update({name: plan for name, plan in self.plans.items() if "l3out" in plan})
        self.stage.apply(PARENT)
        for number, name in enumerate(("node1", "node2")):
            self._run_node(name, f"10.1.{number}.0/26", f"2001:db8:10:{number}::/122")
        for name in MACHINES:
            if name.partition("-")[0] in self.plans:
                self.run_machine(name)

    def _run_node(self, name: str, *blocks: str) -> None:
        planned = self.plans[PARENT]["nodes"][name]
        item = kubernetes_node(name, list(planned["addresses"].values()), blocks, {"rack_id": planned["rack_id"]})
        found = known(self.plans[PARENT], [item], pods=[pod(machine) for machine in MACHINES], namespaces=SPACES)
        space = self.stage.lab.node_namespace(PARENT, name)
        felix.address(space, reader.peering_addresses(found))
        self.birds.bring(name, space, found)

    def run_machine(self, name: str) -> None:
        """Bring a virtual machine's speaker to its cluster's plan."""
        _host, addresses, blocks = MACHINES[name]
        own = known(self.plans[name.partition("-")[0]], [kubernetes_node(name, addresses, blocks)])
        self.birds.bring(name, self.space(name), own)

    def space(self, name: str) -> str:
        return self.stage.lab.namespace("vm", name)

    def ask(self, name: str, *words: str) -> str:
        return self.birds.ask(name, *words)

    def since(self, name: str) -> dict[str, str]:
        """Session → since when it is established, as BIRD tells."""
        rows = [line.split() for line in self.ask(name, "show", "protocols").splitlines()]
        return {row[0]: row[4] for row in rows if len(row) > 5 and row[1] == "BGP" and row[5] == "Established"}

    def hops(self, leaf: int = 101) -> dict[str, set[str]]:
        """Prefix → addresses of its next hops on a leaf."""
        table = fabric.routes(self.stage.bgp(PARENT), str(leaf))
        return {prefix: {hop["address"] for hop in hops} for prefix, hops in table.items()}

    def eventually(self, wanted: dict[str, set[str]], leaf: int = 101) -> None:
        """Wait until a leaf has these next hops; none where the prefix should not be there."""

        def there() -> bool:
            found = self.hops(leaf)
            return all(found.get(prefix, set()) == hops for prefix, hops in wanted.items())

        wait_for(there, f"on leaf {leaf}: {wanted}", timeout=120, interval=0.5)

    def assessed(self, cluster: str) -> dict:
        """The verification of a nested cluster, its own API server played."""
        own = {name: machine for name, machine in MACHINES.items() if name.startswith(cluster)}
        blocks = {name: [text for text in machine[2] if text != "10.66.0.0/26"] for name, machine in own.items()}
        ready = {"conditions": [{"type": "Ready", "status": "True"}]}
        agents = [{"metadata": {"name": name}, "spec": {"nodeName": name}, "status": ready} for name in own]
        state = from_resources([kubernetes_node(name, one[1], []) for name, one in own.items()], agents, [], [], blocks)
        place = nested.place([pod(name) for name in MACHINES], [], [])
        return nested.assess(
            self.plans[cluster], [self.plans[PARENT]], self.stage.bgp(PARENT), {**state, "reports": {}}, [place]
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, lab_ready: None) -> Iterator[Site]:  # noqa: ARG001
    with staged(f"v{os.getpid()}", without("blue"), tmp_path_factory.mktemp("plans")) as stage:
        made = Site(stage)
        for name, (host, addresses, _blocks) in MACHINES.items():
            device = felix.interface("vms", name)
            felix.attach(stage.lab.node_namespace(PARENT, host), made.space(name), device, addresses)
        made.plan(without("blue"))
        made.eventually(RED)
        yield made


def without(*names: str) -> dict:
    intent = copy.deepcopy(INTENT)
    for name in names:
        del intent["clusters"][name]
    return intent


NODE1, NODE2 = "192.168.2.1", "192.168.2.2"
RED = {"10.123.0.0/26": {NODE1}, "10.123.0.64/26": {NODE2}, "10.97.0.0/16": {NODE1, NODE2}}


def test_nested_pods_are_on_the_leaves_with_the_host_as_next_hop(site: Site) -> None:
    site.eventually({"10.123.0.0/26": {NODE1}, "10.123.0.64/26": {NODE2}})
    site.eventually({"ca11:c0::/122": {"2001:db8:2::1"}, "ca11:c0::40/122": {"2001:db8:2::2"}})


def test_what_two_machines_announce_is_shared_over_both_hosts(site: Site) -> None:
    for leaf in (101, 102):
        site.eventually({"10.97.0.0/16": {NODE1, NODE2}}, leaf)


def test_leaves_of_another_rack_know_them_through_the_border_leaves(site: Site) -> None:
    wait_for(lambda: site.hops(103).get("10.123.0.0/26"), "the route in another rack", timeout=120, interval=0.5)


def test_a_route_outside_of_its_pools_stays_in_the_machine(site: Site) -> None:
    assert "10.66.0.0/26" in site.ask("red-vm1", "show", "route", "export", "Global_169_254_0_179")
    known = site.ask("node1", "show", "route")
    assert ("10.123.0.0/26" in known, "10.66.0.0/26" in known) == (True, False), known
    assert "10.66.0.0/26" not in site.hops()


def test_machines_are_told_nothing(site: Site) -> None:
    assert "BGP" not in site.ask("red-vm1", "show", "route", "protocol", "Global_169_254_0_179")


def test_a_path_through_a_nested_cluster_is_as_long_as_the_leaves_allow_and_no_longer(site: Site) -> None:
    assert site.plans[PARENT]["l3out"]["bgp"]["max_as"] == 2
    stricter = copy.deepcopy(site.plans[PARENT]["l3out"])
    stricter["bgp"]["max_as"] = 1
    site.stage.plans[PARENT] = {**site.plans[PARENT], "l3out": stricter}
    site.stage.apply(PARENT)
    site.eventually({"10.123.0.0/26": set(), "10.97.0.0/16": set(), "10.1.0.0/26": {NODE1}})
    site.plan(without("blue"))
    site.eventually(RED)


def test_a_machine_that_moves_is_announced_by_its_new_host_and_marked_while_the_networks_stay(site: Site) -> None:
    moved = ["10.1.0.9/32", "dev", felix.interface("vms", "red-vm2"), "metric", "512"]
    space = site.stage.lab.node_namespace(PARENT, "node2")
    run(["ip", "-n", space, "route", "add", *moved])
    site.eventually({"10.1.0.9/32": {NODE2}, "10.1.0.0/26": {NODE1}, "10.96.0.0/16": {NODE1, NODE2}})
    leaf = site.plans[PARENT]["nodes"]["node2"]["peers"][0]["address"].replace(".", "_")
    assert "(65000,100)" in site.ask("node2", "show", "route", "10.1.0.9/32", "export", f"Node_{leaf}", "all")
    network = site.ask("node2", "show", "route", "10.1.1.0/26", "export", f"Node_{leaf}", "all")
    assert ("10.1.1.0/26" in network, "(65000,100)" in network) == (True, False), network
    run(["ip", "-n", space, "route", "delete", *moved])
    site.eventually({"10.1.0.9/32": set(), "10.1.0.0/26": {NODE1}})


def test_a_node_passes_on_nothing_that_a_leaf_told_it(site: Site) -> None:
    known = site.ask("node1", "show", "route")
    assert ("10.123.0.0/26" in known, "10.123.0.64/26" in known) == (True, False), known


def test_a_pod_of_the_machine_answers_a_leaf(site: Site) -> None:
    address = "10.123.0.1/32"
    run(["ip", "-n", site.space("red-vm1"), "address", "add", address, "dev", "lo"])
    leaf = switching.leaf_namespace(site.stage.lab, 101, "k8s:prod")
    ping = ["ping", "-c1", "-W1", "10.123.0.1"]
    wait_for(lambda: "1 received" in run(ping, namespace=leaf, check=False), "an answer of a nested pod", timeout=20)


def test_verification_agrees_and_tells_a_machine_that_is_gone(site: Site) -> None:
    wait_for(lambda: site.assessed("red")["ok"], "red as planned", timeout=120, interval=0.5)
    site.ask("red-vm2", "disable", "Global_169_254_0_179")
    site.eventually({"10.123.0.64/26": set(), "10.97.0.0/16": {NODE1}})
    said = {problem["kind"] for problem in site.assessed("red")["problems"]}
    site.ask("red-vm2", "enable", "Global_169_254_0_179")
    site.eventually(RED)
    assert said == {"route-missing", "route-not-reflected", "next-hops"} or said == {"route-missing", "next-hops"}


def test_one_more_nested_cluster_and_its_end_touch_no_session_of_the_others(site: Site) -> None:
    before = {name: site.since(name) for name in ("node1", "node2", "red-vm1", "red-vm2")}
    site.plan(INTENT)
    site.eventually({"10.124.0.0/26": {NODE2}, "10.98.0.0/16": {NODE2}, **RED})
    wait_for(lambda: site.assessed("blue")["ok"], "blue as planned", timeout=120, interval=0.5)
    site.plan(without("blue"))
    site.eventually({"10.124.0.0/26": set(), "10.98.0.0/16": set(), **RED})
    assert {name: site.since(name) for name in before} == before


# -- the hosts peer in Calico's place ------------------------------------------------------------------

HOSTED = copy.deepcopy(INTENT)
HOSTED["clusters"][PARENT]["cluster"]["workload_peering"]["speaker"] = "host"
HOSTED["clusters"]["red"]["cluster"]["nested_in"]["ranges"] = ["10.1.0.4/31", "10.1.1.4/31", "2001:db8:10::/56"]
HOSTED["clusters"]["blue"]["cluster"]["nested_in"]["ranges"] = ["10.1.1.6/31"]
BLUE = {"10.124.0.0/26": {NODE2}, "10.98.0.0/16": {NODE2}}
OWN = "10.1.0.0/26"  # what node1 announces of its own


@dataclass
class Hosted:
    """The same site, with FRR on both nodes where Calico's BIRD was."""

    site: Site
    nodes: dict[str, NamespaceHost]

    def plan(self, intent: dict) -> None:
        """Bring fabric, hosts and machines to an intent, as site.yml would."""
        self.site.plans = plans = build(copy.deepcopy(intent)).plans
        self.site.stage.plans[PARENT] = plans[PARENT]
        self.site.stage.apply(PARENT)
        for name, node in self.nodes.items():
            own = {"node_peering_originate": [OWN]} if name == "node1" else {}
            given = role_hosts.options(plans[PARENT], name, "s3cret", node_peering_connect_retry=1, **own)
            role_hosts.bring(node, given)
        for name in MACHINES:
            if name.partition("-")[0] in plans:
                self.site.run_machine(name)


@pytest.fixture(scope="module")
def hosted(site: Site) -> Hosted:
    lab = site.stage.lab
    for name in ("node1", "node2"):
        stop_process(lab, f"bird-{name}")
        felix.address(lab.node_namespace(PARENT, name), [])
    for name, (host, texts, _blocks) in MACHINES.items():  # with the peer's address went the machine's route
        device = felix.interface("vms", name)
        links.batch(lab.node_namespace(PARENT, host), [f"route replace {text} dev {device}" for text in texts])
    made = Hosted(site, {name: role_hosts.host(lab, PARENT, name) for name in ("node1", "node2")})
    made.plan(HOSTED)
    return made


def test_hosts_that_peer_pass_on_the_pools_of_two_nested_clusters_and_nothing_else(hosted: Hosted) -> None:
    hosted.site.eventually({**RED, **BLUE, OWN: {NODE1}, "ca11:c0::40/122": {"2001:db8:2::2"}})
    assert addresses(hosted.nodes["node1"]) >= {"169.254.0.179/32", "fdc9:9723:9bc::1/128"}
    assert "10.66.0.0/26" in hosted.site.ask("red-vm1", "show", "route", "export", "Global_169_254_0_179")
    assert "10.66.0.0/26" not in hosted.site.hops()
    assert "BGP" not in hosted.site.ask("red-vm1", "show", "route", "protocol", "Global_169_254_0_179")


def test_verification_of_a_parent_whose_hosts_peer_agrees_and_so_does_that_of_its_clusters(hosted: Hosted) -> None:
    site = hosted.site

    def parent() -> list[str]:
        state = {**from_resources([], [], [], []), "originated": {"node1": [OWN]}}
        return [one["message"] for one in assess(site.plans[PARENT], site.stage.bgp(PARENT), state)["problems"]]

    wait_for(lambda: not parent(), "the parent as planned", timeout=60, interval=0.5)
    for name in ("red", "blue"):
        wait_for(lambda one=name: site.assessed(one)["ok"], f"{name} as planned", timeout=60, interval=0.5)


def test_hosts_that_peer_lose_one_nested_cluster_and_keep_the_sessions_of_the_other(hosted: Hosted) -> None:
    fewer = {**HOSTED, "clusters": {name: one for name, one in HOSTED["clusters"].items() if name != "blue"}}
    before = {name: role_hosts.since(node) for name, node in hosted.nodes.items()}
    hosted.plan(fewer)
    hosted.site.eventually({**{prefix: set() for prefix in BLUE}, **RED})
    after = {name: role_hosts.since(node) for name, node in hosted.nodes.items()}
    gone = {(name, peer) for name in before for peer in before[name] if peer not in after[name]}
    assert gone == {("node2", "10.1.1.6")}
    assert all(abs(after[name][peer] - before[name][peer]) <= 1 for name in after for peer in after[name])
