# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster nested in another's virtual machines: what its nodes announce, on the leaves of the outermost parent. Pure.

A leaf sees the parent's nodes, not the virtual machines: a prefix must be there through every node of the outermost
parent that has a virtual machine which announces it, and through no other node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..contract.addresses import address, family, sort_key, within
from ..contract.families import networks_of
from . import agents, fabric, further, hosts, routes
from .expected import advertised, expected
from .words import agent, either, listed, problem

if TYPE_CHECKING:
    from ..contract.kubernetes import Resource
    from ..contract.observed import Announced, Assessment, Leaves, Problem, Row, State, Table, Tables, Workloads
    from ..contract.plan import Plan

KINDS = ("pod", "service", "external_service")


def assess(plan: Plan, parents: list[Plan], bgp: Leaves, state: State, places: list[Workloads]) -> Assessment:
    """Compare the operational state with a nested cluster's plan.

    ``parents`` are the plans of its parent, of that one's parent and so on to the root, ``places`` in the same order
    what place() returns for each. ``bgp`` is what aci_bgp_info returns for the root's leaves, ``state`` what
    verify.state.from_resources returns for the nested cluster, with its ``reports``.

    Returns ``{"table": rows, "problems": [{"kind", "message", …}], "ok": bool}``; see table.rows and words.problem.
    """
    root = parents[-1]
    announced = {name: _here(plan, prefixes) for name, prefixes in _announced(plan, state).items()}
    homes = {name: home(node["addresses"], places) for name, node in state["nodes"].items()}
    by_root: Announced = {}
    for name, prefixes in announced.items():
        by_root.setdefault(homes[name] or "", set()).update(prefixes)
    sessions = fabric.sessions(root, bgp)
    leaves = [leaf for leaf in fabric.leaves(root) if fabric.reachable(bgp, leaf)]
    tables = {leaf: fabric.routes(bgp, leaf) for leaf in leaves}
    wanted = expected(by_root, sessions, leaves)
    problems = [
        *_agents(plan, state),
        *_homeless(plan, state, homes, places),
        *_sessions(plan, parents[0], state),
        *agents.verification(plan).problems(plan, state),
        *further.problems(plan, state),
        *_silent(plan, state),
        *_outside(plan, state),
        *routes.held(root, sessions, wanted, tables),
        *_unexpected(plan, root, set().union(*announced.values()), tables),
    ]
    return {"table": _rows(plan, state, homes, announced, root, tables), "problems": problems, "ok": not problems}


def place(pods: list[Resource], nodes: list[Resource], machines: list[Resource]) -> Workloads:
    """Where a parent's workloads run: ``pods`` by address, its ``addresses`` by node, and virtual machines that hide
    their address (``hidden``), from its Pods, Nodes and VirtualMachineInstances.
    """
    return {
        "pods": {
            address(one["ip"]): pod["spec"]["nodeName"]
            for pod in pods
            if (pod.get("spec") or {}).get("nodeName") and not pod["spec"].get("hostNetwork")
            for one in (pod.get("status") or {}).get("podIPs") or []
        },
        "addresses": {
            node["metadata"]["name"]: [
                address(item["address"])
                for item in (node.get("status") or {}).get("addresses") or []
                if item.get("type") == "InternalIP"
            ]
            for node in nodes
        },
        "hidden": sorted(_hidden(item) for item in machines if _hidden(item)),
    }


def _hidden(machine: Resource) -> str:
    """``namespace/name (binding)`` of a virtual machine whose first interface is not in bridge mode; else ""."""
    interfaces = (((machine.get("spec") or {}).get("domain") or {}).get("devices") or {}).get("interfaces") or []
    if not interfaces or "bridge" in interfaces[0]:
        return ""
    binding = (interfaces[0].get("binding") or {}).get("name")
    kind = binding or next(
        (key for key in ("masquerade", "passt", "slirp", "sriov") if key in interfaces[0]), "default"
    )
    return f"{machine['metadata'].get('namespace')}/{machine['metadata']['name']} ({kind})"


def home(addresses: list[str], places: list[Workloads]) -> str | None:
    """The outermost parent's node that an address of a nested cluster's node is on; None where it is unknown."""
    name, known = None, addresses
    for one in places:
        name = next((one["pods"][item] for item in known if item in one["pods"]), None)
        known = one["addresses"].get(name, []) if name is not None else []
    return name


def _announced(plan: Plan, state: State) -> Announced:
    """What every node that is there announces: the inventory need not name a virtual machine."""
    nodes: dict[str, dict[str, list[str]]] = {name: {"peers": []} for name in state["nodes"]}
    return advertised(cast("Plan", {**plan, "nodes": nodes}), state)


def _networks(plan: Plan) -> list[str]:
    return [item for kind in KINDS for item in networks_of(plan, kind)]


def _here(plan: Plan, prefixes: set[str]) -> set[str]:
    """Those that the parent takes and that have a peer in their family."""
    spoken = plan["nested_in"]["addresses"]
    return {item for item in prefixes if family(item) in spoken and any(within(item, net) for net in _networks(plan))}


# -- the nested cluster itself -------------------------------------------------------------------------


def _agents(plan: Plan, state: State) -> list[Problem]:
    idle = [name for name in state["nodes"] if not state["agents"].get(name, {}).get("running")]
    return [
        problem(
            "agent-down", f"{listed(idle)}: {agent(plan)} does not run there.", node=idle[0] if len(idle) == 1 else None
        )
    ] * bool(idle)


