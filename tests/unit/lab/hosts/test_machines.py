"""Which nodes are booted, and how they are reached."""

from __future__ import annotations

import pytest

from lab.context import Lab
from lab.hosts import access, machine, machines
from lab.topology import Node, Topology

NODES = {name: Node(name, "metal", "rack1", 310, 9000, (), ()) for name in ("host1", "host2")}
TOPOLOGY = Topology("dc1", 65002, "6.0(9c)", nodes=NODES)


def test_a_host_takes_networkd_unless_it_is_told_another_stack():
    assert machines.parse(TOPOLOGY, ("host1", "host2:ifupdown")) == {"host1": "networkd", "host2": "ifupdown"}


def test_all_nodes_can_be_booted_and_one_of_them_otherwise():
    assert machines.parse(TOPOLOGY, ("all:plain", "host2")) == {"host1": "plain", "host2": "networkd"}


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("host3", "--boot host3: no node host3; there are: host1, host2"),
        (
            "host1:wicked",
            "--boot host1:wicked: there is no network stack wicked; "
            "one of networkd, ifupdown, networkmanager, netplan, plain",
        ),
    ],
)
def test_what_cannot_be_booted_is_an_error_that_says_what_can(wanted, message):
    with pytest.raises(ValueError) as caught:
        machines.parse(TOPOLOGY, (wanted,))
    assert str(caught.value) == message


def test_ssh_reaches_a_host_in_its_namespace_with_the_lab_s_key_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(Lab, "directory", tmp_path)
    lines = access.ssh_configuration(Lab("t"), [NODES["host1"]])
    assert lines[0] == "Host host1"
    assert lines[1].endswith("-m lab.hosts.dial kf-t-node-metal-host1 22")
    assert f"  IdentityFile {tmp_path}/hosts/id_ed25519" in lines
    assert "  StrictHostKeyChecking yes" in lines


def test_a_host_boots_in_the_namespace_of_its_node(tmp_path):
    command = machine.command("kf-t-host1", tmp_path, "kf-t-node-metal-host1")
    assert command[-1] == "--network-namespace-path=/run/netns/kf-t-node-metal-host1"
    assert "--boot" in command


def test_somebody_reads_a_host_s_console(tmp_path):
    assert "--console=read-only" in machine.command("kf-t-host1", tmp_path, "kf-t-node-metal-host1")
