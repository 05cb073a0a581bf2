# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cilium: configurations of others that select our nodes. Pure.

A node takes one CiliumBGPClusterConfig; of several the first one has it, and the others get the condition
ConflictingClusterConfig (operator/pkg/bgp/cluster.go, upsertNodeConfigs; one without a selector takes all nodes). A
node that a CiliumBGPPeeringPolicy selects leaves CiliumBGPClusterConfigs aside, and one that several select has none
(pkg/bgpv1/agent). What a CiliumBGPNodeConfigOverride says of an instance of its node goes before what the
CiliumBGPClusterConfig says, with either of them ours or of others (the same file, toNodeBGPInstance).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...objects.ownership import is_ours
from ..base.groups import peer_name
from ..base.secret_text import WITHOUT_PASSWORD
from ..base.view import View, finding, listed
from .resources import resources
from .resources.speaker import INSTANCE
from .settings import PEERING_POLICY, settings

if TYPE_CHECKING:
    from ...contract.kubernetes import Resource, ToRead
    from ...contract.plan import Plan

CONFIG, POLICY = "CiliumBGPClusterConfig", "CiliumBGPPeeringPolicy"
OVERRIDE = "CiliumBGPNodeConfigOverride"
_PLURAL = {CONFIG: "ciliumbgpclusterconfig", POLICY: "ciliumbgppeeringpolicy"}


def kinds(plan: Plan) -> dict[str, ToRead]:
    """What to read: the kinds that go before ours or beside them, in the version of the plan's release."""
    api = settings(plan)["api"]
    policies: dict[str, ToRead] = {"policies": {"api_version": "cilium.io/v2alpha1", "kind": POLICY}}
    if api == PEERING_POLICY:
        return policies
    version = "cilium.io/v2" if api == "v2" else "cilium.io/v2alpha1"
    overrides: dict[str, ToRead] = {"overrides": {"api_version": version, "kind": OVERRIDE}}
    return {"configs": {"api_version": version, "kind": CONFIG}, **overrides, **policies}


def found(view: View) -> Any:
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
    yield from _overrides(view)


def _overrides(view: View) -> Any:
    """Overrides of nodes for which we write none; one in the place of ours is a conflict of names (bring.taken)."""
    ours_too = {one["metadata"]["name"] for one in resources(view.plan, WITHOUT_PASSWORD) if one["kind"] == OVERRIDE}
    for item in view.objects.get("overrides") or []:
        name = item["metadata"]["name"]
        told = _overridden(view, item) if name in view.labels else []
        if told and name not in ours_too and not is_ours(item):
            yield finding(
                item,
                f"says {listed(told)} of instance {INSTANCE}, which is ours, and goes before what ours says",
                "Say it in the inventory (kubefabric_cluster.cilium), and remove that instance from it",
            )


def _overridden(view: View, item: Resource) -> list[Any]:
    """What an override says of the instance that ours have, and of its peers."""
    own = {peer_name(peer) for peer in view.plan["nodes"][item["metadata"]["name"]]["peers"]}
    told = []
    for one in (item.get("spec") or {}).get("bgpInstances") or []:
        if one.get("name") == INSTANCE:
            told += [key for key in ("localASN", "localPort", "routerID") if one.get(key) is not None]
            told += ["peers"] if any(peer.get("name") in own for peer in one.get("peers") or []) else []
    return told


def _effect(kind: str, ours: str) -> str:
    if kind == ours == POLICY:
        return "Cilium configures no node that two policies select"
    if kind == POLICY:
        return "on a node with a policy Cilium leaves every CiliumBGPClusterConfig aside, and so ours"
    return "Cilium takes one CiliumBGPClusterConfig for a node, and ours would not be it"
