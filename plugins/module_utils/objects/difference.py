# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two states of one Kubernetes object. Pure."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from ..contract.freeform import Json, JsonObject
    from ..contract.kubernetes import Resource

# Written by the API server or a controller, never part of what anybody asked for.
_SERVER_METADATA = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")
_SERVER_ANNOTATIONS = ("deprecated.daemonset.template.generation",)


def content(resource: Resource | None) -> Resource | None:
    """The object without its status and what the server itself writes; None stays None."""
    if resource is None:
        return None
    result = copy.deepcopy(resource)
    result.pop("status", None)
    metadata = cast("JsonObject", result.get("metadata") or {})
    for key in _SERVER_METADATA:
        metadata.pop(key, None)
    annotations = metadata.get("annotations") or {}
    for key in _SERVER_ANNOTATIONS:
        annotations.pop(key, None)
    if not annotations:
        metadata.pop("annotations", None)
    return result


def changed_paths(before: Json, after: Json, path: str = "") -> list[str]:
    """The places where two states differ, such as ``metadata.labels.rack_id`` or ``spec.rules[0].verbs``."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            place
            for key in sorted({*before, *after}, key=str)
            for place in changed_paths(before.get(key), after.get(key), _below(path, str(key)))
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after))
        return [place for index, (old, new) in pairs for place in changed_paths(old, new, f"{path}[{index}]")]
    return [] if before == after else [path]


def _below(path: str, key: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def owned_fields(resource: Resource | None, manager: str) -> JsonObject:
    """The fields that a server-side applier owns (``fieldsV1``), ``{}`` if none."""
    for entry in ((resource or {}).get("metadata") or {}).get("managedFields") or []:
        if entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource"):
            return entry.get("fieldsV1") or {}
    return {}
