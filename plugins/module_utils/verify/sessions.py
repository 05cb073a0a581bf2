# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions against the plan: what is down, told once, at the place where it most likely is. Pure.

A dead leaf takes down one session of each of its nodes, a dead node one on each of its leaves. Problems are attributed
from the largest to the smallest: leaf that does not answer, node without agent, everything, leaf, node, session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Tuple

from . import agents, hosts, readiness
from .fabric import Session, leaves, reachable, strangers
from .words import agent, counted, either, leaf_list, listed, problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..contract.observed import Leaves, Problem, SessionEntry, State
    from ..contract.plan import Plan

# What a leaf's state says about how far the two ends came (RFC 4271, 8.2.2).
_STATES = {
    "none": "a dynamic neighbour without an entry never completed a TCP connection",
    "idle": "the leaf lost it, and no TCP connection came about since",
    "connect": "the leaf's TCP connection to port 179 of the node is not answered",
    "active": "the leaf waits for the node's TCP connection, and its own was not answered",
    "opensent": "TCP is up, but the node's OPEN does not come or is refused: compare the AS numbers",
    "openconfirm": "OPEN was accepted, but no KEEPALIVE comes: compare timers, and look for lost packets (MTU)",
    "stale": "the leaf still shows the session from before this run changed its password, AS number or address: "
    "the leaf or the node has not taken up the change",
    "restarting": "the leaf still shows the session from before the agent's restart",
}
# problems, and the sessions that are left to look at
Told = Tuple["list[Problem]", "list[Session]"]
_SILENT = {"none", "idle", "connect", "active"}


def problems(plan: Plan, bgp: Leaves, state: State, sessions: list[Session]) -> list[Problem]:
    """Everything that is wrong with the planned sessions, and sessions that are not in the plan."""
    found = _dead_leaves(plan, bgp, sessions)
    down = [session for session in sessions if not session.established and session.state != "unreachable"]
    for step in (_absent_nodes, _idle_agents, _everything, _whole_leaves, _whole_nodes, _single):
        told, down = step(plan, state, sessions, down)
        found += told
    found += _unfinished(plan, state, sessions)
    return found + [_stranger(plan, leaf, entry) for leaf, entry in strangers(plan, bgp)]


def _dead_leaves(plan: Plan, bgp: Leaves, sessions: list[Session]) -> list[Problem]:
    found = []
    for leaf in leaves(plan):
        if not reachable(bgp, leaf):
            lost = [session for session in sessions if session.leaf == leaf]
            found.append(
                problem(
                    "leaf-unreachable",
                    f"leaf {leaf} does not answer: {counted(len(lost), 'planned session')} "
                    f"({_nodes(lost)}) and its routes cannot be seen.",
                    "the leaf is down or has left the fabric (fabricNode inactive), or nothing of the L3Out "
                    f"{plan['l3out']['name']} is deployed on it",
                    leaf=leaf,
                )
            )
    return found


def _absent_nodes(plan: Plan, state: State, _sessions: list[Session], down: list[Session]) -> Told:
    if hosts.speak(plan):  # no Node and no pod is needed for a session
        return [], down
    absent = _names(session for session in down if session.node not in state["nodes"])
    told = [readiness.absent(name, _count(down, node=name)) for name in absent]
    return told, [session for session in down if session.node not in absent]


def _idle_agents(plan: Plan, state: State, _sessions: list[Session], down: list[Session]) -> Told:
    if hosts.speak(plan):
        return [], down
    found = {name: readiness.without_agent(plan, state, name, _with_leaves(down, name)) for name in _names(down)}
    told = [one for one in found.values() if one]
    return told, [session for session in down if not found[session.node]]


def _everything(plan: Plan, state: State, sessions: list[Session], down: list[Session]) -> Told:
    """All sessions that could be up are down, on several leaves and nodes: it is not one leaf or one node."""
    if any(session.established for session in sessions) or len(_leaves(down)) < 2 or len(_names(down)) < 2:
        return [], down
    message = (
        f"none of the {counted(len(down), 'session')} of cluster {plan['cluster']} is Established "
        f"({_states(down)}), on leaves {either(_leaves(down))}."
    )
    return [problem("cluster-sessions", message, _cause(plan, state, down))], []


def _whole_leaves(plan: Plan, state: State, sessions: list[Session], down: list[Session]) -> Told:
    told = []
    for leaf in _leaves(down):
        mine = [session for session in down if session.leaf == leaf]
        if any(session.leaf == leaf and session.established for session in sessions) or len(_names(mine)) < 2:
            continue
        down = [session for session in down if session.leaf != leaf]
        count = counted(len(mine), "session")
        message = f"leaf {leaf}: none of its {count} is Established ({_states(mine)}): {_nodes(mine)}."
        told.append(problem("leaf-sessions", message, _leaf_cause(plan, state, sessions, mine), leaf=leaf))
    return told, down


