# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NetworkManager: a keyfile of its own for lo (1.42 and later) or a dummy device (nm-settings-keyfile(5))."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ..speaker import HEADER, File

if TYPE_CHECKING:
    from ..uplink import Facts as UplinkFacts
    from ..uplink import Uplink
    from ..vip import Facts as VipFacts

PATH = "/etc/NetworkManager/system-connections/kubefabric-vip.nmconnection"
NAME = "kubefabric-vip"
UPLINK = "/etc/NetworkManager/dispatcher.d/60-kubefabric-uplink"
# any fixed namespace will do: the same interface gets the same profile each time
NAMESPACE = uuid.UUID("6f1c5cd0-95f0-4b7c-8f0a-6b75626566ab")


def files(addresses: tuple[str, ...], interface: str, _facts: VipFacts) -> list[File]:
    """One profile; NetworkManager ignores it unless it belongs to root and no other user can read it."""
    kind = "loopback" if interface == "lo" else "dummy"
    lines = [f"# {HEADER}", "[connection]", f"id={NAME}", f"uuid={uuid.uuid5(NAMESPACE, interface)}", f"type={kind}"]
    lines += [f"interface-name={interface}", "autoconnect=true"]
    lines += _section("ipv4", [address for address in addresses if ":" not in address], interface)
    lines += _section("ipv6", [address for address in addresses if ":" in address], interface)
    return [File(PATH, "\n".join([*lines, ""]), mode=0o600)]


def reload_commands(_interface: str, present: bool) -> list[list[str]]:
    """Read the profile and bring it up; it has no other interface than this."""
    return [["nmcli", "connection", "reload"], *([["nmcli", "connection", "up", NAME]] if present else [])]


def _section(family: str, addresses: list[Any], interface: str) -> list[Any]:
    if interface == "lo":
        addresses = ["127.0.0.1/8" if family == "ipv4" else "::1/128", *addresses]
    numbered = [f"address{number}={address}" for number, address in enumerate(addresses, start=1)]
    return ["", f"[{family}]", *numbered, f"method={'manual' if addresses else 'disabled'}"]


def uplink_files(uplink: Uplink, _facts: UplinkFacts) -> list[File]:
    """A dispatcher script (NetworkManager-dispatcher(8)): the interface's profile is its administrator's."""
    lines = ["#!/bin/sh", f"# {HEADER}", f'[ "$1" = "{uplink.interface}" ] || exit 0']
    lines += ['case "$2" in up | reapply | dhcp4-change | dhcp6-change) ;; *) exit 0 ;; esac']
    lines += [" ".join(command) for command in uplink.commands()]
    return [File(UPLINK, "\n".join([*lines, ""]), mode=0o755)]


def uplink_reload() -> list[list[str]]:
    """Nothing: NetworkManager runs it when the interface comes up."""
    return []