def _homeless(plan: Plan, state: State, homes: dict[str, str | None], places: list[Workloads]) -> list[Problem]:
    """A node whose address no workload of the parent has: the parent peers with another one, or with none."""
    lost = [name for name, found in homes.items() if found is None]
    if not lost:
        return []
    shown = [f"{name} ({', '.join(state['nodes'][name]['addresses']) or 'no address'})" for name in lost]
    hidden = [item for one in places for item in one["hidden"]]
    message = f"{listed(shown)}: no workload of {' or '.join(plan['nested_in']['path'])} has this address."
    if hidden:
        cause = f"the virtual machine is not in bridge mode, as {listed(hidden)}, and shows the parent another address"
    else:
        cause = "the node took another address than its virtual machine's, or the machine runs in another cluster"
    return [problem("node-homeless", message, cause, node=lost[0] if len(lost) == 1 else None)]


def _sessions(plan: Plan, above: Plan, state: State) -> list[Problem]:
    """What the nodes report of their sessions with the parent; one that has reported nothing is not judged."""
    reports, parent = state.get("reports") or {}, plan["nested_in"]
    down = [
        (name, text, reports[name].get(address(text), "unknown"))
        for name in state["nodes"]
        if name in reports
        for text in parent["addresses"].values()
        if str(reports[name].get(address(text))).lower() != "established"
    ]
    cause = _session_cause(plan, above)
    return [
        problem("session", f"{name} and {parent['cluster']} ({text}): the session is {said}.", cause, node=name)
        for name, text, said in down
    ]


def _session_cause(plan: Plan, above: Plan) -> str:
    """Why a machine has no session with ``above``, its parent."""
    if hosts.speak(above):
        lies = "the machine's address is in none of this cluster's nested_in.ranges"
        secret = ", or has another password" if plan["bgp"]["password"] else ""
        return (
            f"{lies}, or the speaker of the host it is on does not run or does not know them{secret} "
            "(kubefabric.bgp.nodes)"
        )
    return (
        f"the parent does not select this workload (its labels, BGPPeer peer-to-workloads-{plan['cluster']} of "
        f"{above['cluster']}), has no address for workloads, or expects another AS than {plan['asn']}"
    )


def _silent(plan: Plan, state: State) -> list[Problem]:
    none = [name for name, node in state["nodes"].items() if not node["pod_cidrs"]]
    cause = agents.of(plan).pod_cidr_source
    return [problem("no-pod-cidr", f"{name} of {plan['cluster']} has no pod CIDR.", cause, node=name) for name in none]


def _outside(plan: Plan, state: State) -> list[Problem]:
    found = {item for prefixes in _announced(plan, state).values() for item in prefixes}
    strange = sorted((item for item in found if not any(within(item, net) for net in _networks(plan))), key=sort_key)
    message = (
        f"{listed(strange)} of {plan['cluster']} lies outside of the plan's networks ({listed(_networks(plan))}): "
        f"{plan['nested_in']['cluster']} does not take it."
    )
    cause = "the cluster was made with other networks than kubefabric_cluster.networks says"
    return [problem("outside-networks", message, cause)] * bool(strange)


# -- the leaves ----------------------------------------------------------------------------------------


def _unexpected(plan: Plan, root: Plan, expected_prefixes: set[str], tables: Tables) -> list[Problem]:
    """Prefixes in the nested cluster's networks that none of its nodes should announce."""
    names = {peer["local_address"]: name for name, node in root["nodes"].items() for peer in node["peers"]}
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for leaf, table in tables.items():
        for item in sorted(set(table) - expected_prefixes, key=sort_key):
            if any(within(item, network) for network in _networks(plan)):
                sources = sorted({names.get(hop["address"], hop["address"]) for hop in table[item]})
                found.setdefault((leaf, tuple(sources)), []).append(item)
    return [
        problem(
            "route-unexpected",
            f"leaf {leaf} accepts {listed(items)} from {either(list(sources))}, which no node of {plan['cluster']} "
            "should announce.",
            "a virtual machine that is no node of it any more, or a workload that is selected by mistake",
            leaf=leaf,
        )
        for (leaf, sources), items in found.items()
    ]


def _rows(
    plan: Plan, state: State, homes: dict[str, str | None], announced: Announced, root: Plan, tables: Tables
) -> list[Row]:
    """One row per node and family: where it is, its session as it reports it, its routes on the leaves."""
    reports = state.get("reports") or {}
    rows: list[Row] = []
    for name in sorted(state["nodes"]):
        home_node = root["nodes"].get(homes[name] or "")
        local = {peer["local_address"] for peer in home_node["peers"]} if home_node else set()
        for which, peer in plan["nested_in"]["addresses"].items():
            mine = [item for item in announced[name] if family(item) == which]
            hops = [[hop["address"] for hop in table.get(item, [])] for table in tables.values() for item in mine]
            through = [found for found in hops if local & set(found)]
            seen = {item for table in tables.values() for item in mine if local & _addresses(table, item)}
            rows.append(
                {
                    "node": name,
                    "leaf": homes[name] or "nowhere",
                    "family": which,
                    "peer": peer,
                    "state": str(reports.get(name, {}).get(address(peer), "not reported")).lower(),
                    "uptime": None,
                    "prefixes_in": len(seen),
                    "prefixes_out": None,
                    "ecmp": max((len(set(found)) for found in through), default=0),
                }
            )
    return rows


def _addresses(table: Table, item: str) -> set[str]:
    return {hop["address"] for hop in table.get(item, [])}
