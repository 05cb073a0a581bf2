"""The role node_vrf, run by ansible-playbook on an image in place of a host."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.plans import whole
from tests.programs import ansible_playbook

ROOT = Path(__file__).resolve().parents[2]
NETWORK = {"subnets": ["10.9.0.0/16"], "namespaces": ["green"], "advertise": "own_vrf"}
UNIT = "kubefabric-vrf-{}.service"
WANTS = "sys-subsystem-net-devices-{}.device.wants"


@pytest.fixture
def image(tmp_path):
    """Runs the role for node1 with the plan's networks; returns how many tasks changed something."""

    def run(*options: str, networks: dict | None = None, **variables: object) -> int:
        done = play(*options, networks=networks, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return int(re.search(r"node1 .*changed=(\d+)", done.stdout)[1])

    def play(*options: str, networks: dict | None = None, **variables: object):
        plan = whole({"cni": "ovn_kubernetes", "nodes": {"node1": {"rack_id": "1"}}})
        plan["ovn_kubernetes"] = {"networks": networks or {}}
        node = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        groups = {
            "clusters": {"hosts": {"k8s-prod": {"kubefabric_plan": plan}}},
            "k8s_prod_nodes": {"hosts": {"node1": {**node, "node_vrf_root": str(tmp_path / "root"), **variables}}},
        }
        (tmp_path / "inventory.yml").write_text(yaml.safe_dump(groups))
        command = ["kubefabric.bgp.vrfs", "-i", "inventory.yml", "-e", "ansible_become=false"]
        return ansible_playbook(*command, *options, cwd=tmp_path)

    run.play = play
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


@pytest.mark.parametrize("target", ["/dev/null", "../../../dev/null"])
def test_a_unit_that_is_masked_is_named_and_stays(image, target):
    image.units.mkdir(parents=True)
    unit = image.units / UNIT.format("lab")
    unit.symlink_to(target)
    done = image.play(networks={"lab": network("eth3")})
    said = " ".join(done.stdout.split())
    assert f"{unit} is masked: it is a link to {target}, and eth3 stays outside of VRF lab." in said
    assert "If it may be used here: systemctl unmask kubefabric-vrf-lab.service, and run again" in said
    assert (done.returncode, str(unit.readlink())) == (2, target)


@pytest.mark.parametrize("there", [True, False])
def test_a_unit_that_is_another_link_is_written_in_its_place(image, tmp_path, there):
    other, unit = tmp_path / "null", image.units / UNIT.format("lab")
    if there:
        other.write_text("ExecStart=ip link set dev eth9 master other\n")
    image.units.mkdir(parents=True)
    unit.symlink_to(other)
    assert image(networks={"lab": network("eth3")}) > 0
    assert not unit.is_symlink() and "ip link set dev eth3 master lab" in unit.read_text()
    assert other.exists() is there and (not there or "eth9" in other.read_text())
    assert image(networks={"lab": network("eth3")}) == 0


@pytest.mark.parametrize("where", ["system", WANTS.format("eth3")])
def test_no_link_of_an_image_leads_the_role_out_of_it(image, tmp_path, where):
    outside = tmp_path / "outside"
    outside.mkdir()
    link = image.units if where == "system" else image.units / where
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)
    done = image.play(networks={"lab": network("eth3")})
    assert f"{tmp_path}/root: {outside} is a link that leads out of the image" in " ".join(done.stdout.split())
    assert (done.returncode, list(outside.iterdir())) == (2, [])


# systemd as far as the role asks it: the unit's commands, run in the order in which they are written
SYSTEMCTL = r"""#!/bin/sh
echo "$*" >> "$CALLS"
[ "$1" != reload-or-restart ] || sed -n 's/^ExecStart=-\?//p' "/etc/systemd/system/$2" | sh -e
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace needs root")
def test_an_interface_that_is_really_outside_of_its_vrf_is_put_there_whatever_systemd_says(tmp_path):
    """On a live host; a bridge stands for the VRF, because it holds an interface in the same way."""
    namespace, calls = f"kf-vrf-{os.getpid()}", tmp_path / "calls"
    (tmp_path / "systemctl").write_text(SYSTEMCTL)
    (tmp_path / "systemctl").chmod(0o755)
    node = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    play = {"hosts": "all", "gather_facts": False}
    play["tasks"] = [{"ansible.builtin.include_role": {"name": "kubefabric.bgp.node_vrf"}}]
    variables = {"node_vrf_interfaces": [{"interface": "eth2", "vrf": "tlv"}]}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([{**play, "vars": variables}]))
    (tmp_path / "inventory.yml").write_text(yaml.safe_dump({"all": {"hosts": {"node1": node}}}))
    out = ["ip", "-n", namespace, "link", "set", "eth2", "nomaster"]
    run = f"PATH={tmp_path}:$PATH CALLS={calls} ansible-playbook -i inventory.yml play.yml"
    inside = f"mount -t tmpfs none /etc/systemd/system && {run} && {run} && {' '.join(out[:1] + out[3:])} && {run}"
    subprocess.run(["ip", "netns", "add", namespace], check=True)
    try:
        subprocess.run(["ip", "-n", namespace, "link", "add", "tlv", "type", "bridge"], check=True)
        subprocess.run(
            ["ip", "-n", namespace, "link", "add", "eth2", "type", "veth", "peer", "name", "far"], check=True
        )
        done = program_output(["ip", "netns", "exec", namespace, "unshare", "--mount", "sh", "-ec", inside], tmp_path)
        assert re.findall(r"node1 .*changed=(\d+)", done)[1:] == ["0", "1"]
        assert calls.read_text().split("\n") == [
            *["daemon-reload", "reload-or-restart kubefabric-vrf-tlv.service"],
            *["reload-or-restart kubefabric-vrf-tlv.service", ""],
        ]
        shown = subprocess.run(
            ["ip", "-n", namespace, "link", "show", "eth2"], capture_output=True, text=True, check=True
        )
        assert "master tlv" in shown.stdout
    finally:
        subprocess.run(["ip", "netns", "del", namespace], check=True)


def program_output(command: list[str], directory: Path) -> str:
    """What a command prints that has the checkout's Ansible on its path; it must succeed."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
