# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of OVN-Kubernetes' nodes with the routers of networks with a VRF of their own (``vrf_lite.peers``), and with
those that FRRConfigurations of others name, as nodes report them (BGPSessionState). Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...common.words import name_of
from ...contract.addresses import address
from ...objects.label_selector import takes
from ...objects.ownership import is_ours
from ..base.further import Further
from ..base.members import labels_of
from ..base.peerings import peerings
from .announcements import session_states
from .foreign import GENERATED
from .settings import settings

if TYPE_CHECKING:
    from ...contract.kubernetes import Labels, Resource
    from ...contract.observed import Reports, State, States
    from ...contract.plan import Plan


def states(_plan: Plan, _reports: Reports, objects: list[Resource]) -> States | None:
    """``{node: {(vrf, address): state}}`` of what nodes report; None where nothing is reported."""
    return session_states(objects) if objects else None


def unreported(plan: Plan, state: State) -> tuple[list[str], str]:
    """The networks of whose routers nodes report no session, and why."""
    if state.get("further_states") is not None:
        return [], ""
    lites = [name for name, network in settings(plan)["networks"].items() if network["vrf_lite"]]
    return [f"network {name}" for name in lites], "no node reports its sessions (BGPSessionState)"


def further(plan: Plan, state: State, running: list[str]) -> list[Further]:
    """The routers of networks with a VRF of their own, and those of others' FRRConfigurations."""
    labels = labels_of(state, running)
    networks = settings(plan)["networks"].items()
    lites = [(name, network["vrf_lite"]) for name, network in networks if network["vrf_lite"]]
    ours = [
        Further(f"network {name}", address(peer["address"]), name, _by_labels(labels, lite["node_selector"]), True)
        for name, lite in lites
        for peer in lite["peers"]
    ]
    return [*ours, *_of_others(plan, state.get("configurations") or [], labels)]


def _by_labels(labels: dict[str, Labels], wanted: Labels) -> list[str]:
    return [name for name, found in labels.items() if takes({"matchLabels": wanted}, found)]


def _of_others(plan: Plan, configurations: list[Resource], labels: dict[str, Labels]) -> list[Further]:
    leaves = {address(peer["address"]) for node in plan["nodes"].values() for peer in node["peers"]}
    found = []
    for item in configurations:
        if is_ours(item) or GENERATED in (item["metadata"].get("labels") or {}):
            continue
        nodes = [name for name, own in labels.items() if takes((item.get("spec") or {}).get("nodeSelector"), own)]
        found += [
            Further(name_of(item), peer.address, peer.vrf, nodes, False)
            for peer in peerings(item)
            if peer.address and (peer.vrf or peer.address not in leaves)
        ]
    return found
