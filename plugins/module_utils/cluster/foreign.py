# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of others that conflict with the plan's sessions: those of its cluster network, and MetalLB's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..cni.base import metallb
from ..cni.base.view import Finding, View
from ..cni.registry import network_of
from ..common.printable import one_line
from ..common.words import name_of
from ..contract.speakers import hosts_speak

if TYPE_CHECKING:
    from ..contract.freeform import Fields, JsonObject
    from ..contract.kubernetes import Resource
    from ..contract.plan import Plan

LONGEST = 1000  # characters that a finding says of an object


def kinds(plan: Plan) -> JsonObject:
    """What to read of the plan's cluster: options of kubefabric.bgp.cluster_info by name; nothing for other CNIs, or
    where the hosts speak.
    """
    network = network_of(plan)
    if hosts_speak(plan) or network is None:
        return {}
    half = network.on_cluster
    read = {**half.foreign_kinds(plan), **({} if half.merges_metallb else metallb.kinds())}
    return {name: {**one, "optional": True} for name, one in read.items()}


def findings(plan: Plan, objects: Fields, nodes: list[Resource], accepted: list[Any]) -> tuple[Any, ...]:
    """``(those that are not accepted, those that are)``, each a Finding, by what was read of the kinds.

    ``accepted`` are names as Finding.name has them, such as ``BGPPeer 201``.
    """
    network = network_of(plan)
    if network is None or not kinds(plan):
        return [], []
    view = View(plan, {name: _once(objects.get(name) or []) for name in kinds(plan)}, nodes)
    said = [_safe(one) for one in (*network.on_cluster.foreign(view), *metallb.found(view))]
    return [one for one in said if one.name not in accepted], [one for one in said if one.name in accepted]


def _safe(one: Finding) -> Finding:
    """A Finding on one line, and not longer than people read: values of others may be anything."""
    what = one_line(one.what)
    return one._replace(what=what if len(what) <= LONGEST else f"{what[:LONGEST]}…")


def unread(entries: list[Any]) -> list[Any]:
    """Sentences about kinds that the user may not list; ``entries`` are what lists.read returns."""
    said = [
        f"The user may not list {one['kind']} ({one['api_version']}): those of others are unknown."
        for one in entries
        if one.get("forbidden")
    ]
    return list(dict.fromkeys(said))


def _once(items: list[Resource]) -> list[Any]:
    """Each object once, though it was read by several of its group's versions."""
    return list({name_of(one): one for one in items}.values())
