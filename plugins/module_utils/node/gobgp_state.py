# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``gobgp -j`` prints → sessions and routes in the common shape; of GoBGP 3 and 4, kube-router's included."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from ..common import json_text
from .model import FAMILIES
from .speaker import NodeError, route, session

if TYPE_CHECKING:
    from ..contract.freeform import Json, JsonObject

# PeerState.SessionState of api/gobgp.proto
STATES = ("unknown", "idle", "connect", "active", "opensent", "openconfirm", "established")
# attribute types of RFC 4271 and RFC 4760
AS_PATH, NEXT_HOP, MP_REACH = 2, 3, 14


def state(outputs: Dict[str, str], now: float) -> JsonObject:
    """From ``neighbors`` (gobgp -j neighbor), ``ipv4`` and ``ipv6`` (gobgp -j global rib -a …)."""
    peers = _parsed(outputs.get("neighbors", ""), "neighbors") or []
    paths = [path for family in FAMILIES for path in _paths(_parsed(outputs.get(family, ""), family) or {})]
    accepted = Counter(sender for sender, _route in paths)
    sessions = [_session(peer, accepted, now) for peer in peers]
    return {"sessions": sorted(sessions, key=lambda item: item["peer"]), "routes": [found for _sender, found in paths]}


def _parsed(text: str, name: str) -> Any:
    if not text.strip().startswith(("{", "[")):  # not running, or a table without routes
        return None
    try:
        answer = json_text.loads(text)
    except ValueError as error:
        raise NodeError(f"GoBGP's answer about {name} is not JSON: {error}") from error
    return None if isinstance(answer, dict) and "error" in answer else answer  # it has only just been started


def _dict(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _session(peer: JsonObject, accepted: Dict[str, int], now: float) -> JsonObject:
    """``prefixes_received`` is what the filters let in; how many were sent GoBGP tells of single neighbours only."""
    told, conf = _dict(peer.get("state")), _dict(peer.get("conf"))
    number = told.get("session_state") or 0
    state_name = STATES[number] if number < len(STATES) else STATES[0]
    up = state_name == STATES[-1]
    since = _dict(_dict(_dict(peer.get("timers")).get("state")).get("uptime")).get("seconds")
    address = told.get("neighbor_address") or conf.get("neighbor_address", "")
    return session(
        address,
        state_name,
        remote_asn=told.get("peer_asn") or conf.get("peer_asn"),
        local_address=_local(peer),
        uptime=max(0, int(now - int(since))) if up and since else None,
        prefixes_received=accepted.get(address, 0) if up else None,
        listen=conf.get("peer_group", ""),
        last_down_reason=told.get("disconnect_message", ""),
    )


def _local(peer: JsonObject) -> Optional[str]:
    address = _dict(peer.get("transport")).get("local_address", "")
    return address if address not in ("", "0.0.0.0", "::") else None


def _paths(table: JsonObject) -> List[Tuple[str, JsonObject]]:
    """(neighbour, route) for each path that one brought; what is originated here has none, and is not told."""
    found = []
    for prefix, paths in sorted(table.items()):
        for path in paths:
            sender = path.get("neighbor-ip") or path.get("peer-address")
            attributes = {item.get("type"): item for item in path.get("attrs", ())}
            if sender and AS_PATH in attributes:
                hops = [hop for hop in [_hop(attributes)] if hop]
                found.append((sender, route(prefix, hops, _as_path(attributes), bool(path.get("best")))))
    return found


def _hop(attributes: Dict[int, JsonObject]) -> str:
    return str(_dict(attributes.get(NEXT_HOP)).get("nexthop") or _dict(attributes.get(MP_REACH)).get("nexthop") or "")


def _as_path(attributes: Dict[int, JsonObject]) -> List[int]:
    segments = attributes[AS_PATH].get("as_paths") or ()
    return [int(asn) for segment in segments for asn in segment.get("asns") or ()]
