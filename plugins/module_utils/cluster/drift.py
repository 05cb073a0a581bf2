# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of ours that are not as the plan has them: changed by another user or tool, or not yet applied. Pure.

Sessions may be up all the same, without a filter or a password. What others added beside our fields is not seen here,
unless it is an element of a list of ours; objects of ours that are missing show by their sessions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cni.interface import Cni
from ..cni.registry import network_of
from ..cni.resources import without_password
from ..common.go_text import nanoseconds
from ..common.words import name_of
from ..contract.speakers import hosts_speak
from ..objects.difference import owned_fields
from ..objects.ownership import FIELD_MANAGER, is_ours, owner
from ..objects.secrets import HIDDEN, HIDDEN_CHANGED
from . import foreign

if TYPE_CHECKING:
    from ..contract.freeform import Json, JsonObject
    from ..contract.kubernetes import Resource, ToRead
    from ..contract.plan import Plan

# What stands in what was read for a secret, or for what may be one by its name.
_MASKS = (HIDDEN, HIDDEN_CHANGED)


def kinds(plan: Plan) -> dict[str, ToRead]:
    """What to read, by kind: options of kubefabric.bgp.cluster_info."""
    read: dict[tuple[str, str], ToRead] = {
        (one["api_version"], one["kind"]): one for one in foreign.kinds(plan).values()
    }
    return {
        one["kind"]: read.get((one["apiVersion"], one["kind"]))
        or {"api_version": one["apiVersion"], "kind": one["kind"], "optional": True}
        for one in _wanted(plan)
    }


def changed(plan: Plan, objects: dict[str, list[Resource]]) -> list[tuple[str, list[str]]]:
    """``[(name, [place, …])]`` of our objects that differ from the plan's; ``objects`` are what was read, by kind."""
    live = {name_of({**one, "kind": kind}): one for kind, items in objects.items() for one in items}
    network = network_of(plan)
    if network is None:
        return []
    found = []
    for wanted in _wanted(plan):
        name = name_of(wanted)
        one = live.get(name)
        if one is None or not _is_of(plan, one):
            continue
        kind = wanted["kind"]
        places = _differing(_seen(network, kind, wanted), _seen(network, kind, one), "")
        if places:
            found.append((name, places))
    return found


def _wanted(plan: Plan) -> list[Resource]:
    network = network_of(plan)
    if hosts_speak(plan) or network is None:
        return []
    return [one for one in without_password(plan) if one["kind"] in network.on_cluster.compared]


def _is_of(plan: Plan, one: Resource) -> bool:
    """Whether an object is ours and this cluster's, or one that all share and that we amended."""
    if is_ours(one):
        return owner(one) == plan["cluster"]
    return bool(owned_fields(one, FIELD_MANAGER))


def _seen(network: Cni, kind: str, one: Resource) -> JsonObject:
    """What counts of an object: its spec, of an agent's DaemonSet the arguments, of a Node what we amend."""
    spec, metadata = one.get("spec") or {}, one["metadata"]
    if kind == "DaemonSet":
        pod = (spec.get("template") or {}).get("spec") or {}
        return {"arguments": {each["name"]: each.get("args") or [] for each in pod.get("containers") or []}}
    if kind == "Node":
        seen = network.on_cluster.seen
        annotations = {key: seen(key, text) for key, text in (metadata.get("annotations") or {}).items()}
        return {"labels": metadata.get("labels") or {}, "annotations": annotations}
    return {"spec": spec}


def _differing(wanted: Json, live: Json, place: str) -> list[str]:
    """The places where what is there lacks what is wanted; what is empty may be left out there, what is hidden is taken
    as wanted.
    """
    if isinstance(live, str) and live in _MASKS:
        return []
    if isinstance(wanted, dict):
        there = live if isinstance(live, dict) else {}
        before = f"{place}." if place else ""
        return [
            inner for key, value in wanted.items() for inner in _differing(value, there.get(key), before + str(key))
        ]
    if isinstance(wanted, list) and isinstance(live, list) and len(wanted) == len(live):
        pairs = enumerate(zip(wanted, live))
        return [inner for at, (one, other) in pairs for inner in _differing(one, other, f"{place}[{at}]")]
    if wanted == live or not (wanted or live) or _is_same_duration(wanted, live):
        return []
    return [place]


def _is_same_duration(one: Json, other: Json) -> bool:
    """``60s`` is ``1m0s`` for an API server that reads durations."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    found = nanoseconds(one)
    return found is not None and found == nanoseconds(other)
