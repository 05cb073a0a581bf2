# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which BGP sessions a change of the cluster's resources resets: no agent keeps them with what they had before. Pure.

A password that changed in its Secret or annotation; the AS numbers, addresses, families, TTL security or source of a
peer, a speaker's router ID, and what its daemon does not change on a running session: BIRD starts a protocol anew for
every option but filters (bgp_reconfigure in proto/bgp/bgp.c), GoBGP for those of its OPEN message and its transport
(NeedsResendOpenMessage), Cilium for its timers as well (pkg/bgp/gobgp/peer.go), and for an instance's router ID, port
and AS (pkg/bgp/manager/workdiff.go). A peer that is made anew may take up a session that is there already under
another object's name, so it is not named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cni.base.peerings import peerings
from ..common.go_text import nanoseconds
from .selection import HOSTNAME

if TYPE_CHECKING:
    from ..cni.base.peerings import Peering
    from ..contract.freeform import Json, JsonObject
    from ..contract.kubernetes import Resource
    from .bring import Step

# What an object says of a peer that its session cannot live with when it changes.
_SAID = (
    "asNumber",
    "asn",
    "dualStackAddressFamily",
    "ebgpMultiHop",
    "ebgpMultihop",
    "localASN",
    "numAllowedLocalASNumbers",
    "peerASN",
    "reversePeering",
    "sourceaddress",
    "ttlSecurity",
)
# Where its password is: another place may hold the same one, but none is not one.
_PASSWORDS = ("password", "authSecretRef", "passwordSecret")
_ROUTER = "kube-router.io/"
# of a Node: what Calico reads of it, and what its AS is without
_CALICO_ASN, _DEFAULT_ASN = "projectcalico.org/ASNumber", 64512
_CLUSTER_ASN = "--cluster-asn="
# confd writes none where there is none, and BIRD has 120 s then (proto/bgp/config.Y)
_RESTART_TIME = 120
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


class _Context:
    """What one object's change means by others: Secrets before and after, addresses of Cilium's peers, Calico's AS."""

    def __init__(self, steps: list[Step]) -> None:
        self.secrets: tuple[JsonObject, JsonObject] = ({}, {})
        self.addresses: JsonObject = {}
        self.asns: list[Json] = [None, None]
        for step in steps:
            for moment, body in enumerate(_states(step)):
                self._note(moment, body)

    def _note(self, moment: int, body: Resource) -> None:
        kind = body.get("kind")
        if kind == "Secret":
            self.secrets[moment][body["metadata"]["name"]] = body.get("data") or {}
        elif kind == "BGPConfiguration":
            self.asns[moment] = (body.get("spec") or {}).get("asNumber") or _DEFAULT_ASN
        elif kind == "CiliumBGPClusterConfig":
            self.addresses.update({peer.said.get("name"): peer.address for peer in peerings(body)})

    def moved(self, earlier: Json, later: Json) -> bool:
        """Whether a password is another one in another place, as far as both are known."""
        known = [_content(self.secrets[moment], place) for moment, place in enumerate((earlier, later))]
        return None not in known and known[0] != known[1]


def _content(secrets: dict[str, JsonObject], place: Json) -> object:
    """What a reference to a Secret leads to: of Calico a key in it, of the others its name."""
    reference = (place.get("secretKeyRef") or place) if isinstance(place, dict) else {"name": place}
    return secrets.get(reference.get("name") or "", {}).get(reference.get("key") or "password")


def entries(steps: list[Step], moment: float) -> list[JsonObject]:
    """``[{node, leaf_address, at}]`` of what steps change; None is all nodes or all leaves, ``at`` the ``moment``."""
    context = _Context(steps)
    changes = [_states(step) for step in steps if step.action == "change"]
    found = [entry for before, after in changes for entry in _of(before, after, context)]
    return [{**entry, "at": moment} for at, entry in enumerate(found) if entry not in found[:at]]


def touches_sessions(steps: list[Step]) -> bool:
    """Whether something changes of which sessions are made: leaves may show those that cannot live with it a while."""
    return any(step.action not in ("none", "own") and _is_about_sessions(step) for step in steps)


def _is_about_sessions(step: Step) -> bool:
    if step.body["kind"] != "Node":
        return step.body["kind"] in _KINDS
    before, after = _states(step)
    return _annotations(before) != _annotations(after)


def _states(step: Step) -> tuple[Resource, Resource]:
    """The object before and after, without keys where there is none."""
    nothing: Resource = {}
    return step.before or nothing, step.after or nothing


def _of(before: Resource, after: Resource, context: _Context) -> list[JsonObject]:
    kind = after.get("kind")
    if kind == "Secret":
        return [_entry()] if before.get("data") != after.get("data") else []
    if kind == "Node":
        changed = _annotations(before) != _annotations(after) or _calico_as(before, after, context)
        return [_entry(node=after["metadata"]["name"])] if changed else []
    if kind == "CiliumBGPPeerConfig":
        return [_entry()] if _config(before, after, context) else []
    if kind == "CiliumBGPNodeConfigOverride":
        return _of_override(before, after, context)
    if kind == "DaemonSet":
        return [_entry()] if _cluster_asn(before) != _cluster_asn(after) else []
    if kind == "BGPConfiguration":
        numbers = [(one.get("spec") or {}).get("asNumber") for one in (before, after)]
        return [_entry()] if numbers[0] != numbers[1] else []
    found = _of_peers(before, after, context)
    if kind == "FRRConfiguration" and not peerings(after) and _identities(before) != _identities(after):
        return [_entry(node=_single(after))]
    return found


