# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions and routes of nodes that peer with routers, compared with the plan. Pure.

What is known of a session is what its router says, where it was asked (kubefabric.bgp.node_bgp_info on its host),
else what the node's own agent reports. Routes are known of routers that were asked alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..contract.addresses import address, sort_key
from ..contract.peers import other_side
from . import agents, fabric, further, hosts, readiness, reported, table, unexpected
from .expected import advertised, expected
from .fabric import Session
from .words import agent, counted, listed, problem

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.observed import Announced, Leaves, Problem, State, Tables
    from ..contract.plan import Plan
    from ..contract.routed_plan import RouterPeer
    from .expected import Expectation

UNREPORTED = "not reported"


def is_routed(plan: Plan) -> bool:
    """Whether a plan's nodes peer with routers."""
    return "routers" in plan


def answers(routers: JsonObject) -> Leaves:
    """What routers say, ``{name: what node_bgp_info returned}``, in the shape of what leaves say."""
    return {
        name: {"reachable": True, "sessions": found.get("sessions") or [], "routes": found.get("routes") or []}
        for name, found in routers.items()
    }


def assess(plan: Plan, bgp: Leaves, state: State, nodes: list[str] | None = None) -> JsonObject:
    """Compare the operational state with the plan.

    ``bgp`` is what ``answers`` returned, empty where no router was asked. The rest is as for verify.assess. Besides,
    there are ``remarks``: what is unknown.
    """
    found = _sessions(plan, bgp, state, nodes)
    silent = [one for one in found if one.state == UNREPORTED and not _reports(plan, state)]
    judged = [one for one in found if one not in silent]
    problems = [*_session_problems(plan, state, judged), *_not_restarted(plan, state, found)]
    if nodes is None:
        problems += agents.verification(plan).problems(plan, state) + further.problems(plan, state)
        problems += _bfd(plan, [one for one in judged if one.leaf in bgp])
        problems += _routes(plan, bgp, state, judged)
    if problems:
        problems = [*reported.refusals(plan, state.get("verdicts") or {}), *problems]
    rows = table.rows(bgp, found)
    rows = [row if row["leaf"] in bgp else {**row, "ecmp": None} for row in rows]
    return {"table": rows, "problems": problems, "ok": not problems, "remarks": _remarks(plan, silent)}


# -- sessions ------------------------------------------------------------------------------------------


def _sessions(plan: Plan, bgp: Leaves, state: State, nodes: list[str] | None) -> list[Session]:
    """Every planned session (of these nodes, if given), by what its router says, or its node."""
    reports = state.get("reports") or {}
    entries = {name: {address(entry["peer"]): entry for entry in said["sessions"]} for name, said in bgp.items()}
    found = []
    for name in plan["nodes"] if nodes is None else nodes:
        for peer in cast("list[RouterPeer]", plan["nodes"][name]["peers"]):
            local, remote = address(peer["local_address"]), address(peer["address"])
            entry = entries.get(peer["router"], {}).get(local, {})
            if peer["router"] in bgp:
                known = str(entry.get("state") or "none").lower()
            else:
                known = str(reports[name].get(remote, "no peer")).lower() if name in reports else UNREPORTED
            asn = plan["nodes"][name]["asn"]
            found.append(Session(name, peer["router"], peer["family"], local, remote, asn, known, entry))
    return found


def _reports(plan: Plan, state: State) -> bool:
    """Whether nodes report their sessions."""
    if hosts.speak(plan):
        return False
    return agents.of(plan).reports is not None and not agents.verification(plan).silent(plan, state)


def _session_problems(plan: Plan, state: State, sessions: list[Session]) -> list[Problem]:
    """Sessions that are not Established: told per node that is not there or has no agent, else one by one."""
    problems = []
    down = [one for one in sessions if not one.established]
    if not hosts.speak(plan):
        for name in dict.fromkeys(one.node for one in sessions):
            cause = _node_problem(plan, state, name)
            if cause:
                problems.append(cause)
                down = [one for one in down if one.node != name]
    return problems + [_down(plan, one) for one in down]


def _node_problem(plan: Plan, state: State, name: str) -> Problem | None:
    return readiness.without_agent(plan, state, name) if name in state["nodes"] else readiness.absent(name)


