# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cilium: configurations of others that select our nodes. Pure.

A node takes one CiliumBGPClusterConfig; of several the first one has it, and the others get the condition
ConflictingClusterConfig (operator/pkg/bgp/cluster.go, upsertNodeConfigs; one without a selector takes all nodes). A
node that a CiliumBGPPeeringPolicy selects leaves CiliumBGPClusterConfigs aside, and one that several select has none
(pkg/bgpv1/agent).
"""

from __future__ import annotations

from ..cilium.settings import PEERING_POLICY, settings
from ..ownership import is_ours
from .view import View, finding, listed

CONFIG, POLICY = "CiliumBGPClusterConfig", "CiliumBGPPeeringPolicy"
_PLURAL = {CONFIG: "ciliumbgpclusterconfig", POLICY: "ciliumbgppeeringpolicy"}


def kinds(plan: dict) -> dict:
    """What to read: the kinds that go before ours or beside them, in the version of the plan's release."""
    api = settings(plan)["api"]
    policies = {"policies": {"api_version": "cilium.io/v2alpha1", "kind": POLICY}}
    if api == PEERING_POLICY:
        return policies
    version = "cilium.io/v2" if api == "v2" else "cilium.io/v2alpha1"
    return {"configs": {"api_version": version, "kind": CONFIG}, **policies}


def found(view: View):
    """One Finding per object."""
    ours = POLICY if settings(view.plan)["api"] == PEERING_POLICY else CONFIG
    for item in [*(view.objects.get("configs") or []), *(view.objects.get("policies") or [])]:
        nodes = view.by_labels((item.get("spec") or {}).get("nodeSelector"))
        if is_ours(item) or not nodes:
            continue
        kind, name = item["kind"], item["metadata"]["name"]
        yield finding(
            item,
            f"selects {listed(nodes)}: {_effect(kind, ours)}",
            "Give it a nodeSelector that leaves these nodes out, with what else they peer with in the inventory, "
            f"or remove it: kubectl delete {_PLURAL[kind]} {name}. Sessions that it made are reset by that",
        )


def _effect(kind: str, ours: str) -> str:
    if kind == ours == POLICY:
        return "Cilium configures no node that two policies select"
    if kind == POLICY:
        return "on a node with a policy Cilium leaves every CiliumBGPClusterConfig aside, and so ours"
    return "Cilium takes one CiliumBGPClusterConfig for a node, and ours would not be it"
