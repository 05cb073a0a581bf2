# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fabric's own BGP, compared with the intent: its AS number, its MP-BGP route reflectors, and whether a pod policy
group applies them. Written only when asked. Pure.

Without reflectors that are applied no route leaves the border leaf it came in by (white paper, "MP-BGP route
reflectors"). See ``bgp.fabric`` for what is read.
"""

from __future__ import annotations

from typing import Any, Dict, List

from .mo import Mo, ancestor, owned

POLICY = "default"  # APIC has one BGP policy for the fabric and calls it so
GROUP = "kubefabric"
AS_DN = "uni/fabric/bgpInstP-default/as"


def objection(found: Dict[str, Any], asn: int) -> str:
    """Why nothing may be built on this fabric, in a sentence; '' if nothing speaks against it."""
    if found["asn"] in (None, asn):
        return ""
    return (
        f"The fabric's BGP AS is {found['asn']} ({AS_DN}), and the intent says {asn} (kubefabric_fabric.asn):"
        " no node would get a session. Correct the intent; another AS for a fabric in service ends every BGP session"
        " it has"
    )


def remarks(found: Dict[str, Any], asn: int) -> List[str]:
    """What is not there yet, in sentences."""
    result = []
    if found["asn"] is None:
        result.append(f"The fabric has no BGP AS ({AS_DN}): no session comes up before it has {asn}.")
    if not found["route_reflectors"]:
        result.append("The fabric has no MP-BGP route reflectors: routes stay on the leaves that learn them.")
    elif not found["applied"]:
        result.append(
            "No pod policy group in use applies the fabric's route reflectors:"
            " routes stay on the leaves that learn them."
        )
    return result


def complete(found: Dict[str, Any], asn: int, reflectors: List[Dict[str, int]]) -> bool:
    """Whether there is nothing to write."""
    there = {spine["id"] for spine in reflectors} <= set(found["route_reflectors"])
    return found["asn"] == asn and found["applied"] and there


def build(found: Dict[str, Any], asn: int, reflectors: List[Dict[str, int]]) -> Mo:
    """What to write, rooted at ``uni``: what is missing and nothing else. reflectors: [{id, pod}].

    Reflectors that others chose stay. A policy group of our own is made where none applies the fabric's BGP policy.
    """
    missing = [spine for spine in reflectors if spine["id"] not in found["route_reflectors"]]
    spines = [owned("bgpRRNodePEp", id=spine["id"], podId=spine["pod"]) for spine in missing]
    number = [] if found["asn"] == asn else [owned("bgpAsP", asn=asn)]
    policy = ancestor("bgpInstPol", [*([ancestor("bgpRRP", spines)] if spines else []), *number], name=POLICY)
    return ancestor("polUni", [ancestor("fabricInst", [policy, *([] if found["applied"] else _applied())])])


def _applied() -> List[Mo]:
    relation = owned("fabricRsPodPGrpBGPRRP", tnBgpInstPolName=POLICY)
    group = owned("fabricPodPGrp", [relation], name=GROUP)
    chosen = owned("fabricRsPodPGrp", tDn=f"uni/fabric/funcprof/podpgrp-{GROUP}")
    selector = ancestor("fabricPodS", [chosen], name="default", type="ALL")
    return [ancestor("fabricFuncP", [group]), ancestor("fabricPodP", [selector], name="default")]
