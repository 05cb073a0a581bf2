# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks on objects whose agent still runs with what it read before a change. Pure.

The mark is written in the very patch that changes the object, and removed after the agent's restart: a run that is
killed in between leaves the mark, and the next run finishes the work.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from ..objects.ownership import RESTART_PENDING

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.kubernetes import Resource


def with_mark(desired: Resource, live: Resource | None, restart: JsonObject | None) -> Resource:
    """The desired object, with the mark where its agent has to restart.

    ``restart`` is ``{"annotation": name of the mark, "triggers": annotations that the agent reads at start only,
    "names": objects on which an agent runs}``, or None. A mark that is there stays.
    """
    if not restart or live is None:
        return desired
    mark = restart["annotation"]
    held = annotations_of(live).get(mark)
    if held is None and not _calls_for_restart(desired, live, restart):
        return desired
    result = copy.deepcopy(desired)
    result["metadata"].setdefault("annotations", {})[mark] = held or RESTART_PENDING
    return result


def _calls_for_restart(desired: Resource, live: Resource, restart: JsonObject) -> bool:
    if desired["metadata"]["name"] not in restart["names"]:
        return False
    return any(annotations_of(desired).get(key) != annotations_of(live).get(key) for key in restart["triggers"] or ())


def annotations_of(resource: Resource) -> dict[str, str]:
    """The annotations of an object, ``{}`` if it has none."""
    return (resource.get("metadata") or {}).get("annotations") or {}
