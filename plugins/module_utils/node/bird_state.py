# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What birdc prints → sessions and routes in the common shape. BIRD has no JSON; the text is that of 2.0 to 2.17,
and of Calico's 1.6, which has a route's next hop in its first line."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Dict, Iterator, List, Optional, Tuple

from .speaker import route, session

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject

PROTOCOL = re.compile(r"^(\S+)\s+BGP\s+\S+\s+(\S+)\s+(\d[\d:.-]*(?: \d\d:\d\d:\d\d\S*)?)")
FIELD = re.compile(r"^\s+([A-Z][\w ]*?):\s+(.*)$")
DESTINATION = re.compile(r"^([0-9a-fA-F.:]+/\d+)?\s+(?:via (\S+) on \S+|\w+) \[[^\]]*\](?: (\*))?")
VIA = re.compile(r"^\s+via (\S+)")
BFD = re.compile(r"(?m)^([0-9a-fA-F.:]+)(?:%\S+)?\s+\S+\s+(Up|Down|Init|AdminDown)\s")
COUNTS = re.compile(r"(?<!\d)(\d+) imported(?:, \d+ filtered)?, (\d+) exported")


def state(outputs: Dict[str, str], now: float) -> JsonObject:
    """From ``protocols`` (show protocols all), ``bfd`` (show bfd sessions) and ``routes`` (show route all); ``now``:
    seconds since 1970."""
    blocks = _blocks(outputs.get("protocols", ""))
    sessions = [found for head, fields in blocks for found in _session(head, fields, now)]
    watched = {peer: status.lower() for peer, status in BFD.findall(outputs.get("bfd", ""))}
    sessions = [{**found, "bfd": watched.get(found["peer"])} for found in sessions]
    return {"sessions": sessions, "routes": _routes(outputs.get("routes", ""))}


def _blocks(text: str) -> Iterator[Tuple[re.Match[str], Dict[str, str]]]:
    """Each BGP protocol's first line, and its fields; of a field that appears twice (per channel) the first."""
    head: Optional[re.Match[str]] = None
    fields: Dict[str, str] = {}
    for line in text.splitlines():
        if line and not line[0].isspace():
            if head:
                yield head, fields
            head, fields = PROTOCOL.match(line), {}
        elif head:
            match = FIELD.match(line)
            if match:
                fields.setdefault(match.group(1), match.group(2).rstrip())
    if head:
        yield head, fields


def _session(head: re.Match[str], fields: Dict[str, str], now: float) -> List[JsonObject]:
    """One session; none for the protocol that only listens for a range."""
    peer = fields.get("Neighbor address", "").partition("%")[0]
    if not peer:
        return []
    up = fields.get("BGP state") == "Established"
    counts = COUNTS.search(fields.get("Routes", "")) if up else None
    name = head.group(1)
    return [
        session(
            peer,
            fields.get("BGP state", "idle"),
            remote_asn=_number(fields.get("Neighbor AS")),
            local_address=fields.get("Source address"),
            uptime=_uptime(head.group(3), now) if up else None,
            prefixes_received=int(counts.group(1)) if counts else None,
            prefixes_sent=int(counts.group(2)) if counts else None,
            listen=name if name.startswith("workload_") else "",
            last_down_reason=fields.get("Last error", ""),
        )
    ]


def _number(text: Optional[str]) -> Optional[int]:
    return int(text) if text and text.isdigit() else None


def _uptime(since: str, now: float) -> Optional[int]:
    """Seconds since a time as BIRD prints it: of today alone the time, otherwise with or as the date."""
    today = datetime.datetime.fromtimestamp(now)
    for form in ("%H:%M:%S.%f", "%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        try:
            then = datetime.datetime.strptime(since, form)
        except ValueError:
            continue
        if then.year == 1900:
            then = then.replace(year=today.year, month=today.month, day=today.day)
            then -= datetime.timedelta(days=1 if then > today + datetime.timedelta(seconds=2) else 0)
        return max(0, int((today - then).total_seconds()))
    return None


def _routes(text: str) -> List[JsonObject]:
    """One entry for each path; a path without a prefix of its own belongs to the prefix before it."""
    found: List[JsonObject] = []
    prefix = ""
    for line in text.splitlines():
        destination, via = DESTINATION.match(line), VIA.match(line)
        if destination:
            prefix = destination.group(1) or prefix
            hops = [destination.group(2)] if destination.group(2) else []
            found.append(route(prefix, hops, [], destination.group(3) == "*"))
        elif via and found:
            found[-1]["next_hops"].append({"address": via.group(1)})
        elif found and line.strip().startswith("BGP.as_path:"):
            found[-1]["as_path"] = [int(asn) for asn in line.split(":", 1)[1].split() if asn.isdigit()]
    return found
