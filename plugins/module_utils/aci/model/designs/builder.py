# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the APIC's half asks about an SVI design, and what the designs' interfaces have in common."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Tuple

from .. import properties
from ..mo import Mo, owned

Record = Dict[str, Any]


class Builder(NamedTuple):
    """One design.

    ``cls`` is the class of its interfaces. ``profile`` makes the logical interface profile of one interface of an
    L3Out's description. ``check`` raises BuildError where its interfaces contradict each other. ``peers`` lists the
    (leaf, peer) of one interface.
    """

    cls: str
    profile: Callable[[Record, Record], Mo]
    check: Callable[[List[Record]], None]
    peers: Callable[[Record], List[Tuple[int, Record]]]


def profile(l3out: Record, name: str, children: List[Mo]) -> Mo:
    """A logical interface profile, with BFD where the L3Out has it."""
    bfd = [owned("bfdIfP", [owned("bfdRsIfPol", tnBfdIfPolName=l3out["name"])])] if l3out["bgp"]["bfd"] else []
    return owned("l3extLIfP", [*children, *bfd], name=name, **properties.of("l3extLIfP", l3out))


def svi(cls: str, l3out: Record) -> Record:
    """The attributes that all SVIs of an L3Out have."""
    found = properties.of(cls, l3out)
    return {"ifInstT": "ext-svi", "mode": found["mode"], "mtu": l3out["mtu"], **found}  # in the order of old files


def state(given: Record) -> Record:
    """The administrative state of peers that are down; the others' is the default."""
    return {"admin_state": "disabled"} if given.get("admin_state") == "disabled" else {}


def peers(l3out: Record, given: List[Record]) -> List[Mo]:
    """The BGP peers on an interface."""
    common = properties.of("bgpPeerP", l3out)
    return [_peer(l3out, peer, common) for peer in given]


def _peer(l3out: Record, peer: Record, common: Record) -> Mo:
    down: Record = {"adminSt": "disabled"} if state(peer) else {}
    children = [owned("bgpAsP", asn=peer["asn"])]
    if l3out["bgp"]["max_prefixes"] is not None:
        children.append(owned("bgpRsPeerPfxPol", tnBgpPeerPfxPolName=l3out["name"]))
    return owned("bgpPeerP", children, addr=peer["address"], **common, **down)
