"""Booted Debian hosts with every network stack that the module knows, reached over SSH: node_peering as a user runs it.

One host for each stack, speakers in turn, dual stack, on one pair of leaves. They announce what a cluster's nodes do,
so that the code of ``verify`` judges them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from lab.context import run, wait_for
from lab.hosts import machines, switching
from tests.inventories import write, write_inventory
from tests.lab.stage import Stage, service_address, staged

pytestmark = pytest.mark.lab

BIN = Path(sys.executable).parent
CLUSTER = "metal"
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
            },
            "nodes": {name: {"rack": "rack1"} for name in STACKS},
        }
    },
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

    def on(self, host: str, *command: str) -> str:
        """Run a command on a host."""
        return machines.ssh(self.stage.lab, host, *command)

    def boot(self, host: str) -> str:
        """What is another one after each boot; "" while the host cannot be reached."""
        return machines.ssh(self.stage.lab, host, "cat", "/proc/sys/kernel/random/boot_id", check=False)

    def rebooted(self, host: str, before: str) -> bool:
        """Whether it runs, and that is another boot than before."""
        return self.boot(host) not in ("", before)

    def loopback(self, host: str) -> set[str]:
        """The addresses of a host's loopback device."""
        found = json.loads(self.on(host, "ip", "-json", "address", "show", "dev", "lo"))
        return {entry["local"] for entry in found[0]["addr_info"]}


@pytest.fixture(scope="module")
def metal(tmp_path_factory: pytest.TempPathFactory, lab_ready: None) -> Iterator[Metal]:  # noqa: ARG001
    reason = machines.reason_to_skip()
    if reason:
        pytest.skip(reason)
    inventory = write_inventory(tmp_path_factory.mktemp("inventory"), INTENT, [CLUSTER])
    boot = tuple(f"{host}:{stack}" for host, stack in STACKS.items())
    with staged(f"h{os.getpid()}", INTENT, tmp_path_factory.mktemp("plans"), boot) as stage:
        found = Metal(stage, inventory)
        _describe(found)
        assert stage.apply(CLUSTER)["changed"]
        yield found


def _describe(metal: Metal) -> None:
    """Add what the hosts are to announce, and by which speaker, to the inventory."""
    common = {"node_peering_install": False, "node_peering_connect_retry": 1, "node_peering_vip": {}}
    common["node_peering_vip"] = {"addresses": [vip.partition("/")[0] for vip in metal.vips]}
    write(metal.inventory / "group_vars" / "peering_hosts.yml", common)
    announced = metal.stage.announced(CLUSTER)
    for host, speaker in SPEAKERS.items():
        own = {"node_peering_speaker": speaker, "node_peering_originate": sorted(announced[host])}
        write(metal.inventory / "host_vars" / f"{host}.yml", own)
    (metal.inventory / "peering.yml").write_text("peering_hosts: {children: {metal_nodes: }}\n")


def test_hosts_with_every_network_stack_peer_as_planned(metal: Metal) -> None:
    metal.nodes()
    _leaves, found = metal.stage.verified(CLUSTER)
    assert len(found["table"]) == len(STACKS) * 2 * 2  # two leaves, two families
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


def test_vip_and_sessions_come_back_after_a_reboot_with_every_network_stack(metal: Metal) -> None:
    booted = {host: metal.boot(host) for host in STACKS}
    for host in STACKS:
        machines.ssh(metal.stage.lab, host, "systemctl", "reboot", check=False)  # which may end before it answers
    for host in STACKS:
        wait_for(partial(metal.rebooted, host, booted[host]), f"{host} after its reboot", timeout=90)
    metal.stage.verified(CLUSTER)
    wanted = {vip.partition("/")[0] for vip in metal.vips}
    assert {host: sorted(wanted - metal.loopback(host)) for host in STACKS} == {host: [] for host in STACKS}
    assert {int(figure) for figure in re.findall(r"changed=(\d+)", metal.nodes())} == {0}


def test_absent_takes_the_vip_and_every_file_off_the_hosts(metal: Metal) -> None:
    metal.nodes("-e", "node_peering_state=absent")
    for host in STACKS:
        assert metal.loopback(host) == {"127.0.0.1", "::1"}, host
        assert metal.on(host, "find", "/etc", "-name", "*kubefabric*") == "", host
