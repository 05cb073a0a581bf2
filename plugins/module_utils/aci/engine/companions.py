# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of a run, and those that it leaves out though it changes what their leaves hold. Pure.

A leaf has one set of timers and one limit of AS paths per VRF (bgpCtxPol), every L3Out there a policy of its own that
says them, and the limit grows with a cluster that is nested in any of them.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List

from ...intent.model import natural
from ..model.policies import timers


def left_behind(plans: Dict[str, Any], running: Iterable[str]) -> Dict[str, Dict[str, Any]]:
    """By cluster of ``running``: clusters with an L3Out that share a leaf and the VRF with it and are not ``running``.

    ``plans`` are those of all clusters. Each value is ``{"clusters": names, "content": tree}``: the policies as they
    should be, as aci_tree takes them, of one cluster per leaf; the planner sees to it that all on a leaf agree.
    Clusters that leave none behind are not in the result: those without a plan or an L3Out, and all where paths are
    one AS long, as they are without nested clusters.
    """
    present = set(running)
    absent = sorted(set(plans) - present, key=natural)
    found = {name: _left_behind(plans, name, absent) for name in sorted(present & set(plans), key=natural)}
    return {name: value for name, value in found.items() if value["clusters"]}


def _left_behind(plans: Dict[str, Any], name: str, absent: List[str]) -> Dict[str, Any]:
    """The value of one cluster."""
    own = plans[name]
    if "l3out" not in own or own["l3out"]["bgp"]["max_as"] == 1:
        return {"clusters": [], "content": []}
    shared = {other: _shared(own, plans[other]) for other in absent}
    first: Dict[str, str] = {}
    for other, leaves in shared.items():
        for leaf in leaves:
            first.setdefault(leaf, other)
    return {
        "clusters": [other for other, leaves in shared.items() if leaves],
        "content": [_policy(plans[other]["l3out"]) for other in dict.fromkeys(first.values())],
    }


def l3outs(plans: Dict[str, Any]) -> Dict[str, str]:
    """The distinguished name of each cluster's L3Out."""
    return {
        name: "uni/tn-{tenant}/out-{name}".format(**plan["l3out"]) for name, plan in plans.items() if "l3out" in plan
    }


def _shared(own: Dict[str, Any], other: Dict[str, Any]) -> List[str]:
    """The leaves that two plans have in common, if their VRF is the same."""
    if "l3out" not in other or any(own["l3out"][key] != other["l3out"][key] for key in ("vrf", "vrf_tenant")):
        return []
    return [leaf for leaf in own["leaves"] if leaf in other["leaves"]]


def _policy(l3out: Dict[str, Any]) -> Dict[str, Any]:
    policy = {"bgpCtxPol": {"attributes": dict(timers(l3out).attributes)}}
    return {"fvTenant": {"attributes": {"name": l3out["tenant"]}, "children": [policy]}}
