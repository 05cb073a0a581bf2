# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The peering VIP: which network stack rules the host, and what it takes to have the addresses now and after a reboot.

The facts are gathered by ``host``; everything here is pure. Each stack is one file in ``network``.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Dict, List, Tuple

from . import ip_json
from .network import STACKS
from .speaker import Command, File


@dataclass(frozen=True)
class Facts:
    """What decides between the stacks. ``active``: the units of systemd that run; ``programs``: those that exist."""

    active: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    netplan_files: Tuple[str, ...] = ()
    interfaces_sources: bool = False  # /etc/network/interfaces reads interfaces.d
    stanza: bool = False  # ifupdown configures the interface, or makes it
    network_manager: Tuple[int, int] = (0, 0)  # its version
    network_file: str = ""  # systemd-networkd's file for the interface
    addresses: Dict[str, str] = field(default_factory=dict)  # address → the interface that has it
    interfaces: frozenset[str] = frozenset()


def detect(facts: Facts, interface: str) -> str:
    """The stack whose files survive a reboot; ``systemd`` (a unit of its own) where none of them rules."""
    if facts.netplan_files and "netplan" in facts.programs and _netplan_can(interface):
        return "netplan"
    if "NetworkManager.service" in facts.active and _network_manager_can(facts, interface):
        return "networkmanager"
    if "systemd-networkd.service" in facts.active:
        return "systemd-networkd"
    if facts.interfaces_sources and "ifup" in facts.programs and _ifupdown_can(facts, interface):
        return "ifupdown"
    return "systemd"


def _netplan_can(interface: str) -> bool:
    return not interface.startswith("dummy")  # dummy devices came with netplan 1.1 only


def _ifupdown_can(facts: Facts, interface: str) -> bool:
    """It runs once at boot: a device that another program makes, such as a VRF's, may come later, or anew."""
    return facts.stanza or interface == "lo" or interface.startswith("dummy")


def _network_manager_can(facts: Facts, interface: str) -> bool:
    if interface == "lo":
        return facts.network_manager >= (1, 42)  # the first that has profiles for the loopback device
    return interface.startswith("dummy")  # a named interface's profile is its administrator's


@dataclass(frozen=True)
class Vip:
    """The wanted addresses on their interface, and the stack that keeps them."""

    addresses: Tuple[str, ...]
    interface: str
    manager: str

    def files(self, facts: Facts) -> List[File]:
        """The stack's files; none without addresses."""
        return STACKS[self.manager].files(self.addresses, self.interface, facts) if self.addresses else []

    def reload_commands(self) -> List[Command]:
        """What makes the stack know its new files, without touching any other interface."""
        return STACKS[self.manager].reload_commands(self.interface, bool(self.addresses))


def elsewhere(addresses: Tuple[str, ...], interface: str, facts: Facts) -> List[str]:
    """VIPs that another interface of the host has already, said for people."""
    return [
        f"{bare} is on {facts.addresses[bare]} already; give vip.interface: {facts.addresses[bare]}, or another VIP"
        for bare in (address.partition("/")[0] for address in addresses)
        if facts.addresses.get(bare, interface) != interface
    ]


def live_commands(wanted: Tuple[str, ...], ours: Tuple[str, ...], interface: str, facts: Facts) -> List[Command]:
    """``ip`` commands that bring the addresses of now to the wanted ones; ``ours`` are those that we added earlier."""
    have = facts.addresses
    add = [address for address in wanted if address.partition("/")[0] not in have]
    drop = [address for address in ours if address not in wanted and have.get(address.partition("/")[0]) == interface]
    make: List[Command] = []
    if add and interface.startswith("dummy") and interface not in facts.interfaces:
        make = [["ip", "link", "add", interface, "type", "dummy"], ["ip", "link", "set", interface, "up"]]
    return [
        *make,
        *[["ip", "address", "add", address, "dev", interface] for address in add],
        *[["ip", "address", "del", address, "dev", interface] for address in drop],
    ]


def parse_addresses(text: str) -> Tuple[Dict[str, str], frozenset[str]]:
    """``ip -j address show`` → address → interface, and the interfaces."""
    links = ip_json.objects(text, "ip -j address show")
    found = {}
    for link in links:
        for entry in link.get("addr_info", ()):
            if "local" in entry:
                found[str(ipaddress.ip_address(entry["local"]))] = link["ifname"]
    return found, frozenset(link["ifname"] for link in links if "ifname" in link)
