"""Booted Debian hosts with every network stack that the module knows, reached over SSH: node_peering as a user runs it.

One host for each stack, speakers in turn, dual stack, on one pair of leaves. They are the nodes of a parent whose hosts
peer with the cluster nested in it (``workload_peering.speaker: host``), and announce of their own what its nodes do.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import assess, fabric
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.expected import advertised
from lab import bringup
from lab.cluster.calico import felix
from lab.context import run, stop_process, wait_for
from lab.hosts import links, machines, switching
from lab.hosts.install import INTERFACE
from tests.inventories import write, write_inventory
from tests.lab import example
from tests.lab.calico_birds import Birds, known, kubernetes_node
from tests.lab.stage import Stage, service_address, staged

pytestmark = pytest.mark.lab

BIN = Path(sys.executable).parent
CLUSTER = "metal"
MTU = 8000
STACKS = {"host1": "networkd", "host2": "ifupdown", "host3": "networkmanager", "host4": "netplan", "host5": "plain"}
SPEAKERS = dict(zip(STACKS, ("frr", "bird", "frr", "bird", "bird")))
INTENT = {
    "fabric": {
        "name": "dc1",
        "asn": 65002,
        "version": "6.0(9c)",
        "racks": {"rack1": {"leaves": {101: {"router_id": "1.1.1.101"}, 102: {"router_id": "1.1.1.102"}}}},
    },
    "clusters": {
        CLUSTER: {
            "cluster": {
                "asn": 65003,
                "cni": "kube_router",
                "networks": {
                    "node": ["192.168.2.0/24", "fd00:2::/64"],
                    "pod": ["10.1.0.0/16", "fd00:10::/48"],
                    "service": ["10.96.0.0/16", "fd00:96::/112"],
                    "external_service": ["192.168.3.0/24", "fd00:3::/64"],
                },
                "l3out": {"name": "metal", "tenant": "k8s", "vrf": "prod", "vlan": 310, "mtu": 9000, "aaep": "hosts"},
                "bgp": {"password": "s3cret", "keepalive": 2, "hold": 6, "max_prefixes": 500},
                "workload_peering": {"addresses": ["169.254.0.179", "fdc9:9723:9bc::1"], "speaker": "host"},
            },
            "nodes": {name: {"rack": "rack1"} for name in STACKS},
        },
        "red": {
            "cluster": {
                "asn": 65010,
                "cni": "calico",
                "networks": {"pod": ["10.123.0.0/16", "fd00:123::/48"], "service": ["10.97.0.0/16"]},
                "bgp": {"password": "s3cret"},
                "nested_in": {"cluster": CLUSTER, "ranges": ["10.1.200.0/30", "fd00:10:0:c8::/64"]},
            },
            "nodes": {},
        },
    },
}
# virtual machine of red → (its host, its addresses, its pod blocks; no node may announce the last of red-vm1's)
MACHINES = {
    "red-vm1": ("host1", ["10.1.200.1", "fd00:10:0:c8::1"], ["10.123.0.0/26", "fd00:123::/122", "10.66.0.0/26"]),
    "red-vm2": ("host2", ["10.1.200.2", "fd00:10:0:c8::2"], ["10.123.0.64/26", "fd00:123::40/122"]),
}


@dataclass
class Metal:
    """The hosts and their leaves, and Ansible pointed at them."""

    stage: Stage
    inventory: Path

    @property
    def vips(self) -> list[str]:
        """The service's address of each family: every host has it, and announces it."""
        return [service_address(self.stage.plans[CLUSTER], family) or "" for family in ("ipv4", "ipv6")]

    def ansible(self, program: str, *arguments: str) -> str:
        """Run one of Ansible's programs on the hosts' inventory; what it printed."""
        command = [str(BIN / program), "-i", str(self.inventory), "-i", str(self.stage.lab.directory / "hosts.yml")]
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(Path(__file__).parents[2] / ".collections"),
            "ANSIBLE_NOCOLOR": "1",
        }
        done = subprocess.run(
            [*command, *arguments], env=environment, capture_output=True, text=True, check=False, cwd=self.inventory
        )
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
        return done.stdout

    def nodes(self, *arguments: str) -> str:
        """The playbook for hosts, all at once after the first."""
        variables = {
            "kubefabric_hosts_at_a_time": [1, "100%"],
            "kubefabric_output_dir": str(self.stage.lab.directory / "build"),
        }
        return self.ansible("ansible-playbook", "kubefabric.bgp.nodes", "-e", json.dumps(variables), *arguments)

    def playbook(self, *names: str, wait: int = 60) -> tuple[int, str]:
        """Playbooks for the parent and its hosts alone: the API server of the nested cluster is nowhere."""
        lab = self.stage.lab
        limit = f"{CLUSTER},{CLUSTER}_nodes"
        more = ["-i", str(lab.directory / "hosts.yml"), "--limit", limit, "-e", f"verify_wait={wait}"]
        done = example.playbook(lab, self.inventory, lab.directory / "build", *names, arguments=more)
        return done.returncode, done.stdout + done.stderr

    def hops(self, leaf: int = 101) -> dict[str, set[str]]:
        """Prefix → addresses of its next hops on a leaf."""
        table = fabric.routes(self.stage.bgp(CLUSTER), str(leaf))
        return {prefix: {hop["address"] for hop in hops} for prefix, hops in table.items()}

    def problems(self) -> list[dict]:
        """What verification says of the leaves now."""
        return assess(self.stage.plans[CLUSTER], self.stage.bgp(CLUSTER), self.stage.states[CLUSTER])["problems"]

    def on(self, host: str, *command: str) -> str:
        """Run a command on a host."""
        return machines.ssh(self.stage.lab, host, *command)

    def loopback(self, host: str) -> set[str]:
        """The addresses of a host's loopback device."""
        found = json.loads(self.on(host, "ip", "-json", "address", "show", "dev", "lo"))
        return {entry["local"] for entry in found[0]["addr_info"]}

    def way(self, host: str) -> tuple[int, list[str]]:
        """The MTU of a host's uplink, and the gateways of the default routes that it uses, IPv4 and IPv6: one of each,
        unless it shares the load where it should not."""
        link = json.loads(self.on(host, "ip", "-json", "link", "show", "dev", INTERFACE))
        routes = [json.loads(self.on(host, "ip", "-json", six, "route", "show", "default")) for six in ("-4", "-6")]
        used = [min(found, key=lambda route: route.get("metric", 0)) for found in routes if found]
        hops = [hop for route in used for hop in route.get("nexthops", [route])]
        return link[0]["mtu"], [hop["gateway"] for hop in hops]

    @property
    def gateways(self) -> list[str]:
        """The L3Out's secondary addresses, IPv4 and IPv6."""
        return list(self.stage.plans[CLUSTER]["nodes"]["host1"]["gateways"].values())


