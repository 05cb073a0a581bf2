# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sessions a change of kube-router's objects resets: its AS, and a node's annotations. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..base.resets import Context, reset

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject
    from ...contract.kubernetes import Resource

_PREFIXES = ("kube-router.io/peer", "kube-router.io/node.asn")
_CLUSTER_ASN = "--cluster-asn="


def resets(before: Resource, after: Resource, _context: Context) -> list[Any]:
    """The sessions that a change resets."""
    kind = after.get("kind")
    if kind == "Node":
        return (
            [reset(node=after["metadata"]["name"])] if session_annotations(before) != session_annotations(after) else []
        )
    if kind == "DaemonSet":
        return [reset()] if _cluster_asn(before) != _cluster_asn(after) else []
    return []


def session_annotations(node: Fields) -> JsonObject:
    """A Node's annotations by which kube-router makes its sessions."""
    found = (node.get("metadata") or {}).get("annotations") or {}
    return {key: value for key, value in found.items() if key.startswith(_PREFIXES)}


def _cluster_asn(daemon_set: Fields) -> list[Any]:
    """kube-router's AS in its arguments."""
    pod = ((daemon_set.get("spec") or {}).get("template") or {}).get("spec") or {}
    arguments = [text for container in pod.get("containers") or [] for text in container.get("args") or []]
    return [text for text in arguments if str(text).startswith(_CLUSTER_ASN)]
