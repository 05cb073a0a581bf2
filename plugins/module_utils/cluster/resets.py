# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which BGP sessions a change of the cluster's resources resets: no agent keeps them with what they had before. Pure.

A password that changed in its Secret or annotation; the AS numbers, addresses, families, TTL security or source of a
peer, a speaker's router ID, and what its daemon does not change on a running session: each cluster network knows that
of its own objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cni.base.resets import NEW, RESTART, Context, reset
from ..cni.registry import NETWORKS

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.kubernetes import Resource
    from ..contract.plan import Plan
    from .bring import Step

# Kinds by which sessions of every network come and go.
_KINDS = ("ExternalSecret", "Secret")


def entries(steps: list[Step], moment: float) -> list[JsonObject]:
    """``[{node, leaf_address, at}]`` of what steps change; None is all nodes or all leaves, ``at`` the ``moment``."""
    context = Context(steps)
    changes = [_states(step) for step in steps if step.action == "change"]
    found = [entry for before, after in changes for entry in _of(before, after, context)]
    return [{**entry, "at": moment} for at, entry in enumerate(found) if entry not in found[:at]]


def harmful(found: list[JsonObject], plan: Plan) -> list[JsonObject]:
    """The entries by which leaves lose routes: not those of new sessions, nor of graceful restarts."""
    harmless = {NEW, *([RESTART] if plan["bgp"].get("graceful_restart") else [])}
    return [entry for entry in found if entry.get("harmless") not in harmless]


def public(found: list[JsonObject]) -> list[JsonObject]:
    """The entries as the module returns them."""
    return [{key: value for key, value in entry.items() if key != "harmless"} for entry in found]


def touches_sessions(steps: list[Step]) -> bool:
    """Whether something changes of which sessions are made: leaves may show those that cannot live with it a while."""
    return any(step.action not in ("none", "own") and _is_about_sessions(step) for step in steps)


def _is_about_sessions(step: Step) -> bool:
    networks = [one.on_cluster for one in NETWORKS.values()]
    if step.body["kind"] != "Node":
        return step.body["kind"] in _KINDS or any(step.body["kind"] in one.session_kinds for one in networks)
    before, after = _states(step)
    return any(one.session_annotations(before) != one.session_annotations(after) for one in networks)


def _states(step: Step) -> tuple[Resource, Resource]:
    """The object before and after, without keys where there is none."""
    nothing: Resource = {}
    return step.before or nothing, step.after or nothing


def _of(before: Resource, after: Resource, context: Context) -> list[JsonObject]:
    if after.get("kind") == "Secret":
        return _of_secret(before, after, context)
    return [entry for one in NETWORKS.values() for entry in one.on_cluster.resets(before, after, context)]


def _of_secret(before: Resource, after: Resource, context: Context) -> list[JsonObject]:
    """The sessions whose objects name the Secret; all of them where no object of the run names any."""
    if before.get("data") == after.get("data"):
        return []
    named = context.of_secret(after["metadata"]["name"])
    return [reset()] if named is None else [reset(leaf_address=address) for address in named]
