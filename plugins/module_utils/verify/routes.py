# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes against the plan: every expected prefix on every leaf, with the expected next hops, and nothing else. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Tuple

from ..contract.addresses import family, sort_key, within
from ..contract.families import networks_of
from . import agents, fabric, hosts, unexpected
from .expected import advertised, expectations
from .words import agent, counted, either, leaf_list, listed, problem

if TYPE_CHECKING:
    from ..contract.observed import Leaves, NextHop, Problem, State, Tables
    from ..contract.plan import Plan
    from .expected import Expectation
    from .fabric import Session

_KINDS = ("pod", "service", "external_service", "nested")
# leaf, next hops that there are and that are due, whether they are nodes, and those that are missing
Narrow = Tuple[str, int, int, bool, Tuple[str, ...]]


def problems(plan: Plan, bgp: Leaves, state: State, sessions: list[Session]) -> list[Problem]:
    """Everything that is wrong with what the leaves learned from the nodes."""
    leaves = [leaf for leaf in fabric.leaves(plan) if fabric.reachable(bgp, leaf)]
    tables = {leaf: fabric.routes(bgp, leaf) for leaf in leaves}
    wanted = expectations(plan, state, sessions, leaves)
    return [
        *_nodes_without_pods(plan, state),
        *_outside(plan, state),
        *held(plan, sessions, wanted, tables),
        *_unexpected(plan, state, tables),
    ]


def held(plan: Plan, sessions: list[Session], wanted: list[Expectation], tables: Tables) -> list[Problem]:
    """What is wrong with the expected prefixes: those that are missing, too narrow, or through the wrong node."""
    return [
        *_missing_local(plan, sessions, wanted, tables),
        *_missing_remote(plan, wanted, tables),
        *_narrow(plan, wanted, tables),
        *_strange_next_hops(wanted, tables),
    ]


# -- what the cluster itself lacks ---------------------------------------------------------------------


def _nodes_without_pods(plan: Plan, state: State) -> list[Problem]:
    """A Node without pod CIDR: there is nothing to announce, and kube-router does not even start."""
    return [
        problem(
            "no-pod-cidr",
            f"{name} has no pod CIDR.",
            agents.of(plan).pod_cidr_source,
            node=name,
        )
        for name in plan["nodes"]
        if name in state["nodes"] and not state["nodes"][name]["pod_cidrs"]
    ]


def _outside(plan: Plan, state: State) -> list[Problem]:
    """What nodes announce outside of the plan's networks never passes the import route map."""
    homes: dict[str, list[str]] = {}
    for name, prefixes in advertised(plan, state).items():
        for item in prefixes:
            if not _in_plan(plan, item):
                homes.setdefault(item, []).append(name)
    return [
        problem("outside-networks", *_dropped(plan, item, names))
        for item, names in sorted(homes.items(), key=lambda pair: sort_key(pair[0]))
    ]


def _dropped(plan: Plan, item: str, names: list[str]) -> tuple[str, str]:
    """What is announced and dropped, and its cause: a network that is not planned, or not planned to be announced."""
    own = ((kind, network) for kind in _KINDS for network in networks_of(plan, kind))
    kind = next((kind for kind, network in own if within(item, network)), None)
    if kind:
        return (
            f"{item} of networks.{kind} is announced by {listed(names)}, and the plan announces none of these: the "
            "leaves' import route map drops it.",
            "something other than kubefabric_cluster announces it, such as an annotation of a Service; let its CNI's "
            "options announce such addresses, or remove that",
        )
    return (
        f"{item}, announced by {listed(names)}, lies outside of the plan's networks "
        f"({listed(_networks(plan, family(item)))}): the leaves' import route map drops it.",
        "the cluster was made with other networks than kubefabric_cluster.networks says",
    )


def _networks(plan: Plan, which: str) -> list[str]:
    """What the import route map permits of the cluster's networks: those that its nodes are planned to announce."""
    l3out = plan.get("l3out")
    permitted = l3out.get("networks") if l3out else None
    if permitted is not None:
        return [item["prefix"] for item in permitted if family(item["prefix"]) == which]
    return [item for kind in _KINDS for item in networks_of(plan, kind) if family(item) == which]


def _in_plan(plan: Plan, item: str) -> bool:
    return any(within(item, network) for network in _networks(plan, family(item)))


# -- what is missing -----------------------------------------------------------------------------------


def _missing_local(plan: Plan, sessions: list[Session], wanted: list[Expectation], tables: Tables) -> list[Problem]:
    """Prefixes that a leaf should have from its own nodes, and has from none of them: told per leaf."""
    lost: dict[str, list[Expectation]] = {}
    for item in wanted:
        if item.local and _in_plan(plan, item.prefix) and not _from_nodes(tables, item):
            lost.setdefault(item.leaf, []).append(item)
    return [_local_problem(plan, leaf, sessions, items) for leaf, items in lost.items()]


