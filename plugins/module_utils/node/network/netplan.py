# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""netplan: a file of its own, which netplan merges with the others (netplan-yaml, "lo" as an ethernet with a match)."""

from __future__ import annotations

from ..speaker import HEADER, File

PATH = "/etc/netplan/90-kubefabric-vip.yaml"


def files(addresses: tuple, interface: str, _facts) -> list:
    """The interface's addresses; mode 0600, since netplan warns about any other."""
    lines = [f"# {HEADER}", "network:", "  version: 2", "  ethernets:", f'    "{interface}":']
    lines += ["      match:", f'        name: "{interface}"'] if interface == "lo" else []
    lines += ["      addresses:", *[f'        - "{address}"' for address in addresses]]
    return [File(PATH, "\n".join([*lines, ""]), mode=0o600)]


def reload_commands(_interface: str, _present: bool) -> list:
    """Only generate the back end's files: `netplan apply` would touch every interface of the host."""
    return [["netplan", "generate"]]
