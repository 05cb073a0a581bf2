# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sessions a change of Cilium's objects resets. Pure.

GoBGP for options of its OPEN message and its transport (NeedsResendOpenMessage), Cilium for its timers as well
(pkg/bgp/gobgp/peer.go), and for an instance's router ID, port and AS (pkg/bgp/manager/workdiff.go).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..base.peerings import peerings
from ..base.resets import Context, differ, of_peers, reset

if TYPE_CHECKING:
    from ...contract.freeform import Fields
    from ...contract.kubernetes import Resource

KINDS = (
    "CiliumBGPClusterConfig",
    "CiliumBGPNodeConfigOverride",
    "CiliumBGPPeerConfig",
    "CiliumBGPPeeringPolicy",
)
_RESTART_TIME = 120


def resets(before: Resource, after: Resource, context: Context) -> list[Any]:
    """The sessions that a change resets."""
    kind = after.get("kind")
    if kind == "CiliumBGPPeerConfig":
        return [reset()] if _config(before, after, context) else []
    if kind == "CiliumBGPNodeConfigOverride":
        return _of_override(before, after, context)
    if kind == "CiliumBGPClusterConfig":
        return [*of_peers(before, after, context), *_referred(before, after, context)]
    return of_peers(before, after, context) if kind in KINDS else []


def _referred(before: Resource, after: Resource, context: Context) -> list[Any]:
    """The peers that have another peer configuration, which takes their sessions down."""
    earlier = {peer.address: peer.said for peer in peerings(before)}
    found = []
    for peer in peerings(after):
        old = earlier.get(peer.address)
        if old is not None and old.get("peerConfigRef") != peer.said.get("peerConfigRef"):
            said, now = context.said(old, 0), context.said(peer.said, 1)
            if _negotiated(said) != _negotiated(now) or differ(said, now, context):
                found.append(reset(leaf_address=peer.address))
    return found


def _config(before: Resource, after: Resource, context: Context) -> bool:
    """Whether a CiliumBGPPeerConfig takes its sessions down: its timers, families, restart, transport, multihop."""
    earlier, later = before.get("spec") or {}, after.get("spec") or {}
    return _negotiated(earlier) != _negotiated(later) or differ(earlier, later, context)


def _negotiated(spec: Fields) -> tuple[Any, ...]:
    """What GoBGP needs a new session for; advertisements and the time between attempts are not of it."""
    timers = spec.get("timers") or {}
    families = sorted((str(one.get("afi")), str(one.get("safi"))) for one in spec.get("families") or [])
    restart = spec.get("gracefulRestart") or {}
    return (
        [timers.get(name) for name in ("holdTimeSeconds", "keepAliveTimeSeconds")],
        families,
        bool(restart.get("enabled")) and (restart.get("restartTimeSeconds") or _RESTART_TIME),
        spec.get("transport") or {},
    )


def _of_override(before: Resource, after: Resource, context: Context) -> list[Any]:
    """A router ID or port is of all sessions of the node, an address of one."""
    node = after["metadata"]["name"]
    known = _addresses(context)
    earlier = {one.get("name"): one for one in (before.get("spec") or {}).get("bgpInstances") or []}
    found = []
    for instance in (after.get("spec") or {}).get("bgpInstances") or []:
        old = earlier.get(instance.get("name"), {})
        if any(old.get(name) != instance.get(name) for name in ("routerID", "localPort", "localASN")):
            return [reset(node=node)]
        addresses = {peer.get("name"): peer.get("localAddress") for peer in old.get("peers") or []}
        found += [
            reset(node=node, leaf_address=known.get(peer.get("name")))
            for peer in instance.get("peers") or []
            if peer.get("name") in addresses and addresses[peer["name"]] != peer.get("localAddress")
        ]
    return found


def _addresses(context: Context) -> dict[Any, Any]:
    """The addresses of peers by their names; those after the run go before."""
    return {
        peer.said.get("name"): peer.address
        for moment in (0, 1)
        for body in context.all("CiliumBGPClusterConfig", moment)
        for peer in peerings(body)
    }
