# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""APIC's audit log (aaaModLR) in a few lines: who changed what. Pure."""

from __future__ import annotations

from typing import Any, Dict, List

from .mo import split
from .snapshot import flatten

PLACES = 8
# what snapshots and ways back consist of themselves
_OWN = ("uni/backupst", "uni/fabric/configexp-", "uni/fabric/configimp-")


def by_user(imdata: List[Dict[str, Any]]) -> List[str]:
    """One sentence for each user who changed something: how much, and below which tenants, L3Outs and policies."""
    places: Dict[str, Dict[str, int]] = {}
    for record in flatten(imdata):
        affected = record.attributes.get("affected", "")
        if record.cls == "aaaModLR" and affected and not affected.startswith(_OWN):
            of_user = places.setdefault(record.attributes.get("user") or "somebody", {})
            place = _place(affected)
            of_user[place] = of_user.get(place, 0) + 1
    return [_sentence(user, places[user]) for user in sorted(places)]


def _place(dn: str) -> str:
    """What people call it by: an object of a tenant, of ``uni/infra`` or ``uni/fabric``, or one directly below uni."""
    parts = split(dn)
    container = len(parts) > 1 and (parts[1].startswith("tn-") or parts[1] in ("infra", "fabric"))
    return "/".join(parts[: 3 if container else 2])


def _sentence(user: str, places: Dict[str, int]) -> str:
    count = sum(places.values())
    names = sorted(places)
    more = f" and {len(names) - PLACES} more" if len(names) > PLACES else ""
    return f"{user}: {count} change{'s'[: count > 1]}, in {', '.join(names[:PLACES])}{more}"
