"""What the installer leaves on a host, by network stack."""

from __future__ import annotations

import configparser

import pytest
import yaml

from lab.hosts import install
from lab.topology import Node

NODE = Node(
    "host1",
    "metal",
    "rack1",
    310,
    9000,
    ("192.168.2.1/24", "fd00:2::1/64"),
    ("192.168.2.254", "fd00:2::ffff"),
)
KEYS = install.Keys("ssh-ed25519 AAAA lab", "host key", "ssh-ed25519 BBBB host1")
UNITS = {
    "networkd": "systemd-networkd.service",
    "ifupdown": "networking.service",
    "networkmanager": "NetworkManager.service",
    "netplan": "systemd-networkd.service",
    "plain": "uplink.service",
}


@pytest.mark.parametrize("stack", install.STACKS)
def test_one_stack_is_started_at_boot_and_knows_the_uplink(stack):
    files = install.files(NODE, stack, KEYS)
    assert [path for path in files if path.startswith(install.WANTS)] == [f"{install.WANTS}/{UNITS[stack]}"]
    text = "\n".join(file.text for file in files.values())
    for word in ("bond0", "9000", *NODE.addresses, *NODE.gateways):
        assert word in text, (stack, word)


@pytest.mark.parametrize("stack", install.STACKS)
def test_secrets_are_for_root_alone(stack):
    files = install.files(NODE, stack, KEYS)
    assert {path: file.mode for path, file in files.items() if file.mode & 0o077 == 0}.keys() >= {
        "etc/ssh/ssh_host_ed25519_key",
        "root/.ssh/authorized_keys",
    }


def test_a_host_that_goes_down_waits_for_no_user_manager_and_for_no_service_long():
    files = install.files(NODE, "networkd", KEYS)
    assert files["etc/systemd/system/user@.service"].link == "/dev/null"
    assert "DefaultTimeoutStopSec=10s" in files["etc/systemd/system.conf.d/lab.conf"].text


def test_a_host_with_one_family_gets_no_line_of_the_other():
    node = Node("host1", "metal", "rack1", 310, 9000, ("192.168.2.1/24",), ("192.168.2.254",))
    assert "inet6" not in install.ifupdown(node)["etc/network/interfaces"].text
    keyfile = install.networkmanager(node)["etc/NetworkManager/system-connections/uplink.nmconnection"].text
    assert "[ipv6]\nmethod=disabled" in keyfile


def test_netplan_s_file_is_yaml_with_a_default_route_for_each_family():
    found = yaml.safe_load(install.netplan(NODE)["etc/netplan/50-cloud-init.yaml"].text)
    uplink = found["network"]["ethernets"]["bond0"]
    assert uplink["addresses"] == list(NODE.addresses)
    assert uplink["routes"] == [
        {"to": "0.0.0.0/0", "via": "192.168.2.254"},
        {"to": "::/0", "via": "fd00:2::ffff"},
    ]


def test_networkmanager_s_keyfile_gives_each_family_its_gateway():
    text = install.networkmanager(NODE)["etc/NetworkManager/system-connections/uplink.nmconnection"].text
    found = configparser.ConfigParser()
    found.read_string(text)
    assert dict(found["ipv6"]) == {"method": "manual", "address1": "fd00:2::1/64", "gateway": "fd00:2::ffff"}
