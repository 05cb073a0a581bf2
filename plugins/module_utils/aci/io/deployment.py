# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a write: accepted is not deployed.

APIC answers a POST before it has told the leaves; what they cannot carry out shows seconds later, as faults and as
``configIssues``. There is no object that says "done", so this watches until one of these holds:

* the leaves have every peer that the write created (``bgpPeer`` in the VRF): ``deployed``;
* two looks in a row show the same faults, more waiting would not make them better: ``faults``;
* none of the leaves is active, nothing can be deployed: ``no leaf``;
* the time is up: ``time``.
"""

from __future__ import annotations

import ipaddress
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Dict, FrozenSet, List, Optional, Tuple
from urllib.parse import quote

from ..engine import bgp, fault_names, reading
from ..engine.snapshot import flatten
from ..model import designs, names
from .session import Session

if TYPE_CHECKING:
    from ...contract.freeform import JsonObject

INTERVAL = 1.0  # seconds between two looks
_ON_LEAF = re.compile(r"^topology/pod-\d+/node-\d+/.*?/((?:resPolCont|uni/epp)/)")
_DELEGATED = "Fault delegate: "  # what APIC writes before the description of one
# faultInst.lc and faultDelegate.lc of a fault whose cause has gone
_GOING = ("soaking-clearing", "raised-clearing", "retaining")
_BGP_OF_LEAF = re.compile(r"topology/pod-\d+/node-(\d+)/sys/bgp/inst/dom-")
Peers = FrozenSet[Tuple[int, str]]


@dataclass(frozen=True)
class Watch:
    """What to look at. dns: objects whose faults matter, with all below them. seconds: the longest time. vrf:
    ``tenant:vrf``. peers: (leaf, prefix) that the leaves will have, if the write creates them.
    """

    dns: List[str] = field(default_factory=list)
    seconds: float = 0
    vrf: str = ""
    peers: Peers = frozenset()


def peers_of(l3out: Dict[str, Any]) -> Peers:
    """The (leaf, prefix) of every peer of an L3Out's description; one address is a prefix of full length."""
    return frozenset(
        (leaf, _prefix(peer["address"]))
        for name, builder in designs.BUILDERS.items()
        for interface in designs.interfaces(l3out, name)
        for leaf, peer in builder.peers(interface)
    )


def watch(
    session: Session,
    what: Watch,
    created: List[str],
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Dict[str, Any]:
    """Looks until the wait ends; returns {faults, ended, waited, missing}. created: names of what the write created.

    ended: see the module's text. waited: seconds. missing: [{leaf, peer}] not seen on the leaves. Raises AciError.
    """
    started = clock()
    expected = what.peers if what.seconds and any("/peerP-[" in dn for dn in created) else frozenset()
    expected, idle = _on_active_leaves(session, expected)
    before: Optional[List[Dict[str, Any]]] = None
    while True:
        found = faults(session, what.dns)
        missing = expected - _present(session, what.vrf) if expected else frozenset()
        waited = clock() - started
        ended = _ended(found, before, missing, bool(expected), idle, waited >= what.seconds)
        if ended:
            return {
                "faults": found,
                "ended": ended,
                "waited": round(waited, 1),
                "missing": [{"leaf": leaf, "peer": peer} for leaf, peer in sorted(missing)],
            }
        before = found
        sleep(min(INTERVAL, what.seconds - waited))


def faults(session: Session, dns: List[str]) -> List[Dict[str, Any]]:
    """Faults below objects, and issues that objects state themselves, each once."""
    return once([fault for path in reading.faults(dns) for fault in parse_faults(session.get(path))])


def once(found: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Each fault once: a leaf's fault also shows as faultDelegate at the object that it is about, the leaf's own stays.

    A delegate names the leaf's object from ``topology`` on, or as the leaf itself calls it (``resPolCont/…``).
    """
    own = {fault["dn"] for fault in found if not fault_names.delegate(fault["dn"])}
    known = own | {dn[match.start(1) :] for dn in own for match in [_ON_LEAF.search(dn)] if match}
    kept: Dict[Tuple[str, str], Dict[str, Any]] = {}
    for fault in found:
        delegate = fault_names.delegate(fault["dn"])
        if not delegate or f"{delegate}/fault-{fault['code']}" not in known:
            kept.setdefault((fault["dn"], fault["code"]), fault)
    return list(kept.values())


def parse_faults(imdata: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Faults, and configuration issues that an object states itself: {dn, code, severity, description, acknowledged}.

    A fault whose cause has gone is none any more: APIC keeps it for its clearing interval (two minutes) and longer.
    """
    return [fault for found in flatten(imdata) for fault in [_fault(found.dn, found.cls, found.attributes)] if fault]


# -- inside ---------------------------------------------------------------------------------------------


def _ended(
    found: List[JsonObject], before: Optional[List[JsonObject]], missing: Peers, expected: bool, idle: bool, over: bool
) -> str:
    if found and found == before:
        return "faults"
    if expected and not missing and not found:
        return "deployed"
    if idle and not found:
        return "no leaf"
    return "time" if over else ""


def _on_active_leaves(session: Session, peers: Peers) -> Tuple[Peers, bool]:
    """(the peers on leaves that are active, whether no leaf is)."""
    if not peers:
        return peers, False
    active = bgp.active(session.get(bgp.NODES))
    left = frozenset(peer for peer in peers if active.get(peer[0]))
    return left, not left


def _present(session: Session, vrf: str) -> Peers:
    path = "/api/class/bgpPeer.json?query-target-filter=" + quote(
        f"wcard(bgpPeer.dn,{names.quoted(f'/dom-{vrf}/')})", safe=","
    )
    return frozenset(peer for item in flatten(session.get(path)) for peer in _peer(item.dn))


def _peer(dn: str) -> List[Tuple[int, str]]:
    """(leaf, prefix) of ``topology/pod-1/node-101/sys/bgp/inst/dom-a:b/peer-[10.0.0.0/24]``; none of another name."""
    leaf, _peer, text = dn.rpartition("/peer-[")
    found = _BGP_OF_LEAF.match(leaf)
    try:
        return [(int(found[1]), _prefix(text[:-1]))] if found and text.endswith("]") else []
    except ValueError:
        return []


def _prefix(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False))


def _without(prefix: str, text: str) -> str:
    return text[len(prefix) :] if text.startswith(prefix) else text


def _fault(dn: str, cls: str, attributes: Dict[str, str]) -> Optional[Dict[str, Any]]:
    if cls in ("faultInst", "faultDelegate"):
        if attributes.get("severity") == "cleared" or attributes.get("lc") in _GOING:
            return None
        return {
            "dn": dn,
            "code": attributes.get("code", ""),
            "severity": attributes.get("severity", ""),
            "description": _without(_DELEGATED, attributes.get("descr", "")),
            "acknowledged": attributes.get("ack") == "yes",
        }
    issues = attributes.get("configIssues", "")
    if issues in ("", "none"):
        return None
    return {"dn": dn, "code": "configIssues", "severity": "major", "description": issues, "acknowledged": False}
