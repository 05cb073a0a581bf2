# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sessions a change of FRRConfigurations resets. Pure.

FRR's times hold from the next session on (PEER_FLAG_TIMER in bgpd/bgpd.c changes none).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...objects.label_selector import HOSTNAME
from ..base.peerings import peerings
from ..base.resets import Context, of_peers, reset

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject
    from ...contract.kubernetes import Resource

KINDS = ("FRRConfiguration",)


def resets(before: Resource, after: Resource, context: Context) -> list[Any]:
    """The sessions that a change resets."""
    if after.get("kind") not in KINDS:
        return []
    if not peerings(after) and _identities(before) != _identities(after):
        return [reset(node=_single(after))]
    return of_peers(before, after, context)


def _identities(item: Fields) -> JsonObject:
    """The router IDs of an FRRConfiguration by VRF: FRR ends all sessions for another one (bgp_router_id_set)."""
    routers = ((item.get("spec") or {}).get("bgp") or {}).get("routers") or []
    return {one.get("vrf") or "": one["id"] for one in routers if one.get("id")}


def _single(item: Fields) -> str | None:
    """The node that an object selects by its name, if it does."""
    return (((item.get("spec") or {}).get("nodeSelector") or {}).get("matchLabels") or {}).get(HOSTNAME)
