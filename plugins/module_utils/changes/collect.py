# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes from what modules return in check mode. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..contract.changes import Change
    from ..contract.freeform import JsonObject

_ACTIONS = (("created", "create"), ("modified", "change"), ("deleted", "delete"))


def of_fabric(place: str, result: JsonObject) -> list[Change]:
    """The managed objects that aci_l3out, aci_tree or aci_fabric_bgp would write; the result needs Ansible's diff."""
    diff = result.get("diff") or {}
    before, after = diff.get("before") or {}, diff.get("after") or {}
    return [
        _change("fabric", place, dn, action, before.get(dn) or {}, after.get(dn) or {})
        for key, action in _ACTIONS
        for dn in result.get(key) or []
    ]


def of_cluster(place: str, result: JsonObject) -> list[Change]:
    """The resources that cluster_resources would apply; the result needs Ansible's diff, an entry per change."""
    changes, shown = result.get("changes") or [], result.get("diff") or []
    states = [(diff.get("before", ""), diff.get("after", "")) for diff in shown]
    states += [("", "")] * (len(changes) - len(states))
    return [
        _change("cluster", place, _resource(change), change["action"], before, after)
        for change, (before, after) in zip(changes, states)
    ]


def of_host(place: str, result: JsonObject) -> list[Change]:
    """The files that node_peering or a role of hosts would write, and packages that it would install."""
    found = [
        _change("host", place, str(diff.get("before_header") or ""), _written(diff), diff["before"], diff["after"])
        for diff in _entries(result.get("diff"))
    ]
    if result.get("installed"):
        found.append(_change("host", place, "packages of the speaker", "install", "", ""))
    if result.get("changed") and not found:
        found.append(_change("host", place, "services and addresses", "change", "", ""))
    return found


def of_task(world: str, place: str, name: str, result: JsonObject) -> list[Change]:
    """A change of a module that is not ours, by the name of what it changes; [] where there is none."""
    if not result.get("changed"):
        return []
    entries = _entries(result.get("diff"))
    if not entries:
        return [_change(world, place, name, "change", "", "")]
    return [
        _change(world, place, str(diff.get("before_header") or name), _written(diff), diff["before"], diff["after"])
        for diff in entries
    ]


def _entries(diff: object) -> list[JsonObject]:
    found = diff if isinstance(diff, list) else [diff] if diff else []
    return [{"before": "", "after": "", **entry} for entry in found if isinstance(entry, dict)]


def _written(diff: JsonObject) -> str:
    if not diff["before"]:
        return "create"
    return "change" if diff["after"] else "delete"


def _resource(change: JsonObject) -> str:
    """For example ``BGPPeer rack-1`` or ``Secret calico-system/bgp``."""
    space = f"{change['namespace']}/" if change.get("namespace") else ""
    return f"{change['kind']} {space}{change['name']}"


def _change(world: str, place: str, name: str, action: str, before: object, after: object) -> Change:
    return {"world": world, "place": place, "name": name, "action": action, "before": before, "after": after}
