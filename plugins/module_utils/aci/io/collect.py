# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collects the BGP state of leaves through a session, and waits for sessions to come up."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, Optional, Sequence, Set, Tuple

from ..engine import aaep, bgp
from ..engine.snapshot import Found, flatten
from . import deployment
from .session import AciError, Session, UnknownClass

INTERVAL = 2.0  # seconds between two looks while waiting


def collect(session: Session, vrf: str, leaves: List[Dict[str, Any]]) -> Dict[str, Dict[str, Any]]:
    """{leaf id as text: {reachable, sessions, routes}}: one GET for the fabric's leaves and one for each that is
    active.
    """
    nodes = session.get(bgp.NODES)
    tunnels, active = bgp.tunnel_addresses(nodes), bgp.active(nodes)
    return {
        str(leaf["id"]): _leaf(session, bgp.everything(leaf, vrf), tunnels)
        if active.get(leaf["id"])
        else bgp.UNREACHABLE
        for leaf in leaves
    }


def wait(
    session: Session,
    vrf: str,
    leaves: List[Dict[str, Any]],
    expected: Set[Tuple[int, str]],
    seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Set[Tuple[int, str]]:
    """Looks until every expected (leaf, peer) is established or the time is up; returns those that are not.

    Each look is one GET for every leaf that something is still expected of.
    """
    deadline = clock() + seconds
    by_id = {leaf["id"]: leaf for leaf in leaves}
    missing = set(expected)
    while missing:
        for leaf in sorted({leaf for leaf, _peer in missing}):
            found = _leaf(session, bgp.sessions_only(by_id[leaf], vrf), {})
            missing -= {(leaf, peer) for peer in bgp.established(found["sessions"])}
        if not missing or clock() >= deadline:
            break
        sleep(min(INTERVAL, max(0.0, deadline - clock())))
    return missing


def fabric(session: Session) -> Dict[str, Any]:
    """The fabric's own BGP: AS number, route reflectors, and whether a pod policy group applies them."""
    return bgp.fabric(session.get(bgp.FABRIC))


def portless(session: Session, names: List[str]) -> List[str]:
    """A sentence for each of these AAEPs that no port is under."""
    if not names:
        return []
    found = [item for path in aaep.queries(names) for item in flatten(session.get(path))]
    try:
        ports = _ports(session, found, aaep.PLACES)
    except UnknownClass:  # a controller of before 5.2(7)
        ports = _ports(session, found, aaep.PLACES[:-1])
    return aaep.remarks(names, found, ports)


def _ports(session: Session, found: List[Found], places: Sequence[Tuple[str, str]]) -> List[Found]:
    return [item for path in aaep.port_queries(found, places) for item in flatten(session.get(path))]


def faults(session: Session, tenant: str, l3out: Optional[str], vrf: str, dns: List[str]) -> List[Dict[str, Any]]:
    """Faults of an L3Out and of what leaves make of it, and those of other objects and all below them."""
    found = deployment.parse_faults(session.get(bgp.faults(tenant, l3out, vrf))) if l3out else []
    return deployment.once([*found, *(deployment.faults(session, dns) if dns else [])])


def _leaf(session: Session, path: str, tunnels: Dict[str, int]) -> Dict[str, Any]:
    """A leaf that APIC cannot ask is unreachable; that is a finding, not an error."""
    try:
        imdata = session.get(path)
    except AciError:
        return bgp.UNREACHABLE
    return bgp.state(imdata, tunnels, datetime.now(timezone.utc))
