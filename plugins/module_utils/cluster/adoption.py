# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that others made under a name that we want: a conflict, or adopted and later given back. Pure.

What was adopted carries its content of before in an annotation. It is given back in two steps: that content is applied
by a field manager of its own, which then owns it, and our fields are withdrawn.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, cast

from ..common import json_text
from ..contract.errors import ClusterError
from ..objects.difference import content, owned_fields
from ..objects.ownership import is_ours
from .conflicts import RETURN_MANAGER

if TYPE_CHECKING:
    from ..contract.kubernetes import Resource

ADOPTED_ANNOTATION = "bgp.kubefabric.io/adopted"
_MOST = 200_000  # of the 256 KiB that all annotations of an object may have


def is_foreign(wanted: Resource, live: Resource | None, manager: str) -> bool:
    """Whether an object that is to be ours exists and belongs to others: without our label and our fields."""
    return is_ours(wanted) and live is not None and not is_ours(live) and not owned_fields(live, manager)


def complaint(name: str, live: Resource) -> str:
    """What is wrong with an object of others that is in the way."""
    entries = live["metadata"].get("managedFields") or []
    managers = {str(entry["manager"]) for entry in entries if entry.get("manager") is not None}
    by = f" (made by {', '.join(sorted(managers))})" if managers else ""
    return f"{name} is there already and is not ours{by}"


def marked(body: Resource, live: Resource | None, adopted: bool) -> Resource:
    """What to apply: with the content of before if the object is ``adopted`` now, or was by an earlier run."""
    kept = _annotations(live or {}).get(ADOPTED_ANNOTATION)
    if adopted:
        kept = json.dumps(content(live), sort_keys=True, separators=(",", ":"))
        if len(kept.encode()) > _MOST:
            raise ClusterError(
                f"{body['kind']} {body['metadata']['name']} is too large to be saved and restored later: "
                "rename or remove it by hand. Nothing was written."
            )
    if kept is None:
        return body
    result = copy.deepcopy(body)
    result["metadata"]["annotations"] = {**_annotations(result), ADOPTED_ANNOTATION: kept}
    return result


def original(live: Resource) -> Resource | None:
    """The content of an adopted object before it was adopted; None for one that we made, or that says nonsense."""
    text = _annotations(live).get(ADOPTED_ANNOTATION)
    try:
        found = json_text.loads(text) if text else None
    except ValueError:
        return None
    if not isinstance(found, dict) or found.get("kind") != live["kind"]:
        return None
    return cast("Resource", found) if (found.get("metadata") or {}).get("name") == live["metadata"]["name"] else None


def was_returned(live: Resource) -> bool:
    """Whether we gave an object back before: it belongs to others again."""
    return bool(owned_fields(live, RETURN_MANAGER))


def _annotations(item: Resource) -> dict[str, str]:
    return (item.get("metadata") or {}).get("annotations") or {}
