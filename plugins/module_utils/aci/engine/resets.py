# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which BGP sessions a change of the fabric resets: a leaf cannot keep them with what they had before. Pure.

A peer's password (known by its digest), AS number, local AS number, TTL and administrative state; a leaf's address,
VLAN and router ID; the VRF. A password that was sent again without a digest to compare it with may be the same: the
session may live on, and is not named.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Optional, Tuple

from ..model.mo import split
from ..model.password import DIGEST_TAG
from .difference import Difference
from .places import leaves

_PEER = re.compile(r"/peerP-\[([^\]]+)\]")
_SIDE = re.compile(r"/mem-([AB])(?:/|$)")
# By the last part of a DN: the properties whose change resets sessions.
_PROPERTIES = {
    "peerP-": ("ttl", "adminSt"),
    "as": ("asn",),
    "localasn": ("localAsn",),
    "vlifp-": ("addr", "encap"),
    "rspathL3OutAtt-": ("addr", "encap", "ifInstT"),
    "mem-": ("addr",),
    "rsnodeL3OutAtt-": ("rtrId",),
    "rsectx": ("tnFvCtxName",),
}
# What comes or goes with its session.
_WHOLE = ("peerP-", "localasn")


def resets(found: Difference, sent: bool = False) -> List[Dict[str, Any]]:
    """``[{leaf, peer}]`` of what is written: ``peer`` is a node's address or the prefix of several, None is all.

    With ``sent`` a password counts that is sent again without a digest: it may be another one.
    """
    named = {place for dn in _changed(found, sent) for place in _places(dn)}
    return [{"leaf": leaf, "peer": peer} for leaf, peer in sorted(named, key=str)]


def _changed(found: Difference, sent: bool) -> Iterator[str]:
    for dn in [*found.created, *found.deleted]:
        if _kind(dn) in _WHOLE:
            yield dn
    yield from (dn for dn in found.deleted if _is_digest(dn))
    for dn in found.modified:
        properties = (*_PROPERTIES.get(_kind(dn), ()), *(["password"] if sent else []))
        if _is_digest(dn) or any(name in found.after.get(dn, {}) for name in properties):
            yield dn


def _kind(dn: str) -> str:
    """The last part of a DN up to its first dash: ``peerP-``, ``as``."""
    name, dash, _rest = split(dn)[-1].partition("-")
    return name + dash


def _is_digest(dn: str) -> bool:
    return dn.endswith(f"annotationKey-[{DIGEST_TAG}]")


def _places(dn: str) -> List[Tuple[Optional[int], Optional[str]]]:
    peer = _PEER.search(dn)
    return [(leaf, peer[1] if peer else None) for leaf in _leaves(dn) or [None]]


def _leaves(dn: str) -> List[Optional[int]]:
    """The leaves that a DN names; of a vPC's two sides the one that it is about (A has the lower ID)."""
    found, side = leaves(dn), _SIDE.search(dn)
    return [found["AB".index(side[1])]] if side and len(found) == 2 else [*found]
