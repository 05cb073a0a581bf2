"""Which nodes are booted, and how they are reached."""

from __future__ import annotations

import os

import pytest

from lab.context import Lab
from lab.hosts import access, machine, machines, watches
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
    assert "--network-namespace-path=/run/netns/kf-t-node-metal-host1" in command
    assert "--boot" in command


@pytest.mark.parametrize("legacy", [False, True])
def test_a_systemd_that_would_refuse_control_groups_of_version_1_is_told_to_take_them(tmp_path, monkeypatch, legacy):
    monkeypatch.setattr(machine, "legacy_cgroups", lambda: legacy)
    command = machine.command("kf-t-host1", tmp_path, "kf-t-node-metal-host1")
    assert ("SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1" in command) is legacy


def test_a_host_s_console_is_read(tmp_path):
    assert "--console=read-only" in machine.command("kf-t-host1", tmp_path, "kf-t-node-metal-host1")


def instances(left: int):
    """Opens that many file descriptors, and then no more."""
    return iter([*(os.open(os.devnull, os.O_RDONLY) for _ in range(left)), -1]).__next__


def test_hosts_are_not_booted_where_the_kernel_has_no_inotify_instances_for_them(tmp_path, monkeypatch):
    monkeypatch.setattr(watches, "LIMIT", tmp_path / "limit")
    watches.LIMIT.write_text("128\n")
    assert watches.reason_to_stop(2, instances(11)) == (
        "2 hosts need 12 inotify instances to boot, and this machine has 11 left for root "
        "(fs.inotify.max_user_instances is 128): take another lab down, or raise it, for example by "
        "`sysctl fs.inotify.max_user_instances=1024`"
    )


def test_instances_that_were_counted_are_given_back():
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(6)]
    assert watches.reason_to_stop(1, iter(taken).__next__) == ""
    for descriptor in taken:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


def test_a_host_that_does_not_come_back_shows_its_console(tmp_path, monkeypatch):
    lab, host = Lab("t"), NODES["host1"]
    monkeypatch.setattr(Lab, "directory", tmp_path)
    monkeypatch.setattr(machines, "BOOT_SECONDS", 0.0)
    lab.file("logs", "host-host1.log").write_text("up\n\nkf-t-host1 boots again\r\nFailed to start networkd\n")
    assert machines.reboots(lab, host) == 1
    with pytest.raises(TimeoutError) as caught:
        machines.await_reachable(lab, host, 2)
    assert str(caught.value) == (
        "host1 does not answer over ssh after 0 s; its console:\nup\nkf-t-host1 boots again\nFailed to start networkd"
    )
