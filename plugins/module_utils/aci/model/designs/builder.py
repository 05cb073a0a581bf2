# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the APIC's half asks about an SVI design, and what the designs' interfaces have in common."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Tuple

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
    return owned("l3extLIfP", [*children, *bfd], name=name)


def svi(l3out: Record) -> Record:
    """The attributes that all SVIs of an L3Out have."""
    return {
        "ifInstT": "ext-svi",
        "mode": l3out.get("mode") or "regular",
        "mtu": l3out["mtu"],
        "encapScope": "ctx" if l3out["encap_scope"] == "vrf" else l3out["encap_scope"],
        "autostate": l3out["autostate"],
    }


def state(given: Record) -> Record:
    """The administrative state of peers that are down; the others' is the default."""
    return {"admin_state": "disabled"} if given.get("admin_state") == "disabled" else {}


def peers(l3out: Record, given: List[Record]) -> List[Mo]:
    """The BGP peers on an interface."""
    return [_peer(l3out["bgp"], l3out["name"], peer) for peer in given]


def _peer(bgp: Record, name: str, peer: Record) -> Mo:
    """as-override and dis-peer-as-check go together: all nodes are in one AS, and leaves pass routes between them."""
    flags = (
        ("as_override", "as-override"),
        ("disable_peer_as_check", "dis-peer-as-check"),
        ("send_community", "send-com"),
    )
    down: Record = {"adminSt": "disabled"} if state(peer) else {}
    children = [owned("bgpAsP", asn=peer["asn"])]
    if bgp["max_prefixes"] is not None:
        children.append(owned("bgpRsPeerPfxPol", tnBgpPeerPfxPolName=name))
    return owned(
        "bgpPeerP",
        children,
        addr=peer["address"],
        ctrl=",".join(flag for option, flag in flags if bgp[option]),
        peerCtrl="bfd" if bgp["bfd"] else "",
        **down,
    )
