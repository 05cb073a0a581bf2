# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BGPFilters: those of the intent, and the one that holds the leaves' sessions to the plan.

A route that no rule of a filter matches is accepted. A list that is meant to let through only what it names therefore
has to end with Reject.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from ....contract.families import families, family_of
from ....objects.ownership import labels
from ..settings import resource, spelled
from . import nested

if TYPE_CHECKING:
    from ....contract.freeform import JsonObject, Options
    from ....contract.plan import Plan

LEAVES = "kubefabric-leaves"
LISTS = {
    "export_v4": "exportV4",
    "import_v4": "importV4",
    "export_v6": "exportV6",
    "import_v6": "importV6",
}
REJECT = {"action": "Reject"}


def filters(plan: Plan, options: Options) -> list[Any]:
    """Every BGPFilter, by name."""
    wanted = {name: user_filter(given) for name, given in options["filters"].items()}
    wanted.update(nested.filters(plan))
    if options["leaf_peers"]["restrict"] and "nested_in" not in plan:
        wanted[LEAVES] = leaf_filter(plan, options)
    return [resource("BGPFilter", name, spec, labels(plan["cluster"])) for name, spec in sorted(wanted.items())]


def leaf_filter(plan: Plan, options: Options) -> JsonObject:
    """From the leaves come the pods' networks and what the intent accepts, to them go the node's own.

    To the leaves, a node must not pass on what it learned from another leaf. Nothing is accepted here: what no rule
    matches goes to Calico's own export rule, which lets the node's blocks and the services through and ends in
    reject, while an Accept of ours would skip it, and announce every pod's /32 (Calico's bird.cfg, calico_aggr).

    Nested clusters' networks are passed on by the filter before this one, which cannot tell from whom they came: so
    none of them is taken from a leaf, and the nodes reach those behind other nodes through their gateway.
    """
    wanted = [*(plan["networks"].get("pod") or []), *options["leaf_peers"]["accept"]]
    barred = [item for item in nested.networks(plan) if any(_meet(item, other) for other in wanted)]
    result = {}
    for family in families(plan):
        result[f"exportV{family[-1]}"] = [{"action": "Reject", "source": "RemotePeers"}]
        accepted = [{**_accept(network), **REJECT} for network in barred if family_of(network) == family]
        accepted += [_accept(network) for network in wanted if family_of(network) == family]
        result[f"importV{family[-1]}"] = [*accepted, dict(REJECT)]
    return result


def _meet(one: str, other: str) -> bool:
    first, second = ip_network(one), ip_network(other)
    return first.version == second.version and first.overlaps(second)


def _accept(network: str) -> JsonObject:
    return {"action": "Accept", "cidr": network, "matchOperator": "In"}


def user_filter(given: JsonObject) -> JsonObject:
    """A filter of the intent, each of its lists ended by the default action of its direction."""
    return {
        spelling: _ended([rule(item) for item in given[name]], default_action(given, name) == "Reject")
        for name, spelling in LISTS.items()
        if given.get(name)
    }


def default_action(given: JsonObject, name: str) -> str:
    """What becomes of a route that no rule of a list matches; ``name`` is the list's, such as ``export_v4``."""
    direction = name.split("_", maxsplit=1)[0]
    return given.get(f"default_{direction}_action") or given.get("default_action") or "Reject"


def _ended(rules: list[Any], ends: bool) -> list[Any]:
    return [*rules, dict(REJECT)] if ends and not unconditional(rules[-1]) else rules


def unconditional(given: JsonObject) -> bool:
    """True for a rule that matches every route."""
    return not set(given) - {"action", "operations"}


def rule(given: JsonObject) -> JsonObject:
    """One rule as the API has it."""
    result = spelled(given, ("action", "cidr", "match_operator", "source", "interface", "peer_type", "priority"))
    result.update(spelled(given, ("prefix_length", "as_path_prefix")))
    if given.get("community"):
        result["communities"] = {"values": [given["community"]]}
    if given.get("operations"):
        result["operations"] = [_operation(item) for item in given["operations"]]
    return result


def _operation(given: JsonObject) -> JsonObject:
    if given.get("add_community"):
        return {"addCommunity": {"value": given["add_community"]}}
    if given.get("prepend_as_path"):
        return {"prependASPath": {"prefix": given["prepend_as_path"]}}
    return {"setPriority": {"value": given["set_priority"]}}
