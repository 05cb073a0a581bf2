"""Which network stack keeps the VIP, and its configuration."""

from __future__ import annotations

import configparser

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.node.host import Host, configured_by_ifupdown
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.network import STACKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.vip import (
    Facts,
    Vip,
    detect,
    elsewhere,
    live_commands,
    parse_addresses,
)

BOTH = ("172.30.0.1/32", "fd00:30::1/128")
NETWORKD = frozenset({"systemd-networkd.service"})
MANAGER = frozenset({"NetworkManager.service"})

IFUPDOWN = {"interfaces_sources": True, "programs": frozenset({"ifup"})}

HOSTS = {
    "ifupdown, and the VIP on the loopback device": (Facts(**IFUPDOWN), "lo", "ifupdown"),
    "ifupdown, and a device of its own": (Facts(**IFUPDOWN, stanza=True), "bond0.310", "ifupdown"),
    "ifupdown, and a VRF's device that another program makes": (Facts(**IFUPDOWN), "blue", "systemd"),
    "nothing known": (Facts(), "lo", "systemd"),
    "networkd": (Facts(active=NETWORKD), "lo", "systemd-networkd"),
    "netplan before networkd": (
        Facts(active=NETWORKD, programs=frozenset({"netplan"}), netplan_files=("50-cloud-init.yaml",)),
        "lo",
        "netplan",
    ),
    "netplan installed but not used": (
        Facts(active=NETWORKD, programs=frozenset({"netplan"})),
        "lo",
        "systemd-networkd",
    ),
    "NetworkManager that has loopback profiles": (
        Facts(active=MANAGER, network_manager=(1, 46)),
        "lo",
        "networkmanager",
    ),
    "NetworkManager that has none": (Facts(active=MANAGER, network_manager=(1, 40)), "lo", "systemd"),
    "NetworkManager and a dummy": (Facts(active=MANAGER, network_manager=(1, 40)), "dummy0", "networkmanager"),
    "NetworkManager and the host's interface": (Facts(active=MANAGER, network_manager=(1, 46)), "bond0", "systemd"),
    "ifupdown": (Facts(interfaces_sources=True, programs=frozenset({"ifup"})), "lo", "ifupdown"),
    "ifupdown that reads no fragments": (Facts(programs=frozenset({"ifup"})), "lo", "systemd"),
}


@pytest.mark.parametrize(("facts", "interface", "stack"), HOSTS.values(), ids=HOSTS)
def test_the_stack_that_rules_the_host_keeps_the_vip(facts, interface, stack):
    assert detect(facts, interface) == stack


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_is_told_every_address(stack):
    text = "".join(file.text for file in Vip(BOTH, "lo", stack).files(Facts()))
    assert all(address in text for address in BOTH)


def test_a_unit_of_a_device_of_others_follows_it_however_often_it_comes():
    unit, _wants, started = Vip(BOTH, "vpn-1", "systemd").files(Facts())
    device = r"sys-subsystem-net-devices-vpn\x2d1.device"
    assert {f"Requisite={device}", f"StopPropagatedFrom={device}"} <= set(unit.text.splitlines())
    assert started.path == f"/etc/systemd/system/{device}.d/kubefabric-vip.conf"
    assert "Wants=kubefabric-vip.service" in started.text


@pytest.mark.parametrize("interface", ["lo", "dummy0"])
def test_a_unit_of_a_device_that_is_always_there_or_that_it_makes_waits_for_none(interface):
    text = "".join(file.text for file in Vip(BOTH, interface, "systemd").files(Facts()))
    assert ".device" not in text


@pytest.mark.parametrize("stack", STACKS)
def test_without_addresses_no_stack_has_a_file(stack):
    assert Vip((), "lo", stack).files(Facts()) == []


def test_netplan_s_file_is_yaml_for_root_alone():
    (file,) = Vip(BOTH, "lo", "netplan").files(Facts())
    assert file.mode == 0o600
    ethernets = yaml.safe_load(file.text)["network"]["ethernets"]
    assert ethernets == {"lo": {"match": {"name": "lo"}, "addresses": list(BOTH)}}


