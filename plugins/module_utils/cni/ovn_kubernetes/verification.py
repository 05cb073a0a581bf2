# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OVN-Kubernetes' part in verifying: FRR-K8s speaks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..base.agent import Agent, from_settings
from ..interface import Verification
from . import announcements, further
from .settings import FRR_API, settings

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject


def _of_node(node: Fields) -> JsonObject:
    """A Node's own subnets by network, of which OVN-Kubernetes allocates the default one's by itself."""
    subnets = announcements.node_subnets(node["metadata"].get("annotations") or {})
    default = announcements.DEFAULT_NETWORK
    pods = {"pod_cidrs": subnets[default]} if default in subnets else {}
    return {"subnets": subnets, **pods} if subnets else {}


VERIFICATION = Verification(
    agent=Agent(
        "frr-k8s",
        from_settings(settings, "frr_selector"),
        from_settings(settings, "frr_namespace"),
        "the FRRConfigurations that select it; its FRRNodeState says whether FRR took them",
        "OVN-Kubernetes has not written its annotation k8s.ovn.org/node-subnets, or its cluster subnets are used up",
        reports=(FRR_API, "BGPSessionState"),
        read_reports=announcements.reports,
        others=(FRR_API, "FRRConfiguration"),
        read_others=announcements.others,
        verdicts=(FRR_API, "FRRNodeState"),
        read_verdicts=announcements.refusals,
    ),
    advertised=announcements.advertised,
    of_node=_of_node,
    further=further.further,
    unreported=further.unreported,
    further_states=further.states,
    # a controller of its own writes BGPSessionStates: where it does not run there are none
    silent=lambda _plan, state: not state.get("reports"),
)
