# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which BGP sessions a change of the cluster's resources resets: no agent keeps them with what they had before. Pure.

A password that changed in its Secret or annotation; the AS numbers, address, TTL security or source of a peer. A peer
that is made anew may take up a session that is there already under another object's name, so it is not named.
"""

from __future__ import annotations

from .peerings import peerings

# What an object says of a peer that its session cannot live with when it changes.
_SAID = ("asNumber", "ttlSecurity", "peerASN", "asn", "ebgpMultiHop")
# Where its password is: another place may hold the same one, but none is not one.
_PASSWORDS = ("password", "authSecretRef", "passwordSecret")
_ROUTER = "kube-router.io/"
# Kinds and annotations of nodes by which sessions come and go at all.
_KINDS = (
    "BGPConfiguration",
    "BGPPeer",
    "CiliumBGPClusterConfig",
    "CiliumBGPNodeConfigOverride",
    "CiliumBGPPeerConfig",
    "CiliumBGPPeeringPolicy",
    "ExternalSecret",
    "FRRConfiguration",
    "Secret",
)


def entries(steps: list, moment: float) -> list:
    """``[{node, leaf_address, at}]`` of what steps change; None is all nodes or all leaves, ``at`` the ``moment``."""
    found = [entry for step in steps if step.action == "change" for entry in _of(step.before or {}, step.after or {})]
    return [{**entry, "at": moment} for at, entry in enumerate(found) if entry not in found[:at]]


def touches_sessions(steps: list) -> bool:
    """Whether something changes of which sessions are made: leaves may show those that cannot live with it a while."""
    return any(step.action not in ("none", "own") and _is_about_sessions(step) for step in steps)


def _is_about_sessions(step) -> bool:
    if step.body["kind"] != "Node":
        return step.body["kind"] in _KINDS
    return _annotations(step.before or {}) != _annotations(step.after or {})


def _of(before: dict, after: dict) -> list:
    kind = after.get("kind")
    if kind == "Secret":
        return [_entry()] if before.get("data") != after.get("data") else []
    if kind == "Node":
        changed = _annotations(before) != _annotations(after)
        return [_entry(node=after["metadata"]["name"])] if changed else []
    if kind == "CiliumBGPPeerConfig":
        return [_entry()] if _differ(before.get("spec") or {}, after.get("spec") or {}) else []
    if kind == "BGPConfiguration":
        numbers = [(one.get("spec") or {}).get("asNumber") for one in (before, after)]
        return [_entry()] if numbers[0] != numbers[1] else []
    return _of_peers(before, after)


def _of_peers(before: dict, after: dict) -> list:
    """The peers that both states have and that cannot keep their session."""
    earlier = {(peer.vrf, peer.address): peer for peer in peerings(before)}
    node = ((after.get("spec") or {}).get("node")) if after.get("kind") == "BGPPeer" else None
    return [
        _entry(node=node, leaf_address=peer.address)
        for peer in peerings(after)
        if (peer.vrf, peer.address) in earlier and _reset(earlier[(peer.vrf, peer.address)], peer)
    ]


def _reset(earlier, later) -> bool:
    return earlier.own != later.own or earlier.port != later.port or _differ(earlier.said, later.said)


def _differ(earlier: dict, later: dict) -> bool:
    return any(earlier.get(name) != later.get(name) for name in _SAID) or any(
        bool(earlier.get(name)) != bool(later.get(name)) for name in _PASSWORDS
    )


def _annotations(node: dict) -> dict:
    """A Node's annotations by which kube-router makes its sessions."""
    found = (node.get("metadata") or {}).get("annotations") or {}
    return {key: value for key, value in found.items() if key.startswith((f"{_ROUTER}peer", f"{_ROUTER}node.asn"))}


def _entry(node: str | None = None, leaf_address: str | None = None) -> dict:
    return {"node": node, "leaf_address": leaf_address}
