# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of Calico's nodes with the peers of ``calico.peers``, as nodes report them (CalicoNodeStatus). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..base.further import Further
from ..base.members import addresses_of, labels_of, speaking
from ..base.peerings import peerings
from .reporting import reporting
from .selectors import parse
from .settings import settings

if TYPE_CHECKING:
    from ...contract.freeform import Options
    from ...contract.kubernetes import Labels, Resource
    from ...contract.observed import Reports, State, States
    from ...contract.plan import Plan


def states(plan: Plan, reports: Reports, _objects: list[Resource]) -> States | None:
    """``{node: {(vrf, address): state}}`` of what nodes report; None where they report nothing by design."""
    if not settings(plan)["node_status"]:
        return None
    return {name: {("", peer): said for peer, said in found.items()} for name, found in reports.items()}


def unreported(plan: Plan, state: State) -> tuple[list[str], str]:
    """The peers of which nodes report no session, and why."""
    if state.get("further_states") is not None:
        return [], ""
    return [f"BGPPeer {peer['name']}" for peer in settings(plan)["peers"]], "calico.node_status is false"


def further(plan: Plan, state: State, running: list[str]) -> list[Further]:
    """The sessions that these nodes should have, of those that report."""
    reported = set(state.get("further_states") or {})
    return [one._replace(nodes=reporting(plan, one.nodes, reported)) for one in _wanted(plan, state, running)]


def _wanted(plan: Plan, state: State, running: list[str]) -> list[Further]:
    """One per peer of ``calico.peers``; a peer by a selector is each node that it takes."""
    labels = labels_of(state, running)
    found = []
    for given in settings(plan)["peers"]:
        nodes = _nodes_of(given, labels)
        who = f"BGPPeer {given['name']}"
        if given.get("peer_ip"):
            peer = peerings({"kind": "BGPPeer", "spec": {"peerIP": given["peer_ip"]}})[0].address
            found.append(Further(who, peer, "", speaking(plan, state, peer, nodes), True))
        for other in _taken(given.get("peer_selector"), labels):
            for text in addresses_of(plan, state, other):
                others = [name for name in speaking(plan, state, text, nodes) if name != other]
                found.append(Further(who, text, "", others, True))
    return found


def _nodes_of(given: Options, labels: dict[str, Labels]) -> list[str]:
    if given.get("node"):
        return [given["node"]] if given["node"] in labels else []
    return _taken(given.get("node_selector") or "all()", labels)


def _taken(selector: str | None, labels: dict[str, Labels]) -> list[str]:
    matches = parse(selector) if selector else None
    return [name for name, found in labels.items() if matches and matches(found) is True]
