# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network stacks that can keep an address over a reboot, one file each: ``files`` and ``reload_commands`` for a
VIP, ``uplink_files`` and ``uplink_reload`` for the uplink."""

from __future__ import annotations

from . import ifupdown, netplan, networkd, networkmanager, unit

STACKS = {
    "systemd-networkd": networkd,
    "networkmanager": networkmanager,
    "ifupdown": ifupdown,
    "netplan": netplan,
    "systemd": unit,
}

# Every directory that one of them may write to.
DIRECTORIES = (
    "/etc/NetworkManager/dispatcher.d",
    "/etc/NetworkManager/system-connections",
    "/etc/netplan",
    "/etc/network/if-up.d",
    "/etc/network/interfaces.d",
    "/etc/systemd/network",
    "/etc/systemd/system",
)
# Those in which every directory that ends in ".d" may have a file of one of them.
DROP_INS = ("/etc/systemd/network", "/etc/systemd/system")
