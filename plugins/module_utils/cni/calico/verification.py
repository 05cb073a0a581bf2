# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calico's part in verifying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..base.agent import Agent, from_settings
from ..interface import Verification
from . import announcements, further, reflector_sessions
from .settings import API, settings

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject


def _of_node(node: Fields) -> JsonObject:
    """Whether load balancers are announced from a Node at all."""
    labels = node["metadata"].get("labels") or {}
    return {"excluded": True} if labels.get(announcements.EXCLUDED) == "true" else {}


VERIFICATION = Verification(
    # Without BlockAffinities (the IPAM host-local), the blocks are the Node's spec.podCIDRs.
    agent=Agent(
        "calico",
        lambda _plan: "k8s-app=calico-node",
        from_settings(settings, "namespace"),
        "its BGPPeers: their nodeSelector and its label",
        "Calico's IPAM gave it no block yet: the first pod on it brings one, if an IPPool selects the node and has one",
        blocks=(API, "BlockAffinity"),
        pod_networks=announcements.pod_networks,
        reports=(API, "CalicoNodeStatus"),
        read_reports=announcements.reports,
        without_secret=True,
    ),
    advertised=announcements.advertised,
    of_node=_of_node,
    further=further.further,
    unreported=further.unreported,
    further_states=further.states,
    silent=lambda plan, _state: not settings(plan)["node_status"],
    problems=reflector_sessions.problems,
)
