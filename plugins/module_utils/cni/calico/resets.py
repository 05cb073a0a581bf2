# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sessions a change of Calico's objects resets: BIRD starts a protocol anew for every option but filters
(bgp_reconfigure in proto/bgp/bgp.c). Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...common.go_text import nanoseconds
from ..base.resets import NEW, Context, of_peers, reset

if TYPE_CHECKING:
    from ...contract.freeform import Fields, Json
    from ...contract.kubernetes import Resource

KINDS = ("BGPConfiguration", "BGPPeer")
# of a Node: what Calico reads of it, and what its AS is without
_ASN, _DEFAULT_ASN = "projectcalico.org/ASNumber", 64512
# confd writes none where there is none, and BIRD has 120 s then (proto/bgp/config.Y)
_RESTART_TIME = 120


def resets(before: Resource, after: Resource, context: Context) -> list[Any]:
    """The sessions that a change resets."""
    kind = after.get("kind")
    if kind == "Node":
        return [reset(node=after["metadata"]["name"])] if _another_as(before, after, context) else []
    if kind == "BGPConfiguration":
        numbers = [(one.get("spec") or {}).get("asNumber") for one in (before, after)]
        return [reset(harmless=None if numbers[0] else NEW)] if numbers[0] != numbers[1] else []
    if kind == "BGPPeer":
        return of_peers(before, after, context, (after.get("spec") or {}).get("node"), _times)
    return []


def _times(said: Fields) -> tuple[Any, ...]:
    """BGPPeer's times in whole seconds, as confd writes them."""
    restart, keepalive = (_seconds(said.get(name)) for name in ("maxRestartTime", "keepaliveTime"))
    return (_RESTART_TIME if restart is None else restart, keepalive)


def _seconds(text: Json) -> object:
    found = nanoseconds(text) if isinstance(text, str) else None
    return text if found is None else (found + 500_000_000) // 1_000_000_000


def _another_as(before: Resource, after: Resource, context: Context) -> bool:
    """Whether a node's AS changes: its annotation's, or the BGPConfiguration's, as far as that is known."""
    asns = [
        ((one.get("metadata") or {}).get("annotations") or {}).get(_ASN) or _of_all(context, moment)
        for moment, one in enumerate((before, after))
    ]
    return None not in asns and str(asns[0]) != str(asns[1])


def _of_all(context: Context, moment: int) -> object:
    """The AS of the BGPConfiguration; None where the run has none."""
    found = [(one.get("spec") or {}).get("asNumber") or _DEFAULT_ASN for one in context.all("BGPConfiguration", moment)]
    return found[-1] if found else None