@pytest.fixture(scope="module")
def metal(tmp_path_factory: pytest.TempPathFactory, lab_ready: None) -> Iterator[Metal]:  # noqa: ARG001
    reason = machines.reason_to_skip(len(STACKS))
    if reason:
        pytest.skip(reason)
    inventory = write_inventory(tmp_path_factory.mktemp("inventory"), INTENT, INTENT["clusters"])
    boot = tuple(f"{host}:{stack}" for host, stack in STACKS.items())
    with staged(f"h{os.getpid()}", INTENT, tmp_path_factory.mktemp("plans"), boot) as stage:
        found = Metal(stage, inventory)
        _describe(found)
        yield found


def _describe(metal: Metal) -> None:
    """Add what the hosts are to announce, and by which speaker, to the inventory."""
    plan, state = metal.stage.plans[CLUSTER], metal.stage.states[CLUSTER]
    addresses = [*plan["nested"]["addresses"].values(), *(vip.partition("/")[0] for vip in metal.vips)]
    way = {"interface": INTERFACE, "mtu": MTU, "gateways": metal.gateways}  # the installers left another MTU
    common = {"node_peering_install": False, "node_peering_connect_retry": 1, "node_peering_uplink": way}
    write(
        metal.inventory / "group_vars" / "peering_hosts.yml", {**common, "node_peering_vip": {"addresses": addresses}}
    )
    announced = {host: sorted(found) for host, found in advertised({**plan, "nested": {}}, state).items()}
    state["originated"] = announced
    for host, speaker in SPEAKERS.items():
        own = {"node_peering_speaker": speaker, "node_peering_originate": announced[host]}
        write(metal.inventory / "host_vars" / f"{host}.yml", own)
    (metal.inventory / "peering.yml").write_text("peering_hosts: {children: {metal_nodes: }}\n")


def test_site_brings_hosts_with_every_network_stack_to_the_plan_and_proves_it(metal: Metal) -> None:
    status, said = metal.playbook("site")
    assert status == 0, said[-8000:]
    assert "cluster metal: 20 of 20 sessions Established" in said  # five hosts, two leaves, two families
    assert {host: _manager(metal, host) for host in STACKS} == {
        "host1": "systemd-networkd",
        "host2": "ifupdown",
        "host3": "networkmanager",
        "host4": "netplan",
        "host5": "systemd",
    }


def _manager(metal: Metal, host: str) -> str:
    return json.loads(metal.on(host, "cat", "/var/lib/kubefabric/node_peering.json"))["vip"]["manager"]


def test_a_second_run_changes_nothing(metal: Metal) -> None:
    assert {int(figure) for figure in re.findall(r"changed=(\d+)", metal.nodes())} == {0}


def test_a_leaf_reaches_the_vip(metal: Metal) -> None:
    leaf = switching.leaf_namespace(metal.stage.lab, 101, "k8s:prod")
    for vip in metal.vips:
        run(["ping", "-c", "1", "-W", "2", vip.partition("/")[0]], namespace=leaf)


@pytest.fixture
def guests(metal: Metal) -> Iterator[Birds]:
    """Two virtual machines of the nested cluster, each on a host of its own, and their speakers."""
    lab, birds = metal.stage.lab, Birds(metal.stage.lab)
    for name, (host, addresses, blocks) in MACHINES.items():
        space = lab.namespace("vm", name)
        felix.attach(lab.node_namespace(CLUSTER, host), space, felix.interface("vms", name), addresses)
        birds.bring(name, space, known(metal.stage.plans["red"], [kubernetes_node(name, addresses, blocks)]))
    yield birds
    for name in MACHINES:
        stop_process(lab, f"bird-{name}")
        links.delete_namespace(lab.namespace("vm", name))