def _down(plan: Plan, session: Session) -> Problem:
    text = f"{session.node} ({session.peer}) and router {session.leaf} ({session.leaf_address}): {_said(session)}."
    return problem(
        "session",
        text,
        _cause(plan, session),
        node=session.node,
        router=session.leaf,
        family=session.family,
        state=session.state,
    )


def _said(session: Session) -> str:
    return {
        UNREPORTED: "the node has reported no sessions yet",
        "no peer": "the node reports no such peer",
        "none": "the router has no entry for it",
    }.get(session.state, f"the session is {session.state}")


def _cause(plan: Plan, session: Session) -> str:
    if session.state == "no peer":
        return f"{agent(plan)} does not take the router for one of its peers ({agents.of(plan).peers})"
    if session.state == UNREPORTED:
        return f"{agent(plan)} writes its report late, or does not run"
    heard = int(session.entry.get("remote_asn") or session.asn)
    if heard != session.asn:
        return f"the router expects or hears AS {heard}, the plan says AS {session.asn}"
    secret = ", or has another password" if plan["bgp"].get("password") else ""
    return (
        f"the router does not know the node's address, expects another AS number than {session.asn}{secret}, or "
        "packets to TCP port 179 do not arrive"
    )


def _not_restarted(plan: Plan, state: State, sessions: list[Session]) -> list[Problem]:
    return readiness.not_restarted(plan, readiness.restart_pending(state, dict.fromkeys(one.node for one in sessions)))


def _bfd(plan: Plan, sessions: list[Session]) -> list[Problem]:
    if not other_side(plan).get("bfd"):
        return []
    up = [one for one in sessions if one.established]
    lacking = [f"{one.node} with router {one.leaf}" for one in up if one.entry.get("bfd") != "up"]
    text = f"BFD is not up on {len(lacking)} of {counted(len(up), 'Established session')}: {listed(lacking)}."
    cause = "one of the two ends does not run BFD, or its packets (UDP port 3784) do not arrive"
    return [problem("bfd", text, cause)] * bool(lacking)


def _remarks(plan: Plan, silent: list[Session]) -> list[str]:
    names = list(dict.fromkeys(one.leaf for one in silent))
    if not names:
        return []
    return [
        f"Sessions with {listed([f'router {name}' for name in names])} are not verified: {agent(plan)} reports them "
        "nowhere. Name the router's host in kubefabric_fabric (host) where it runs FRR, BIRD or GoBGP."
    ]


# -- routes --------------------------------------------------------------------------------------------


def _routes(plan: Plan, bgp: Leaves, state: State, sessions: list[Session]) -> list[Problem]:
    """What routers that were asked have, and lack, of what nodes announce."""
    announced = advertised(plan, state)
    tables = {name: fabric.routes(bgp, name) for name in bgp}
    wanted = expected(announced, [one for one in sessions if one.leaf in bgp], list(bgp))
    return [*_missing(plan, tables, wanted), *_unexpected(plan, announced, tables)]


def _missing(plan: Plan, tables: Tables, wanted: list[Expectation]) -> list[Problem]:
    """Expected prefixes without a next hop that they should have: told per router and next hop."""
    names = {peer["local_address"]: name for name, node in plan["nodes"].items() for peer in node["peers"]}
    lost: dict[tuple[str, str], list[str]] = {}
    for item in wanted:
        hops = {hop["address"] for hop in tables[item.leaf].get(item.prefix, ())}
        for local in item.local - hops:
            lost.setdefault((item.leaf, names.get(local, local)), []).append(item.prefix)
    return [
        problem(
            "route-missing",
            f"router {router} has no route for {listed(sorted(prefixes, key=sort_key))} from {name}, though its "
            "session is Established.",
            "the node does not announce it (yet), or the router does not accept it",
            router=router,
            node=name,
        )
        for (router, name), prefixes in sorted(lost.items())
    ]


def _unexpected(plan: Plan, announced: Announced, tables: Tables) -> list[Problem]:
    """Prefixes from the cluster's nodes that none of them should announce."""
    return [
        problem(
            "route-unexpected",
            f"router {router} accepts {listed(items)} from {name}, which should not announce it.",
            "a Service or a pod network that changed just now, or something besides the cluster network announces it",
            router=router,
            node=name,
        )
        for (router, name), items in unexpected.by_source(plan, announced, tables).items()
    ]
