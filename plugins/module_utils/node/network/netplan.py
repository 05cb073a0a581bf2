# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""netplan: a file of its own, which netplan merges with the others (netplan-yaml, "lo" as an ethernet with a match)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..speaker import HEADER, File

if TYPE_CHECKING:
    from ..uplink import Facts as UplinkFacts
    from ..uplink import Uplink
    from ..vip import Facts as VipFacts

PATH = "/etc/netplan/90-kubefabric-vip.yaml"
UPLINK = "/etc/netplan/91-kubefabric-uplink.yaml"


def files(addresses: tuple[str, ...], interface: str, _facts: VipFacts) -> list[File]:
    """The interface's addresses; mode 0600, since netplan warns about any other."""
    lines = [f"# {HEADER}", "network:", "  version: 2", "  ethernets:", f'    "{interface}":']
    lines += ["      match:", f'        name: "{interface}"'] if interface == "lo" else []
    lines += ["      addresses:", *[f'        - "{address}"' for address in addresses]]
    return [File(PATH, "\n".join([*lines, ""]), mode=0o600)]


def reload_commands(_interface: str, _present: bool) -> list[list[str]]:
    """Only generate the back end's files: `netplan apply` would touch every interface of the host."""
    return [["netplan", "generate"]]


def uplink_files(uplink: Uplink, facts: UplinkFacts) -> list[File]:
    """The interface's MTU and routes, under the kind of device that netplan has it as."""
    lines = [f"# {HEADER}", "network:", "  version: 2", f"  {facts.netplan_kind or 'ethernets'}:"]
    lines += [f'    "{uplink.interface}":', *([f"      mtu: {uplink.mtu}"] if uplink.mtu else [])]
    lines += ["      routes:"] if uplink.gateways else []
    for address in uplink.gateways:
        everywhere = "::/0" if ":" in address else "0.0.0.0/0"
        lines += [f'        - to: "{everywhere}"', f'          via: "{address}"']
        lines += ["          metric: 1"] if ":" in address else []  # as that of the route that is set now
    return [File(UPLINK, "\n".join([*lines, ""]), mode=0o600)]


def uplink_reload() -> list[list[str]]:
    """Only generate the back end's files: `netplan apply` would touch every interface of the host."""
    return [["netplan", "generate"]]
