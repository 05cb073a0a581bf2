# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects of a cluster verification reads, and the state that it makes of them. Pure.

What is read is named: ``{name: {api_version, kind, namespace, label_selectors, field_selectors}}``, options of
kubefabric.bgp.cluster_info. What was found has the same names: ``{name: [object, …]}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cluster import drift, foreign
from . import agents, host_routes, hosts, nested
from .state import from_resources, without_marks
from .words import listed, problem

if TYPE_CHECKING:
    from ..contract.kubernetes import Resource, ToRead
    from ..contract.observed import Leaves, Problem, State, Workloads
    from ..contract.plan import Plan

_CHANGED = (
    "another user or tool changed it, or the plan changed and was not applied; run clusters.yml, which restores it"
)
# What agents.Agent may name by its API version and kind.
_FURTHER = ("blocks", "reports", "others", "verdicts")
_FOREIGN, _OURS = "foreign:", "ours:"  # before the names of what is read for objects of others, and for ours, alone


def wanted(plan: Plan, nodes: list[str] | None, bgp: Leaves) -> dict[str, ToRead]:
    """What to read of the plan's cluster: nothing where its hosts speak in its CNI's place.

    With ``nodes``, those whose sessions are waited for, no routes are looked at: Nodes and agents are enough. All pods
    are read only where leaves have single addresses of pods from nodes.
    """
    if hosts.speak(plan):
        return {}
    agent = agents.of(plan)
    where: ToRead = {"namespace": agent.namespace(plan), "label_selectors": [agent.selector(plan)]}
    found: dict[str, ToRead] = {"nodes": _kind("v1", "Node"), "pods": {**_kind("v1", "Pod"), **where}}
    if nodes is not None:
        # leaves say how their sessions are; of routers that are not asked, the nodes' own reports do
        return {**found, "reports": _kind(*agent.reports)} if "routers" in plan and agent.reports else found
    found["services"] = _kind("v1", "Service")
    found["slices"] = _kind("discovery.k8s.io/v1", "EndpointSlice")
    if host_routes.candidates(plan, bgp):
        found["workloads"] = {**_kind("v1", "Pod"), "field_selectors": ["status.phase=Running"]}
    named = {name: getattr(agent, name) for name in _FURTHER}
    found.update({name: _kind(*kind) for name, kind in named.items() if kind})
    required = list(found.values())
    return {
        **found,
        **_optional(_FOREIGN, foreign.kinds(plan), required),
        **_optional(_OURS, drift.kinds(plan), required),
    }


def _optional(prefix: str, kinds: dict[str, ToRead], required: list[ToRead]) -> dict[str, ToRead]:
    """What to read besides, by names of its own: what is required anyway is not read again, and not optional."""
    found = {}
    for name, one in kinds.items():
        strict = {key: value for key, value in one.items() if key != "optional"}
        found[f"{prefix}{name}"] = strict if strict in required else one
    return found


def state(
    plan: Plan, found: dict[str, list[Resource]], nodes: list[str] | None, originated: dict[str, list[str]], bgp: Leaves
) -> State:
    """The state of the plan's cluster as verify.assess takes it; ``originated`` is what hosts announce of their own."""
    if hosts.speak(plan):
        return {**from_resources([], [], [], []), "originated": originated}
    if nodes is not None:  # the restart of their agents is what we wait for
        known = without_marks(from_resources(found["nodes"], found["pods"], [], []))
        said = agents.of(plan).read_reports(found["reports"]) if found.get("reports") else {}
        return {**known, "reports": said} if "routers" in plan else known
    agent = agents.of(plan)
    reports, others, verdicts = (found.get(name) or [] for name in ("reports", "others", "verdicts"))
    networks = agent.pod_networks(found["blocks"]) if found.get("blocks") else None
    known = from_resources(found["nodes"], found["pods"], found["services"], found["slices"], networks)
    sessions = agent.read_reports(reports) if reports else {}
    return {
        **known,
        "further_states": agents.verification(plan).further_states(plan, sessions, reports),
        "configurations": others,
        "host_routes": host_routes.announced(plan, bgp, found.get("workloads") or [], known["nodes"]),
        "verdicts": agent.read_verdicts(verdicts) if agent.verdicts else {},
        "reports": sessions,
        "further": agent.read_others(plan, others, found["nodes"]) if others else {},
    }


def of_others(plan: Plan, found: dict[str, list[Resource]], accepted: list[str]) -> tuple[list[Problem], list[str]]:
    """``(problems, remarks)``: objects of others that conflict with the plan; the accepted ones are remarks."""
    mine = {name: found.get(f"{_FOREIGN}{name}") or [] for name in foreign.kinds(plan)}
    wrong, left = foreign.findings(plan, mine, found.get("nodes") or [], accepted)
    problems = [problem("foreign-object", f"{one.name} {one.what}. {one.remedy}.") for one in wrong]
    return problems, [f"{one.name} {one.what}. It is accepted." for one in left]


def of_ours(plan: Plan, found: dict[str, list[Resource]], accepted: list[str]) -> tuple[list[Problem], list[str]]:
    """``(problems, remarks)``: objects of ours that are not as planned; the accepted ones are remarks."""
    read = {name: found.get(f"{_OURS}{name}") or [] for name in drift.kinds(plan)}
    problems, remarks = [], []
    for name, places in drift.changed(plan, read):
        message = f"{name} is not as planned: {listed(places)}."
        if name in accepted:
            remarks.append(f"{message} It is accepted.")
        else:
            problems.append(problem("changed-object", message, _CHANGED))
    return problems, remarks


def wanted_of_parent(parent: Plan) -> dict[str, ToRead]:
    """What to read of a cluster in which others are nested; its Nodes only if it has a parent itself."""
    return {
        "pods": {**_kind("v1", "Pod"), "field_selectors": ["status.phase=Running"]},
        "machines": _kind("kubevirt.io/v1", "VirtualMachineInstance"),
        **({"nodes": _kind("v1", "Node")} if "nested_in" in parent else {}),
    }


def place(found: dict[str, list[Resource]]) -> Workloads:
    """Where the workloads of such a cluster run, as verify.nested.assess takes it."""
    return nested.place(found["pods"], found.get("nodes") or [], found["machines"])


def _kind(api_version: str, kind: str) -> ToRead:
    return {"api_version": api_version, "kind": kind}
