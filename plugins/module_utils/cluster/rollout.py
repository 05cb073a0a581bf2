# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which agents run with something else than what the cluster says now, and have to restart. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..objects.ownership import RESTART_ANNOTATION

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.kubernetes import Resource
    from ..contract.plan import Plan

REVISION_LABEL = "controller-revision-hash"


def agents_to_restart(
    plan: Plan, nodes: list[Resource], pods: list[Resource], revisions: list[Resource], daemonset: Resource | None
) -> list[JsonObject]:
    """The agents to restart, in the plan's order of nodes: ``[{node, pod, uid, namespace, marked, reason}]``.

    An agent restarts if its Node carries the mark, because it reads its peers at start only, or if its pod is not
    of the DaemonSet's newest revision, because the DaemonSet replaces pods on deletion only. A node without a pod
    needs none: whatever starts there reads what is new.
    """
    marked = {node["metadata"]["name"] for node in nodes if RESTART_ANNOTATION in _annotations(node)}
    current = newest_revision(revisions, daemonset)
    found = {}
    for pod in pods:
        name = (pod.get("spec") or {}).get("nodeName")
        reason = _reason(name in marked, _labels(pod).get(REVISION_LABEL), current)
        if name and reason and not pod["metadata"].get("deletionTimestamp"):
            found[name] = _entry(pod, name, name in marked, reason)
    return [found[name] for name in [*plan["nodes"], *sorted(set(found) - set(plan["nodes"]))] if name in found]


def newest_revision(revisions: list[Resource], daemonset: Resource | None) -> str | None:
    """The revision hash of the DaemonSet's present template, or None if there is no DaemonSet."""
    if not daemonset:
        return None
    uid = daemonset["metadata"]["uid"]
    mine = [item for item in revisions if any(ref.get("uid") == uid for ref in _owners(item))]
    newest = max(mine, key=lambda item: item.get("revision") or 0, default=None)
    return _labels(newest).get(REVISION_LABEL) if newest else None


def _reason(marked: bool, revision: str | None, current: str | None) -> str:
    if marked:
        return "its peers changed"
    return "its DaemonSet changed" if current and revision != current else ""


def _entry(pod: Resource, node: str, marked: bool, reason: str) -> JsonObject:
    metadata = pod["metadata"]
    return {
        "node": node,
        "pod": metadata["name"],
        "uid": metadata["uid"],
        "namespace": metadata["namespace"],
        "marked": marked,
        "reason": reason,
    }


def _annotations(item: Resource) -> dict[str, str]:
    return (item.get("metadata") or {}).get("annotations") or {}


def _labels(item: Resource) -> dict[str, str]:
    return (item.get("metadata") or {}).get("labels") or {}


def _owners(item: Resource) -> list[JsonObject]:
    return (item.get("metadata") or {}).get("ownerReferences") or []