def _from_nodes(tables: Tables, item: Expectation) -> bool:
    return any(hop["address"] in item.local for hop in tables[item.leaf].get(item.prefix, ()))


def _local_problem(plan: Plan, leaf: str, sessions: list[Session], items: list[Expectation]) -> Problem:
    prefixes = sorted((item.prefix for item in items), key=sort_key)
    peers = {peer for item in items for peer in item.local}
    concerned = [session for session in sessions if session.leaf == leaf and session.peer in peers]
    nodes = list(dict.fromkeys(session.node for session in concerned))
    message = (
        f"leaf {leaf} has no route for {listed(prefixes)} from {either(nodes)}, "
        f"though {'its session is' if len(nodes) == 1 else 'their sessions are'} Established."
    )
    where = {"leaf": leaf, "node": nodes[0] if len(nodes) == 1 else None}
    return problem("route-missing", message, _local_cause(plan, concerned), **where)


def _local_cause(plan: Plan, sessions: list[Session]) -> str:
    limit = plan["bgp"].get("max_prefixes")
    full = [session.node for session in sessions if limit and session.received >= limit]
    if full:
        return f"{listed(full)} reached the limit of {limit} prefixes (bgp.max_prefixes), and the leaf drops the rest"
    if all(session.received == 0 for session in sessions):
        return (
            f"the leaf accepted nothing: {agent(plan)} announces nothing yet, or the import route map "
            f"(default-import) of the L3Out {plan['l3out']['name']} does not permit the cluster's networks"
        )
    said = "node_peering_originate, its pools" if hosts.speak(plan) else "its arguments, the Service's annotations"
    counts = listed([f"{session.received} from {session.node}" for session in sessions])
    return (
        f"the leaf accepted other prefixes ({counts}): the import route map does not permit these, or {agent(plan)} "
        f"does not announce them ({said})"
    )


def _missing_remote(plan: Plan, wanted: list[Expectation], tables: Tables) -> list[Problem]:
    """Prefixes that a leaf should have through other leaves, and has not at all: told per leaf."""
    lost: dict[str, list[Expectation]] = {}
    has_any: set[str] = set()
    for item in wanted:
        if item.local:
            continue
        if tables[item.leaf].get(item.prefix):
            has_any.add(item.leaf)
        elif _known_elsewhere(tables, item):
            lost.setdefault(item.leaf, []).append(item)
    return [_remote_problem(plan, leaf, items, leaf in has_any) for leaf, items in lost.items()]


def _known_elsewhere(tables: Tables, item: Expectation) -> bool:
    return any(tables.get(leaf, {}).get(item.prefix) for leaf in item.via)


def _remote_problem(plan: Plan, leaf: str, items: list[Expectation], partly: bool) -> Problem:
    prefixes = sorted((item.prefix for item in items), key=sort_key)
    via = sorted({source for item in items for source in item.via})
    message = (
        f"leaf {leaf} has no route for {listed(prefixes)}, which {leaf_list(via)} {'has' if len(via) == 1 else 'have'}."
    )
    if partly:
        cause = "the export or import route map between the leaves of the VRF, or the route has just changed"
    else:
        cause = (
            f"the fabric's MP-BGP route reflectors: none, or not applied by the pod policy group (fabric AS "
            f"{plan['fabric']['asn']}); without them no route leaves its border leaf"
        )
    return problem("route-not-reflected", message, cause, leaf=leaf)


def _narrow(plan: Plan, wanted: list[Expectation], tables: Tables) -> list[Problem]:
    """Prefixes with fewer next hops than the nodes and leaves that announce them: told per leaf and width."""
    limit = plan["bgp"]["ecmp"] or 1  # where the VRF's policies belong to others, one next hop is enough
    found: dict[Narrow, list[str]] = {}
    for item in wanted:
        hops = _next_hops(tables, item)
        good = _good(item, hops)
        if hops and (not item.local or _from_nodes(tables, item)) and len(good) < _width(item, hops, limit):
            key = (item.leaf, len(good), _width(item, hops, limit), bool(item.local), _lacking(item, hops))
            found.setdefault(key, []).append(item.prefix)
    return [_narrow_problem(plan, key, prefixes) for key, prefixes in found.items()]


def _next_hops(tables: Tables, item: Expectation) -> list[NextHop]:
    """The distinct next hops of an expected prefix."""
    hops = tables[item.leaf].get(item.prefix, ())
    return list({(hop["address"], hop["leaf"]): hop for hop in hops}.values())


