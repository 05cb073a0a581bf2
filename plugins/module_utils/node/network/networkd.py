# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""systemd-networkd: a .network file, or a drop-in to the one that the interface has (systemd.network(5))."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..speaker import HEADER, File

if TYPE_CHECKING:
    from ..uplink import Facts as UplinkFacts
    from ..uplink import Uplink
    from ..vip import Facts as VipFacts

DIRECTORY = "/etc/systemd/network"


def files(addresses: tuple[str, ...], interface: str, facts: VipFacts) -> list[File]:
    """A drop-in where the interface has a file already; one of its own otherwise; a dummy device is made, too."""
    lines = [f"[Network]\n{''.join(f'Address={address}' + chr(10) for address in addresses)}"]
    ours = f"{DIRECTORY}/05-kubefabric-vip.network"
    if facts.network_file and facts.network_file != ours:
        name = os.path.basename(facts.network_file)
        return [_file(f"{DIRECTORY}/{name}.d/50-kubefabric-vip.conf", lines)]
    found = []
    if interface.startswith("dummy"):
        found = [_file(f"{DIRECTORY}/05-kubefabric-vip.netdev", [f"[NetDev]\nName={interface}\nKind=dummy\n"])]
    return [*found, _file(ours, [f"[Match]\nName={interface}\n", *lines])]


def reload_commands(_interface: str, _present: bool) -> list[list[str]]:
    """networkd reads its files again; only interfaces whose file is another one now are configured anew."""
    return [["networkctl", "reload"]]


def _file(path: str, sections: list[str]) -> File:
    return File(path, "\n".join([f"# {HEADER}\n", *sections]), mode=0o644)


def uplink_files(uplink: Uplink, facts: UplinkFacts) -> list[File]:
    """A drop-in to the interface's own file."""
    name = os.path.basename(facts.network_file) or f"50-{uplink.interface}.network"
    sections = [f"[Link]\nMTUBytes={uplink.mtu}\n"] if uplink.mtu else []
    sections += [f"[Route]\nGateway={address}\n{_metric(address)}" for address in uplink.gateways]
    return [_file(f"{DIRECTORY}/{name}.d/60-kubefabric-uplink.conf", sections)]


def uplink_reload() -> list[list[str]]:
    """Nothing: networkd would configure the interface anew, and the sessions over it would go."""
    return []


def _metric(gateway: str) -> str:
    """As that of the route that is set now: of IPv6 below what any other has."""
    return "Metric=1\n" if ":" in gateway else ""
