# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host's firewall has to let in for its sessions. Only said: the module changes no firewall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, List, Optional, Tuple

from .model import FAMILIES, Config, of_family

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject

BGP = 179  # RFC 4271
BFD = (3784, 3785)  # RFC 5881, section 4: control and echo, one hop
BFD_MULTIHOP = (4784,)  # RFC 5883, section 5


def hints(config: Config) -> List[JsonObject]:
    """One entry per family and purpose: ``why``, ``protocol``, ``ports``, ``sources``, ``destination`` (None: any of
    the host's addresses), and the same as a line of nftables."""
    found: List[Optional[JsonObject]] = []
    for family in FAMILIES:
        peers = [peer for peer in config.peers if peer.family == family]
        found.append(_hint("sessions with the leaves", "tcp", (BGP,), [peer.address for peer in peers], None))
        near = [peer.address for peer in peers if peer.bfd and not peer.multihop]
        far = [peer.address for peer in peers if peer.bfd and peer.multihop]
        found.append(_hint("BFD with the leaves", "udp", BFD, near, None))
        found.append(_hint("BFD over several hops", "udp", BFD_MULTIHOP, far, None))
        for client, why in ((False, "workloads' sessions at the VIP"), (True, "sessions of the reflector's clients")):
            concerned = [workload for workload in config.workloads if workload.reflector_client is client]
            ranges = of_family(tuple(prefix for workload in concerned for prefix in workload.ranges), family)
            found.append(_hint(why, "tcp", (BGP,), ranges, None if client else config.vip(family)))
    return [hint for hint in found if hint]


def _hint(
    why: str, protocol: str, ports: Tuple[int, ...], sources: Iterable[str], to: Optional[str]
) -> Optional[JsonObject]:
    listed = list(sources)
    if not listed:
        return None
    word = "ip6" if ":" in listed[0] else "ip"
    line = f"{word} saddr {{ {', '.join(listed)} }} "
    line += f"{word} daddr {to} " if to else ""
    line += f"{protocol} dport {_ports(ports)} accept"
    known = {"why": why, "protocol": protocol, "ports": list(ports), "sources": listed}
    return {**known, "destination": to, "nftables": line}


def _ports(ports: Tuple[int, ...]) -> str:
    return str(ports[0]) if len(ports) == 1 else "{ " + ", ".join(str(port) for port in ports) + " }"
