# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Standard SVIs: one per node and family on the node's vPC, in racks with one leaf on its port channel."""

from __future__ import annotations

from typing import List, Tuple

from ..mo import Mo, owned
from ..paths import path_dn
from .builder import Builder, Record, peers, profile, svi


def _profile(l3out: Record, path: Record) -> Mo:
    """A path of its own per node and family: rspathL3OutAtt is keyed by the path alone, so one profile cannot hold
    two. On one leaf the path itself has the address that the two sides of a vPC have.
    """
    sides = [
        owned(
            "l3extMember", [owned("l3extIp", addr=path["secondary_address"])], side=name.upper(), addr=side["address"]
        )
        for name, side in sorted(path["sides"].items())
    ]
    single = len(sides) == 1
    own = {"addr": path["sides"]["a"]["address"]} if single else {}
    attached = owned(
        "l3extRsPathL3OutAtt",
        [*(sides[0].children if single else sides), *peers(l3out, path["peers"])],
        tDn=path_dn(path),
        encap=f"vlan-{path['vlan']}",
        **own,
        **svi("l3extRsPathL3OutAtt", l3out),
    )
    return profile(l3out, "{}-{}".format(path["node"], path["family"]), [attached])


def _check(interfaces: List[Record]) -> None:
    """Paths are objects of their own: none contradicts another."""


def _peers(path: Record) -> List[Tuple[int, Record]]:
    return [(int(side["leaf"]), peer) for side in path["sides"].values() for peer in path["peers"]]


BUILDER = Builder("l3extRsPathL3OutAtt", _profile, _check, _peers)
