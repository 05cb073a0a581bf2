# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kube-router's part in verifying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..base.agent import CONTROLLER_MANAGER, Agent, from_settings
from ..interface import Verification
from . import announcements
from .settings import settings

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject
    from ...contract.plan import Plan


def _of_node(node: Fields) -> JsonObject:
    """A Node's annotations go before its spec (getPodCIDRsFromAllNodeSources)."""
    annotations = node["metadata"].get("annotations") or {}
    written = annotations.get("kube-router.io/pod-cidr") or annotations.get("kube-router.io/pod-cidrs")
    return {"pod_cidrs": [part.strip() for part in written.split(",") if part.strip()]} if written else {}


def _unreported(plan: Plan, _state: Fields) -> tuple[Any, ...]:
    peers = settings(plan)["peers"]
    return [str(peer["address"]) for peer in peers], "kube-router reports its sessions nowhere in the API"


VERIFICATION = Verification(
    agent=Agent(
        "kube-router",
        lambda _plan: "k8s-app=kube-router",
        from_settings(settings, "namespace"),
        "its peers annotation",
        CONTROLLER_MANAGER,
    ),
    advertised=announcements.advertised,
    of_node=_of_node,
    unreported=_unreported,
)
