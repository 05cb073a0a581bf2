# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""FRR's own JSON → sessions and routes in the common shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict

from ..common import json_text
from .speaker import NodeError, route, session

if TYPE_CHECKING:
    from ..contract.freeform import Json, JsonObject


def state(outputs: Dict[str, str], now: float) -> JsonObject:
    """From ``neighbors`` (show bgp neighbors json), ``ipv4`` and ``ipv6`` (show bgp … unicast json)."""
    neighbors = _parsed(outputs, "neighbors")
    sessions = [_session(peer, body, now) for peer, body in sorted(neighbors.items()) if "bgpState" in _dict(body)]
    routes = [item for family in ("ipv4", "ipv6") for item in _routes(_parsed(outputs, family))]
    return {"sessions": sessions, "routes": routes}


def _parsed(outputs: Dict[str, str], name: str) -> JsonObject:
    text = outputs.get(name, "").strip()
    if not text.startswith("{"):  # "% BGP instance not found": nothing is configured
        return {}
    try:
        return json_text.loads(text)
    except ValueError as error:
        raise NodeError(f"FRR's answer about {name} is not JSON: {error}") from error


def _dict(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _session(peer: str, body: JsonObject, now: float) -> JsonObject:
    family = "ipv6Unicast" if ":" in peer else "ipv4Unicast"
    counts = _dict(_dict(body.get("addressFamilyInfo")).get(family))
    up = body.get("bgpTimerUpEstablishedEpoch") if body["bgpState"] == "Established" else None
    return session(
        peer,
        body["bgpState"],
        remote_asn=body.get("remoteAs"),
        local_address=body.get("hostLocal"),
        uptime=max(0, int(now - up)) if up else None,
        prefixes_received=counts.get("acceptedPrefixCounter"),
        prefixes_sent=counts.get("sentPrefixCounter"),
        bfd=_dict(body.get("peerBfdInfo")).get("status", "").lower() or None,
        listen=body.get("peerGroup", ""),
        last_down_reason=body.get("lastResetDueTo", ""),
    )


def _routes(table: JsonObject) -> list[Any]:
    """Paths that a neighbour brought; what is originated here has none, and is not told."""
    found = []
    for prefix, paths in sorted(_dict(table.get("routes")).items()):
        for path in paths:
            if path.get("peerId") != "(unspec)":
                chosen = bool(path.get("bestpath") or path.get("multipath"))
                as_path = [int(asn) for asn in path.get("path", "").split() if asn.isdigit()]
                found.append(route(prefix, _hops(path), as_path, chosen))
    return found


def _hops(path: JsonObject) -> list[Any]:
    """The next hops in use; of an IPv6 pair the global one, which says whose it is (the kernel gets the other)."""
    hops = [hop for hop in path.get("nexthops", ()) if "ip" in hop]
    used = [hop for hop in hops if hop.get("used")]
    whole = [hop for hop in hops if hop.get("scope") == "global"]
    return [hop["ip"] for hop in (whole if used and used[0].get("scope") == "link-local" and whole else used)]
