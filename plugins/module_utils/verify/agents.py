# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where to look for the agents of a plan's cluster network, or of its hosts. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..cni.base.agent import NO_AGENT, Agent, nowhere
from ..cni.interface import Verification
from ..cni.registry import network_of
from . import hosts

if TYPE_CHECKING:
    from ..contract.plan import Plan

HOSTS = Agent(
    hosts.WORDS,
    nowhere,
    nowhere,
    "kubefabric.bgp.nodes writes them, node_bgp_info on the host tells its sessions",
    "node_peering_originate says what a host announces of its own",
)


def of(plan: Plan) -> Agent:
    """What is known of the plan's CNI, or of the hosts' speakers in its place."""
    return HOSTS if hosts.speak(plan) else verification(plan).agent


def verification(plan: Plan) -> Verification:
    """What the plan's cluster network brings to its verification; nothing is expected of one that is not known."""
    network = network_of(plan)
    unknown = str(plan.get("cni")).replace("_", "-")
    return network.verification if network else Verification(agent=replace(NO_AGENT, name=unknown))
