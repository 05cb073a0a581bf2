# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Floating SVIs: one on every anchor leaf, with the physical domain and the floating address (l3extRsDynPathAtt)."""

from __future__ import annotations

from typing import List, Tuple

from ..mo import BuildError, Mo, owned
from ..paths import leaf_dn
from .builder import Builder, Record, peers, profile, state, svi


def _profile(l3out: Record, interface: Record) -> Mo:
    """One profile per address family."""
    anchors = [_anchor(l3out, interface, anchor) for anchor in interface["anchors"]]
    return profile(l3out, "floating-" + interface["family"], anchors)


def _anchor(l3out: Record, interface: Record, anchor: Record) -> Mo:
    leaves = {leaf["id"]: leaf for leaf in l3out["leaves"]}
    if anchor["leaf"] not in leaves:
        raise BuildError(
            "The {} SVI anchors on leaf {}, which is not among leaves.".format(interface["family"], anchor["leaf"])
        )
    domain = owned(
        "l3extRsDynPathAtt",
        tDn="uni/phys-" + l3out["access"]["physical_domain"],
        floatingAddr=interface["floating_address"],
    )
    given = [{**peer, **state(anchor)} for peer in interface["peers"]] + anchor["peers"]
    children = [owned("l3extIp", addr=interface["secondary_address"]), domain, *peers(l3out, given)]
    naming: Record = {"nodeDn": leaf_dn(leaves[anchor["leaf"]]), "encap": f"vlan-{interface['vlan']}"}
    return owned("l3extVirtualLIfP", children, addr=anchor["address"], **naming, **svi("l3extVirtualLIfP", l3out))


def _check(interfaces: List[Record]) -> None:
    """Both families of a cluster are on the same leaves, or its nodes would lose one with a leaf and keep the other."""
    sets = {svi["family"]: sorted(anchor["leaf"] for anchor in svi["anchors"]) for svi in interfaces}
    if len({str(leaves) for leaves in sets.values()}) > 1:
        shown = "; ".join("{}: {}".format(family, ", ".join(map(str, leaves))) for family, leaves in sets.items())
        raise BuildError(f"The address families anchor on different leaves ({shown}): give both the same anchors.")


def _peers(interface: Record) -> List[Tuple[int, Record]]:
    return [
        (int(anchor["leaf"]), peer)
        for anchor in interface["anchors"]
        for peer in [*interface["peers"], *(anchor.get("peers") or [])]
    ]


BUILDER = Builder("l3extVirtualLIfP", _profile, _check, _peers)
