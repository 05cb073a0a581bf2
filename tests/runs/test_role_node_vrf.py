"""The role node_vrf, run by ansible-playbook on an image in place of a host."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.programs import ansible_playbook

ROOT = Path(__file__).resolve().parents[2]
NETWORK = {"subnets": ["10.9.0.0/16"], "namespaces": ["green"], "advertise": "own_vrf"}
UNIT = "kubefabric-vrf-{}.service"
WANTS = "sys-subsystem-net-devices-{}.device.wants"


@pytest.fixture
def image(tmp_path):
    """Runs the role for node1 with the plan's networks; returns how many tasks changed something."""

    def run(*options: str, networks: dict | None = None, **variables: object) -> int:
        plan = {"cni": "ovn_kubernetes", "rack_label": "rack_id", "nodes": {"node1": {"rack_id": "1"}}}
        plan["ovn_kubernetes"] = {"networks": networks or {}}
        node = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        groups = {
            "clusters": {"hosts": {"k8s-prod": {"kubefabric_plan": plan}}},
            "k8s_prod_nodes": {"hosts": {"node1": {**node, "node_vrf_root": str(tmp_path / "root"), **variables}}},
        }
        (tmp_path / "inventory.yml").write_text(yaml.safe_dump(groups))
        command = ["kubefabric.bgp.vrfs", "-i", "inventory.yml", "-e", "ansible_become=false"]
        done = ansible_playbook(*command, *options, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        return int(re.search(r"node1 .*changed=(\d+)", done.stdout)[1])

    run.units = tmp_path / "root" / "etc" / "systemd" / "system"
    return run


def network(interface: str, **lite: object) -> dict:
    peers = [{"address": "192.0.2.1", "asn": 64999}]
    return {**NETWORK, "vrf_lite": {"interface": interface, "attach": "host", "peers": peers, **lite}}


def test_units_come_with_their_networks_follow_an_interface_s_change_and_go_with_them(image):
    networks = {
        "vpn-1": network("bond0.5"),
        "lab": network("eth3"),
        "other": network("eth4", node_selector={"rack_id": "2"}),
    }
    assert image(networks=networks) > 0
    unit = image.units / UNIT.format("vpn-1")
    started = [image.units / WANTS.format(name) / unit.name for name in ("vpn\\x2d1", "bond0.5")]
    assert "ip link set dev bond0.5 master vpn-1" in unit.read_text()
    assert [link.resolve() for link in started] == [unit, unit]
    assert {path.name for path in image.units.glob("*.service")} == {UNIT.format("vpn-1"), UNIT.format("lab")}
    assert image(networks=networks) == 0
    if shutil.which("systemd-analyze"):
        checked = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
        assert unit.name not in checked.stderr, checked.stderr
    assert image(networks={"lab": network("eth3")}) > 0
    assert not unit.exists() and not any(link.is_symlink() for link in started)
    assert image(networks={"lab": network("eth5")}) > 0
    assert {path.parent.name for path in image.units.glob("*.wants/*")} == {WANTS.format("lab"), WANTS.format("eth5")}
    assert image(networks={"lab": network("eth5")}, node_vrf_state="absent") > 0
    assert not list(image.units.glob("*.service")) and not list(image.units.glob("*.wants/*"))