def _whole_nodes(plan: Plan, state: State, sessions: list[Session], down: list[Session]) -> Told:
    told = []
    for name in _names(down):
        mine = [session for session in down if session.node == name]
        if any(session.node == name and session.established for session in sessions) or len(mine) < 2:
            continue
        down = [session for session in down if session.node != name]
        message = (
            f"{name}: none of its {counted(len(mine), 'session')} is Established ({_states(mine)}): "
            f"{_with_leaves(mine, name)}."
        )
        told.append(problem("node-sessions", message, _cause(plan, state, mine), node=name))
    return told, down


def _single(plan: Plan, state: State, _sessions: list[Session], down: list[Session]) -> Told:
    told = [
        problem(
            "session",
            f"{session.node} ({session.peer}) and leaf {session.leaf} ({session.leaf_address}): {_state(session)}.",
            _cause(plan, state, [session]),
            node=session.node,
            leaf=session.leaf,
            family=session.family,
            state=session.state,
        )
        for session in down
    ]
    return told, []


def _unfinished(plan: Plan, state: State, sessions: list[Session]) -> list[Problem]:
    """Nodes whose sessions are up, but with what the agent read before its Node changed."""
    names = readiness.restart_pending(state, _names(sessions))
    up = [name for name in names if all(session.established for session in sessions if session.node == name)]
    return readiness.not_restarted(plan, up)


# -- causes --------------------------------------------------------------------------------------------


def _leaf_cause(plan: Plan, state: State, sessions: list[Session], down: list[Session]) -> str:
    """If the same nodes are up with other leaves, their side and the password's are right."""
    names = _names(down)
    fine = sorted({session.leaf for session in sessions if session.established and session.node in names})
    if not fine:
        return _cause(plan, state, down)
    leaf = down[0].leaf
    addresses = either(sorted({session.leaf_address for session in down}))
    return (
        f"the same nodes are Established with {leaf_list(fine)}, so look at leaf {leaf}: its links to the nodes, "
        f"its SVI with {addresses}, its VLAN, and whether the password there is the same"
    )


def _cause(plan: Plan, state: State, down: list[Session]) -> str:
    """The likely cause of sessions that are down, from the strongest evidence to the weakest."""
    wrong = sorted({int(session.entry["remote_asn"]) for session in down if _wrong_asn(session)})
    if wrong:
        return f"the leaf expects or hears AS {listed([str(asn) for asn in wrong])}, the plan says AS {down[0].asn}"
    states = sorted({session.state for session in down})
    reasons = sorted({str(session.entry.get("last_down_reason")) for session in down} - {"", "None"})
    known = [_STATES[item] for item in states if item in _STATES]
    silent = [_silence(plan)] if set(states) & _SILENT else []
    noted = [f"the leaf last noted: {reason}" for reason in reasons]
    return "; ".join([*_pending(plan, state, down), *known, *silent, *noted])


def _silence(plan: Plan) -> str:
    """Why no TCP connection comes about: a leaf listens, and with MD5 it never sees a segment with another password."""
    unread = ", or it cannot read it and has none" if agents.of(plan).without_secret else ""
    secret = f", or its password is not the leaf's{unread}" if plan["bgp"].get("password") else ""
    return (
        f"{agent(plan)} does not try ({agents.of(plan).peers}, its log), or its packets do not arrive (VLAN, SVI, "
        f"address){secret}"
    )


def _pending(plan: Plan, state: State, down: list[Session]) -> list[str]:
    names = readiness.restart_pending(state, _names(down))
    if not names:
        return []
    return [
        f"the peers of {listed(names)} changed, and {agent(plan)} was not restarted since or did not come back "
        "(run site.yml again)"
    ]


def _wrong_asn(session: Session) -> bool:
    return int(session.entry.get("remote_asn") or 0) not in (0, session.asn)


# -- words ---------------------------------------------------------------------------------------------


def _stranger(plan: Plan, leaf: str, entry: SessionEntry) -> Problem:
    return problem(
        "stranger",
        f"leaf {leaf} has an Established session with {entry['peer']} (AS {entry.get('remote_asn')}), "
        f"which is no node of cluster {plan['cluster']} in the plan.",
        "a machine in the node network that is not in the inventory, and knows the password"
        if plan["bgp"].get("password")
        else "a machine in the node network that is not in the inventory; there is no BGP password to keep it out",
        leaf=leaf,
    )


def _state(session: Session) -> str:
    return "the leaf has no entry for it" if session.state == "none" else f"the session is {session.state}"


def _states(sessions: list[Session]) -> str:
    """``4 without an entry, 2 active``."""
    states = [session.state for session in sessions]
    return ", ".join(
        f"{states.count(state)} {'without an entry' if state == 'none' else state}" for state in sorted(set(states))
    )


def _with_leaves(sessions: list[Session], name: str) -> str:
    return listed([f"leaf {item.leaf} ({item.leaf_address})" for item in sessions if item.node == name])


def _nodes(sessions: list[Session]) -> str:
    return listed(_names(sessions), 6)


def _names(sessions: Iterable[Session]) -> list[str]:
    return list(dict.fromkeys(session.node for session in sessions))


def _leaves(sessions: list[Session]) -> list[str]:
    return sorted({session.leaf for session in sessions}, key=lambda leaf: (len(leaf), leaf))


def _count(sessions: list[Session], node: str) -> int:
    return sum(session.node == node for session in sessions)