def _good(item: Expectation, hops: list[NextHop]) -> list[NextHop]:
    if item.local:
        return [hop for hop in hops if hop["address"] in item.local]
    return [hop for hop in hops if hop["leaf"] in item.via or hop["leaf"] is None]


def _width(item: Expectation, hops: list[NextHop], limit: int) -> int:
    """How many next hops are due: where next hops are propagated unchanged, leaves count as their nodes do."""
    if not item.local and any(hop["address"] in item.allowed for hop in hops):
        return min(len(item.allowed), limit)
    return item.width(limit)


def _lacking(item: Expectation, hops: list[NextHop]) -> tuple[str, ...]:
    """Which nodes' addresses or which leaves are not among the next hops; () where that cannot be told."""
    if item.local:
        return tuple(sorted(item.local - {hop["address"] for hop in hops}))
    if any(hop["leaf"] is None for hop in hops):
        return ()
    return tuple(f"leaf {leaf}" for leaf in sorted(item.via - {hop["leaf"] for hop in hops}))


def _narrow_problem(plan: Plan, key: Narrow, prefixes: list[str]) -> Problem:
    leaf, have, due, local, lacking = key
    ordered = listed(sorted(prefixes, key=sort_key))
    without = f", without {listed(list(lacking))}" if lacking else ""
    message = f"leaf {leaf} has {counted(have, 'next hop')} instead of {due} for {ordered}{without}."
    return problem("next-hops", message, _narrow_cause(plan, have, local), leaf=leaf)


def _narrow_cause(plan: Plan, have: int, local: bool) -> str:
    where = f"the VRF {plan['l3out']['vrf']}"
    if have == 16:
        paths = plan["bgp"]["ecmp"]
        return f"16 is the leaf's default: no BGP address family policy with {paths} paths applies to {where}"
    if have == 1 and not local:
        return f"one path only from other leaves: maxEcmpIbgp of the address family policy of {where}"
    if have == 1:
        policy = f"maxEcmp of the address family policy of {where}"
        return f"one path only: {policy}, or unequal AS paths without relaxed multipath"
    return "the others do not announce it (yet), or the leaf does not accept it from them"


# -- what should not be there --------------------------------------------------------------------------


def _strange_next_hops(wanted: list[Expectation], tables: Tables) -> list[Problem]:
    """An expected prefix with a next hop that should not announce it."""
    found: dict[tuple[str, str], list[str]] = {}
    for item in wanted:
        for hop in _next_hops(tables, item):
            if hop["leaf"] is None and item.local and hop["address"] not in item.allowed:
                found.setdefault((item.leaf, hop["address"]), []).append(item.prefix)
    return [
        problem(
            "strange-next-hop",
            f"leaf {leaf} reaches {listed(sorted(prefixes, key=sort_key))} also through {address}, "
            "which should not announce it.",
            "another node, or another L3Out of the VRF, announces the same prefix",
            leaf=leaf,
        )
        for (leaf, address), prefixes in found.items()
    ]


def _unexpected(plan: Plan, state: State, tables: Tables) -> list[Problem]:
    """Prefixes that a leaf has from an address in the node network which should not announce them."""

    def is_in_node_network(hop: NextHop) -> bool:
        return hop["leaf"] is None and any(within(hop["address"], net) for net in plan["networks"].get("node") or [])

    found = unexpected.by_source(plan, advertised(plan, state), tables, is_in_node_network)
    return [_unexpected_problem(plan, state, leaf, source, items) for (leaf, source), items in found.items()]


def _unexpected_problem(plan: Plan, state: State, leaf: str, source: str, prefixes: list[str]) -> Problem:
    owners = {cidr: name for name, node in state["nodes"].items() for cidr in node["pod_cidrs"]}
    homes = sorted({owners[item] for item in prefixes if item in owners and owners[item] not in plan["nodes"]})
    message = f"leaf {leaf} accepts {listed(prefixes)} from {source}, which should not announce it."
    if hosts.speak(plan):
        cause = (
            f"it is neither in node_peering_originate of {source} nor a nested cluster's; its speaker runs with an "
            "earlier configuration (kubefabric.bgp.nodes), or another one than ours announces it"
        )
    elif homes:
        cause = f"{either(homes)} joined the cluster, but not the inventory"
    elif all(_in_plan(plan, item) for item in prefixes):
        cause = "a Service or a pod network that changed just now, or something besides the CNI announces it"
    else:
        cause = (
            f"the import route map of the L3Out {plan['l3out']['name']} is not enforced or permits too much: it should "
            "permit the cluster's own networks only"
        )
    return problem("route-unexpected", message, cause, leaf=leaf, node=source if source in plan["nodes"] else None)