def test_network_manager_s_profile_keeps_the_loopback_addresses():
    (file,) = Vip(BOTH, "lo", "networkmanager").files(Facts())
    profile = configparser.ConfigParser()
    profile.read_string(file.text)
    assert (file.mode, profile["connection"]["type"]) == (0o600, "loopback")
    assert dict(profile["ipv4"]) == {"address1": "127.0.0.1/8", "address2": BOTH[0], "method": "manual"}


def test_networkd_adds_to_the_file_that_an_interface_has():
    facts = Facts(network_file="/etc/systemd/network/10-bond0.network")
    (file,) = Vip(BOTH, "bond0", "systemd-networkd").files(facts)
    assert file.path == "/etc/systemd/network/10-bond0.network.d/50-kubefabric-vip.conf"
    assert "[Match]" not in file.text


def test_the_unit_is_started_at_boot_by_a_file_of_its_own():
    files = {file.path: file.text for file in Vip(BOTH, "lo", "systemd").files(Facts())}
    wants = files["/etc/systemd/system/multi-user.target.d/kubefabric-vip.conf"]
    assert wants.endswith("[Unit]\nWants=kubefabric-vip.service\n")
    assert "/etc/systemd/system/kubefabric-vip.service" in files


def test_networkd_makes_a_dummy_device():
    paths = [file.path for file in Vip(BOTH, "dummy0", "systemd-networkd").files(Facts())]
    assert paths == [
        "/etc/systemd/network/05-kubefabric-vip.netdev",
        "/etc/systemd/network/05-kubefabric-vip.network",
    ]


def test_only_addresses_that_are_missing_are_added_and_only_ours_removed():
    facts = Facts(addresses={"172.30.0.1": "lo", "172.30.0.9": "lo", "127.0.0.1": "lo"}, interfaces=frozenset({"lo"}))
    commands = live_commands(BOTH, ("172.30.0.1/32", "172.30.0.9/32"), "lo", facts)
    assert [" ".join(command) for command in commands] == [
        "ip address add fd00:30::1/128 dev lo",
        "ip address del 172.30.0.9/32 dev lo",
    ]


def test_a_dummy_device_is_made_once():
    commands = live_commands(BOTH[:1], (), "dummy0", Facts(interfaces=frozenset({"lo"})))
    assert commands[0] == ["ip", "link", "add", "dummy0", "type", "dummy"]
    assert live_commands(BOTH[:1], (), "dummy0", Facts(interfaces=frozenset({"dummy0"})))[0][1] == "address"


def test_an_address_of_another_interface_is_refused():
    assert elsewhere(BOTH, "lo", Facts(addresses={"172.30.0.1": "eth0"})) == [
        "172.30.0.1 is on eth0 already; give vip.interface: eth0, or another VIP"
    ]


def test_addresses_are_read_from_ip_s_json():
    text = '[{"ifname": "lo", "addr_info": [{"local": "127.0.0.1"}, {"local": "fd00:0:0::1"}]}, {"ifname": "eth0"}]'
    assert parse_addresses(text) == ({"127.0.0.1": "lo", "fd00::1": "lo"}, frozenset({"lo", "eth0"}))


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, False),
        ({"interfaces": "auto blue\niface blue inet manual\n"}, True),
        ({"interfaces.d/lab": "iface blue inet static\n"}, True),
        ({"interfaces.d/kubefabric-vip": "iface blue inet static\n"}, False),
        ({"interfaces": "iface blue2 inet static\n# iface blue\n"}, False),
    ],
)
def test_a_stanza_of_others_counts_and_ours_does_not(tmp_path, files, found):
    for name, text in files.items():
        path = tmp_path / "etc/network" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert configured_by_ifupdown(Host(lambda _command: (0, "", ""), str(tmp_path)), "blue") is found