def _identities(item: Resource) -> JsonObject:
    """The router IDs of an FRRConfiguration by VRF: FRR ends all sessions for another one (bgp_router_id_set)."""
    routers = ((item.get("spec") or {}).get("bgp") or {}).get("routers") or []
    return {one.get("vrf") or "": one["id"] for one in routers if one.get("id")}


def _single(item: Resource) -> str | None:
    """The node that an object selects by its name, if it does."""
    return (((item.get("spec") or {}).get("nodeSelector") or {}).get("matchLabels") or {}).get(HOSTNAME)


def _of_peers(before: Resource, after: Resource, context: _Context) -> list[JsonObject]:
    """The peers that both states have and that cannot keep their session."""
    earlier = {(peer.vrf, peer.address): peer for peer in peerings(before)}
    calico = after.get("kind") == "BGPPeer"
    node = (after.get("spec") or {}).get("node") if calico else None
    both = [
        (earlier[(peer.vrf, peer.address)], peer) for peer in peerings(after) if (peer.vrf, peer.address) in earlier
    ]
    return [
        _entry(node=node, leaf_address=peer.address)
        for old, peer in both
        if _reset(old, peer, context) or (calico and _times(old.said) != _times(peer.said))
    ]


def _reset(earlier: Peering, later: Peering, context: _Context) -> bool:
    return earlier.own != later.own or earlier.port != later.port or _differ(earlier.said, later.said, context)


def _differ(earlier: JsonObject, later: JsonObject, context: _Context) -> bool:
    return (
        any(earlier.get(name) != later.get(name) for name in _SAID)
        or _next_hop(earlier) != _next_hop(later)
        or any(_another(earlier.get(name), later.get(name), context) for name in _PASSWORDS)
    )


def _another(earlier: Json, later: Json, context: _Context) -> bool:
    """Whether a password came, went, or is another one by what is known of its two places."""
    return bool(earlier) != bool(later) or (earlier != later and context.moved(earlier, later))


def _next_hop(said: JsonObject) -> str:
    """BGPPeer's two spellings of one thing."""
    return "Keep" if said.get("keepOriginalNextHop") else said.get("nextHopMode") or "Auto"


def _times(said: JsonObject) -> tuple[Json, ...]:
    """BGPPeer's times in whole seconds, as confd writes them; FRR's hold from the next session on (PEER_FLAG_TIMER in
    bgpd/bgpd.c changes none).
    """
    restart, keepalive = (_seconds(said.get(name)) for name in ("maxRestartTime", "keepaliveTime"))
    return (_RESTART_TIME if restart is None else restart, keepalive)


def _seconds(text: Json) -> object:
    found = nanoseconds(text) if isinstance(text, str) else None
    return text if found is None else (found + 500_000_000) // 1_000_000_000


def _config(before: Resource, after: Resource, context: _Context) -> bool:
    """Whether a CiliumBGPPeerConfig takes its sessions down: its timers, families, restart, transport, multihop."""
    earlier, later = before.get("spec") or {}, after.get("spec") or {}
    return _negotiated(earlier) != _negotiated(later) or _differ(earlier, later, context)


def _negotiated(spec: JsonObject) -> tuple[Json, ...]:
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


def _of_override(before: Resource, after: Resource, context: _Context) -> list[JsonObject]:
    """A router ID or port is of all sessions of the node, an address of one."""
    node = after["metadata"]["name"]
    earlier = {one.get("name"): one for one in (before.get("spec") or {}).get("bgpInstances") or []}
    found = []
    for instance in (after.get("spec") or {}).get("bgpInstances") or []:
        old = earlier.get(instance.get("name"), {})
        if any(old.get(name) != instance.get(name) for name in ("routerID", "localPort", "localASN")):
            return [_entry(node=node)]
        addresses = {peer.get("name"): peer.get("localAddress") for peer in old.get("peers") or []}
        found += [
            _entry(node=node, leaf_address=context.addresses.get(peer.get("name")))
            for peer in instance.get("peers") or []
            if peer.get("name") in addresses and addresses[peer["name"]] != peer.get("localAddress")
        ]
    return found


def _calico_as(before: Resource, after: Resource, context: _Context) -> bool:
    """Whether a node's AS changes: its annotation's, or the BGPConfiguration's, as far as that is known."""
    asns = [
        ((one.get("metadata") or {}).get("annotations") or {}).get(_CALICO_ASN) or context.asns[moment]
        for moment, one in enumerate((before, after))
    ]
    return None not in asns and str(asns[0]) != str(asns[1])


def _cluster_asn(daemon_set: Resource) -> list[Json]:
    """kube-router's AS in its arguments."""
    pod = ((daemon_set.get("spec") or {}).get("template") or {}).get("spec") or {}
    arguments = [text for container in pod.get("containers") or [] for text in container.get("args") or []]
    return [text for text in arguments if str(text).startswith(_CLUSTER_ASN)]


def _annotations(node: Resource) -> JsonObject:
    """A Node's annotations by which kube-router makes its sessions."""
    found = (node.get("metadata") or {}).get("annotations") or {}
    return {key: value for key, value in found.items() if key.startswith((f"{_ROUTER}peer", f"{_ROUTER}node.asn"))}


def _entry(node: str | None = None, leaf_address: str | None = None) -> JsonObject:
    return {"node": node, "leaf_address": leaf_address}
