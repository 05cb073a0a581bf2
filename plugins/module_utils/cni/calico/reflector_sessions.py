# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of a Calico cluster's nodes with its route reflectors, as nodes report them (CalicoNodeStatus). Pure.

Leaves know nothing of these sessions: they are iBGP between the nodes, or with hosts beside the cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, List, NamedTuple

from ...common.words import listed
from ...contract.addresses import address
from ...contract.problems import problem
from ..base.members import addresses_of, speaking, with_agent
from .reporting import reporting
from .resources import reflectors
from .selectors import parse
from .settings import settings

if TYPE_CHECKING:
    from ...contract.freeform import Options
    from ...contract.observed import Problem, Reports, State
    from ...contract.plan import Plan


class Reflector(NamedTuple):
    """A route reflector, at one of its addresses."""

    name: str
    address: str
    peer: str  # the BGPPeer that makes the sessions
    nodes: List[str]  # who should have a session with it
    host: bool  # whether it is a host beside the cluster


def problems(plan: Plan, state: State) -> list[Problem]:
    """Reflectors without a session of each node that should have one: told per reflector and address.

    ``state`` is what verify.state.from_resources returns, with ``reports``, ``{node: {peer's address: state}}``. Where
    Calico is configured to report nothing (``calico.node_status: false``), nothing is known. Nodes without a running
    agent are reported elsewhere.
    """
    options = settings(plan)
    if not options["route_reflectors"] or not options["node_status"]:
        return []
    running = with_agent(plan, state)
    found = [*_among_nodes(plan, options, state, running), *_hosts(plan, options, state, running)]
    reports = state.get("reports") or {}
    judged = [one._replace(nodes=reporting(plan, one.nodes, set(reports))) for one in found]
    return [one for reflector in judged for one in _lacking(reflector, reports)]


def _among_nodes(plan: Plan, options: Options, state: State, running: list[str]) -> list[Reflector]:
    """Nodes that reflect: all others have a session with each in every family, and these with each other."""
    named = [name for name in options["route_reflectors"].get("nodes") or [] if name in running]
    found = []
    for number, name in enumerate(named):
        for text in addresses_of(plan, state, name):
            others = [one for one in speaking(plan, state, text, running) if one not in named[: number + 1]]
            found.append(Reflector(name, text, reflectors.NAME, others, False))
    return found


def _hosts(plan: Plan, options: Options, state: State, running: list[str]) -> list[Reflector]:
    """Hosts that reflect: the nodes that the host's selector takes, or all, have a session with each address."""
    found = []
    for name, host in (options["route_reflectors"].get("hosts") or {}).items():
        takes = parse(host.get("node_selector") or "")
        mine = [one for one in running if takes(state["nodes"].get(one, {}).get("labels") or {})]
        for text in map(address, host["addresses"]):
            peer = reflectors.host_peer(name, text)
            found.append(Reflector(name, text, peer, speaking(plan, state, text, mine), True))
    return found


def _lacking(reflector: Reflector, reports: Reports) -> list[Problem]:
    states = {name: _state(reports.get(name), reflector.address) for name in reflector.nodes}
    down = {name: said for name, said in states.items() if said != "established"}
    if not down:
        return []
    shown = listed([f"{name} ({said})" for name, said in down.items()])
    return [
        problem(
            "reflector-session",
            f"route reflector {reflector.name} ({reflector.address}) has no Established session with {shown}.",
            _cause(reflector, set(down.values()), everybody=len(down) == len(states)),
            reflector=reflector.name,
            node=next(iter(down)) if len(down) == 1 else None,
        )
    ]


def _state(report: dict[str, str] | None, peer: str) -> str:
    if report is None:
        return "reports nothing"
    return str(report[peer]).lower() if peer in report else "reports no such peer"


def _cause(reflector: Reflector, said: set[str], everybody: bool) -> str:
    if said == {"reports nothing"}:
        return "calico-node has not written its CalicoNodeStatus yet"
    if said == {"reports no such peer"}:
        return f"calico does not take BGPPeer {reflector.peer} for one of the node's"
    if not reflector.host:
        return "TCP port 179 between these nodes is closed, their passwords differ, or one of them cannot read it"
    if everybody:
        return (
            f"{reflector.name} runs no speaker that knows the nodes (kubefabric.bgp.nodes, group reflector_hosts), "
            "cannot be reached, or has another password"
        )
    return f"{reflector.name} does not know the nodes' addresses (kubefabric.bgp.nodes was not run since they came)"
