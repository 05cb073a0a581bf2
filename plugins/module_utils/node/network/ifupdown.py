# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ifupdown: a file in interfaces.d with more stanzas for the interface (interfaces(5), "Multiple stanzas")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..speaker import HEADER, File

if TYPE_CHECKING:
    from ..uplink import Facts as UplinkFacts
    from ..uplink import Uplink
    from ..vip import Facts as VipFacts

PATH = "/etc/network/interfaces.d/kubefabric-vip"
UPLINK = "/etc/network/if-up.d/kubefabric-uplink"


def files(addresses: tuple[str, ...], interface: str, _facts: VipFacts) -> list[File]:
    """One stanza for each address. ifup applies them at boot; now the module adds the addresses itself."""
    lines = [f"# {HEADER}"]
    before = [f"    pre-up ip link add {interface} type dummy || true"] if interface.startswith("dummy") else []
    for address in addresses:
        family = "inet6" if ":" in address else "inet"
        lines += ["", f"auto {interface}", f"iface {interface} {family} static", f"    address {address}", *before]
        lines += ["    dad-attempts 0"] if family == "inet6" else []
    return [File(PATH, "\n".join([*lines, ""]), mode=0o644)]


def reload_commands(_interface: str, _present: bool) -> list[list[str]]:
    """Nothing: running ifdown and ifup would take the interface away for a moment."""
    return []


def uplink_files(uplink: Uplink, _facts: UplinkFacts) -> list[File]:
    """A script that ifup runs after each stanza of any interface (interfaces(5)). Not a stanza: Debian's installer
    sources interfaces.d before the interface's own, where it has no address yet, and one that fails ends ifup."""
    lines = ["#!/bin/sh", f"# {HEADER}", f'[ "$IFACE" = "{uplink.interface}" ] || exit 0']
    # the other family's address may have to come yet: then its stanza's turn does it
    lines += [f"{' '.join(command)} || true" for command in uplink.commands()]
    return [File(UPLINK, "\n".join([*lines, ""]), mode=0o755)]


def uplink_reload() -> list[list[str]]:
    """Nothing: running ifdown and ifup would take the interface away for a moment."""
    return []
