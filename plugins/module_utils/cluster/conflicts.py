# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds a field that we want: people, whose change by hand we take back, or a controller, which we do not fight.

A conflict is a Status with code 409 and one cause per field, reason FieldManagerConflict (Kubernetes documentation,
"Server-Side Apply").
"""

from __future__ import annotations

import re
from collections import namedtuple
from typing import TYPE_CHECKING, Any

from ..common import json_text

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject

# The field manager by which content of before is given back.
RETURN_MANAGER = "kubefabric-returned"
Conflict = namedtuple("Conflict", "manager field")

_MANAGER = re.compile(r'conflict with "([^"]+)"')


def parse(body: Any) -> list[Conflict]:
    """The conflicts in the body of a 409 answer; ``[]`` if it is a 409 for another reason."""
    try:
        status = json_text.loads(body) if isinstance(body, (str, bytes)) else body
        causes = (status.get("details") or {}).get("causes") or []
    except (AttributeError, ValueError):
        return []
    return [_conflict(cause) for cause in causes if cause.get("reason") == "FieldManagerConflict"]


def _conflict(cause: JsonObject) -> Conflict:
    found = _MANAGER.search(cause.get("message") or "")
    return Conflict(found.group(1) if found else "unknown", (cause.get("field") or "").lstrip("."))


def by_controllers(conflicts: list[Conflict]) -> list[Conflict]:
    """Those conflicts that are not with kubectl: what people typed is drift, what a controller holds is its own.

    What we gave back to people is theirs as if they had typed it.
    """
    return [conflict for conflict in conflicts if not conflict.manager.startswith(("kubectl", RETURN_MANAGER))]


def describe(conflicts: list[Conflict]) -> str:
    """The conflicts in one line: who holds what."""
    fields: dict[str, list[str]] = {}
    for conflict in conflicts:
        fields.setdefault(conflict.manager, []).append(conflict.field)
    return "; ".join(f"{manager} holds {', '.join(sorted(held))}" for manager, held in sorted(fields.items()))
