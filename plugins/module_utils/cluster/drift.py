# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of ours that are not as the plan has them: somebody changed them, or the plan was not applied. Pure.

Sessions may be up all the same, without a filter or a password. What others added beside our fields is not seen here,
unless it is an element of a list of ours; objects of ours that are missing show by their sessions.
"""

from __future__ import annotations

from ..common.go_text import nanoseconds
from ..common.words import name_of
from . import CNIS, resources
from .difference import owned_fields
from .ownership import FIELD_MANAGER, is_ours, owner
from .speakers import hosts_speak

# Of which sessions are made, and what passes over them. No Secrets: what these hold is hidden.
_KINDS = (
    *("BGPConfiguration", "BGPFilter", "BGPPeer"),
    *("CiliumBGPAdvertisement", "CiliumBGPClusterConfig", "CiliumBGPPeerConfig", "CiliumBGPPeeringPolicy"),
    "FRRConfiguration",
)


def kinds(plan: dict) -> dict:
    """What to read, by kind: options of kubefabric.bgp.cluster_info."""
    return {
        one["kind"]: {"api_version": one["apiVersion"], "kind": one["kind"], "optional": True} for one in _wanted(plan)
    }


def changed(plan: dict, objects: dict) -> list:
    """``[(name, [place, …])]`` of our objects that differ from the plan's; ``objects`` are what was read, by kind."""
    live = {_place(one): one for items in objects.values() for one in items}
    found = []
    for wanted in _wanted(plan):
        one = live.get(_place(wanted))
        if one is None or not _is_of(plan, one):
            continue
        places = _differing(wanted.get("spec") or {}, one.get("spec") or {}, "spec")
        if places:
            found.append((name_of(wanted), places))
    return found


def _wanted(plan: dict) -> list:
    if hosts_speak(plan) or plan["cni"] not in CNIS:
        return []
    made = resources(plan, {"bgp_password": "-", "placeholder": True})
    return [one for one in made if one["kind"] in _KINDS]


def _is_of(plan: dict, one: dict) -> bool:
    """Whether an object is ours and this cluster's, or one that all share and that we amended."""
    if is_ours(one):
        return owner(one) == plan["cluster"]
    return bool(owned_fields(one, FIELD_MANAGER))


def _place(one: dict) -> tuple:
    return one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]


def _differing(wanted: object, live: object, place: str) -> list:
    """The places where what is there lacks what is wanted; what is empty may be left out there."""
    if isinstance(wanted, dict):
        there = live if isinstance(live, dict) else {}
        return [inner for key, value in wanted.items() for inner in _differing(value, there.get(key), f"{place}.{key}")]
    if isinstance(wanted, list) and isinstance(live, list) and len(wanted) == len(live):
        pairs = enumerate(zip(wanted, live))
        return [inner for at, (one, other) in pairs for inner in _differing(one, other, f"{place}[{at}]")]
    if wanted == live or not (wanted or live) or _is_same_duration(wanted, live):
        return []
    return [place]


def _is_same_duration(one: object, other: object) -> bool:
    """``60s`` is ``1m0s`` for an API server that reads durations."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    found = nanoseconds(one)
    return found is not None and found == nanoseconds(other)