def test_nested_pods_are_on_the_leaves_with_their_host_as_next_hop_and_what_two_share_with_both(
    metal: Metal, guests: Birds
) -> None:
    wanted = {
        "10.123.0.0/26": {"192.168.2.1"},
        "10.123.0.64/26": {"192.168.2.2"},
        "fd00:123::/122": {"fd00:2::1"},
        "fd00:123::40/122": {"fd00:2::2"},
        "10.97.0.0/16": {"192.168.2.1", "192.168.2.2"},
    }
    for leaf in (101, 102):
        wait_for(lambda one=leaf: wanted.items() <= metal.hops(one).items(), f"{wanted} on {leaf}", interval=0.5)
    assert "10.66.0.0/26" in guests.ask("red-vm1", "show", "route", "export", "Global_169_254_0_179")
    assert "10.66.0.0/26" not in metal.hops()  # outside of the nested cluster's pools
    assert "BGP" not in guests.ask("red-vm1", "show", "route", "protocol", "Global_169_254_0_179")
    assert metal.problems() == []


def test_verify_tells_a_host_whose_speaker_was_stopped(metal: Metal) -> None:
    metal.on("host5", "systemctl", "stop", "bird")
    wait_for(metal.problems, "the leaves without host5", interval=0.5)
    status, said = metal.playbook("verify", wait=0)
    metal.on("host5", "systemctl", "start", "bird")
    assert (status, "cluster metal: 16 of 20 sessions Established" in said) == (2, True), said[-4000:]
    assert "host5: none of its 4 sessions is Established" in said
    metal.stage.verified(CLUSTER)


def test_check_mode_with_diff_says_what_would_change_and_leaves_the_hosts_alone(metal: Metal) -> None:
    files = {"host1": "/etc/frr/frr.conf", "host2": "/etc/bird/bird.conf"}
    before = {host: metal.on(host, "stat", "-c", "%i", path) for host, path in files.items()}
    said = metal.nodes("--check", "--diff", "-e", "node_peering_password=another-s3cret")
    assert "********" in said
    assert "s3cret" not in said.replace("node_peering_password=another-s3cret", "")
    assert {host: metal.on(host, "stat", "-c", "%i", path) for host, path in files.items()} == before


def test_the_modules_work_ad_hoc(metal: Metal) -> None:
    said = metal.ansible("ansible", "peering_hosts", "-m", "kubefabric.bgp.node_bgp_info", "-o")
    for host in STACKS:
        line = next(line for line in said.splitlines() if line.startswith(f"{host} | "))
        assert len(re.findall(r'"state": "established"', line)) == 4, line
    asked = "state=absent"
    said = metal.ansible("ansible", "host1", "-m", "kubefabric.bgp.node_peering", "-a", asked, "--check", "--diff")
    assert "host1 | CHANGED" in said
    assert "s3cret" not in said


def test_vip_way_and_sessions_come_back_after_a_reboot_with_every_network_stack(metal: Metal) -> None:
    lab, nodes = metal.stage.lab, bringup.topology_of(metal.stage.lab).nodes
    before = {host: machines.reboots(lab, nodes[host]) for host in STACKS}
    for host in STACKS:
        machines.ssh(lab, host, "systemctl", "reboot", check=False)  # which may end before it answers
    for host in STACKS:
        machines.await_reachable(lab, nodes[host], before[host] + 1)
    metal.stage.verified(CLUSTER, timeout=180)
    wanted = {vip.partition("/")[0] for vip in metal.vips}
    assert {host: sorted(wanted - metal.loopback(host)) for host in STACKS} == {host: [] for host in STACKS}
    assert {host: metal.way(host) for host in STACKS} == dict.fromkeys(STACKS, (MTU, metal.gateways))
    assert {int(figure) for figure in re.findall(r"changed=(\d+)", metal.nodes())} == {0}


def test_absent_takes_the_vip_and_every_file_off_the_hosts_and_gives_their_way_back(metal: Metal) -> None:
    metal.nodes("-e", "node_peering_state=absent")
    assert {host: metal.way(host) for host in STACKS} == dict.fromkeys(STACKS, (9000, metal.gateways))
    for host in STACKS:
        assert metal.loopback(host) == {"127.0.0.1", "::1"}, host
        assert metal.on(host, "find", "/etc", "-name", "*kubefabric*") == "", host


def test_the_leaves_keep_no_route_of_a_host_that_was_taken_off(metal: Metal) -> None:
    hosts = {text for node in metal.stage.plans[CLUSTER]["nodes"].values() for text in node["addresses"].values()}
    for leaf in (101, 102):  # at once: graceful restart would keep them for two minutes
        wait_for(
            lambda one=leaf: not hosts & set().union(*metal.hops(one).values()), f"{leaf} without routes", timeout=10
        )
