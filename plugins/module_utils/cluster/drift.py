# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of ours that are not as the plan has them: changed by another user or tool, or not yet applied. Pure.

Sessions may be up all the same, without a filter or a password. What others added beside our fields is not seen here,
unless it is an element of a list of ours; objects of ours that are missing show by their sessions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cni.kube_router.resources.peers import PEER_PASSWORDS, PEERS
from ..common.go_text import nanoseconds
from ..common.words import name_of
from ..contract.speakers import hosts_speak
from ..objects import documents
from ..objects.difference import owned_fields
from ..objects.ownership import FIELD_MANAGER, is_ours, owner
from ..objects.secrets import HIDDEN, HIDDEN_CHANGED
from . import CNIS, foreign, without_password

if TYPE_CHECKING:
    from ..contract.freeform import Json, JsonObject
    from ..contract.kubernetes import Resource, ToRead
    from ..contract.plan import Plan

# Of which sessions are made, and what passes over them. No Secrets: what these hold is hidden.
_KINDS = (
    *("BGPConfiguration", "BGPFilter", "BGPPeer"),
    *("CiliumBGPAdvertisement", "CiliumBGPClusterConfig", "CiliumBGPPeerConfig", "CiliumBGPPeeringPolicy"),
    *("DaemonSet", "FRRConfiguration", "Node"),
)
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
    found = []
    for wanted in _wanted(plan):
        name = name_of(wanted)
        one = live.get(name)
        if one is None or not _is_of(plan, one):
            continue
        places = _differing(_seen(wanted["kind"], wanted), _seen(wanted["kind"], one), "")
        if places:
            found.append((name, places))
    return found


def _wanted(plan: Plan) -> list[Resource]:
    if hosts_speak(plan) or plan["cni"] not in CNIS:
        return []
    return [one for one in without_password(plan) if one["kind"] in _KINDS]


def _is_of(plan: Plan, one: Resource) -> bool:
    """Whether an object is ours and this cluster's, or one that all share and that we amended."""
    if is_ours(one):
        return owner(one) == plan["cluster"]
    return bool(owned_fields(one, FIELD_MANAGER))


def _seen(kind: str, one: Resource) -> JsonObject:
    """What counts of an object: its spec, of an agent's DaemonSet the arguments, of a Node what we amend."""
    spec, metadata = one.get("spec") or {}, one["metadata"]
    if kind == "DaemonSet":
        pod = (spec.get("template") or {}).get("spec") or {}
        return {"arguments": {each["name"]: each.get("args") or [] for each in pod.get("containers") or []}}
    if kind == "Node":
        annotations = {key: _without_password(key, text) for key, text in (metadata.get("annotations") or {}).items()}
        return {"labels": metadata.get("labels") or {}, "annotations": annotations}
    return {"spec": spec}


def _without_password(key: str, text: str) -> object:
    """kube-router's peers, with whether there is a password in its place: what is read has none."""
    if key == PEER_PASSWORDS:
        return bool(text)
    if key != PEERS:
        return text
    try:
        peers = documents.read(text)
    except RecursionError:
        return text
    if not isinstance(peers, list) or not all(isinstance(peer, dict) for peer in peers):
        return text
    return [{**peer, "password": bool(peer.get("password"))} for peer in peers]


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
