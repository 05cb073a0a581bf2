# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the ports of hosts are under the AAEPs that the intent names: what to ask APIC, what to say. Pure.

A policy group names an AAEP (infraRsAttEntP), and ports are put under a policy group by a port selector
(infraRsAccBaseGrp), by an override (infraRsPathToAccBaseGrp), or one by one (infraPortConfig, 5.2(7) and later).
An AAEP without that takes no VLAN to any port, whatever else is right: every interface ends as F0467, invalid-path.
"""

from __future__ import annotations

import difflib
from typing import Any, Dict, Iterable, List, Sequence, Tuple

from . import reading
from .reading import Target
from .snapshot import Found, parent_dn

_PREFIX = "uni/infra/attentp-"
# What puts a port under a policy group, and the property that names it; the last one came with 5.2(7).
PLACES = (("infraRsAccBaseGrp", "tDn"), ("infraRsPathToAccBaseGrp", "tDn"), ("infraPortConfig", "assocGrp"))


def named(plans: Dict[str, Any], running: Iterable[str], fabric: str) -> List[str]:
    """The AAEPs of the clusters of a run in a fabric, but for those whose ports are configured with the L3Out."""
    parts = [
        plans[name]["l3out"]["access"]
        for name in sorted(set(running) & set(plans))
        if "l3out" in plans[name] and plans[name]["fabric"]["name"] == fabric
    ]
    ours = {access["aaep"] for access in parts if access.get("vpcs")}
    return sorted({access["aaep"] for access in parts if access.get("aaep")} - ours)


def queries(names: Iterable[str]) -> List[str]:
    """The path (one, unless it is too long) that asks for the fabric's AAEPs, and for the groups that name these."""
    groups = [Target("infraRsAttEntP", _PREFIX + name, prop="tDn") for name in names]
    return reading.flat("uni/infra", [Target("infraAttEntityP", _PREFIX, prefix=True), *groups])


def port_queries(found: Iterable[Found], places: Sequence[Tuple[str, str]]) -> List[str]:
    """The paths that ask whether those groups have ports. places: of PLACES those that the controller knows."""
    groups = sorted({parent_dn(item.dn) for item in found if item.cls == "infraRsAttEntP"})
    return reading.flat("uni/infra", [Target(cls, dn, prop=prop) for dn in groups for cls, prop in places])


def remarks(names: Iterable[str], found: List[Found], ports: List[Found]) -> List[str]:
    """A sentence for each of these AAEPs that has no port."""
    there = {item.dn[len(_PREFIX) :] for item in found if item.cls == "infraAttEntityP"}
    used = {item.attributes.get("assocGrp") or item.attributes.get("tDn", "") for item in ports}
    groups: Dict[str, List[str]] = {}
    for item in found:
        if item.cls == "infraRsAttEntP":
            groups.setdefault(item.attributes.get("tDn", ""), []).append(parent_dn(item.dn))
    return [
        _sentence(name, there, sorted(groups.get(_PREFIX + name, [])))
        for name in names
        if not used & set(groups.get(_PREFIX + name, []))
    ]


def _sentence(name: str, there: Iterable[str], groups: List[str]) -> str:
    aaep, so = f"AAEP {name} ({_PREFIX}{name})", "no VLAN of the L3Out reaches a host"
    if name not in there:
        close = difflib.get_close_matches(name, list(there), n=1)
        meant = f" Did you mean {close[0]}?" if close else ""
        return f"{aaep} is not there yet, so that it has no port: {so} before one is under it.{meant}"
    if not groups:
        return f"{aaep} has no port: no policy group names it (infraRsAttEntP), and {so}."
    shown = ", ".join(groups[:4]) + (f" and {len(groups) - 4} more" if len(groups) > 4 else "")
    return f"{aaep} has no port: {shown} has none (infraRsAccBaseGrp, infraPortConfig), and {so}."
