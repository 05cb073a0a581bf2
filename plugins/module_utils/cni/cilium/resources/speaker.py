# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The BGP resources of Cilium 1.16 and later: how to peer, what to announce, and with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....contract.peers import has_password
from ....objects.ownership import labels
from ...base import password_secret
from ...base.groups import PREFIX, peer_name
from ...base.router_id import router_ids
from ...base.router_sessions import multihop
from ..settings import PORT_SINCE, version
from .announced import ADVERTISE_LABEL, communities, service_addresses, service_selector

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.kubernetes import Resource
    from ....contract.plan import Plan
    from ...base.groups import Group

INSTANCE = "fabric"
ADVERTISEMENT = f"{PREFIX}routes"
# by which a peer configuration selects our advertisement and no other one
_MARK = {ADVERTISE_LABEL: "fabric"}


def resources(plan: Plan, options: Options, found: list[Any]) -> list[Resource]:
    """Advertisement, one peer configuration a family, each node's own settings, and last one configuration a group."""
    return [
        *_advertisement(plan, options),
        *_peer_configs(plan, options),
        *_overrides(plan, options),
        *[_cluster_config(plan, options, group) for group in found],
    ]


def _resource(
    plan: Plan, options: Options, kind: str, name: str, spec: JsonObject, marks: Fields | None = None
) -> Resource:
    return {
        "apiVersion": f"cilium.io/{options['api']}",
        "kind": kind,
        "metadata": {"name": name, "labels": {**labels(plan["cluster"]), **(marks or {})}},
        "spec": spec,
    }


def _advertisement(plan: Plan, options: Options) -> list[Any]:
    """What every node announces; a route goes to the peers of its own family."""
    attributes = {"attributes": {"communities": communities(options)}} if options["communities"] else {}
    entries = []
    if options["advertise_pod_cidr"]:
        entries.append({"advertisementType": "PodCIDR", **attributes})
    if service_addresses(options):
        service = {"service": {"addresses": service_addresses(options)}, "selector": service_selector(options)}
        entries.append({"advertisementType": "Service", **service, **attributes})
    if not entries:
        return []
    return [_resource(plan, options, "CiliumBGPAdvertisement", ADVERTISEMENT, {"advertisements": entries}, _MARK)]


def _peer_configs(plan: Plan, options: Options) -> list[Any]:
    """One a family, and one more for each other kind of session that routers want."""
    peers = [peer for node in plan["nodes"].values() for peer in node["peers"]]
    found = {_config_name(plan, options, peer): peer for peer in sorted(peers, key=lambda one: one["family"])}
    return [_peer_config(plan, options, name, peer) for name, peer in found.items()]


def _config_name(plan: Plan, options: Options, peer: Fields) -> str:
    """``kubefabric-ipv4``, and what a session has of its own: ``kubefabric-ipv4-multihop-2-no-password``."""
    ttl = multihop(plan, options, peer)
    own = [f"multihop-{ttl}"] if ttl != options["ebgp_multihop"] and ttl else []
    own += ["no-password"] if plan["bgp"].get("password") and not has_password(plan, peer) else []
    own += ["next-password"] if peer.get("next_password") else []
    return PREFIX + "-".join([peer["family"], *own])


def _peer_config(plan: Plan, options: Options, name: str, peer: Fields) -> Resource:
    """How the sessions of one family are kept. Each carries its own family only, with next hops of that family."""
    bgp = plan["bgp"]
    spec: dict[Any, Any] = {
        "timers": {
            "connectRetryTimeSeconds": options["connect_retry"],
            "holdTimeSeconds": bgp["hold"],
            "keepAliveTimeSeconds": bgp["keepalive"],
        },
        "gracefulRestart": _graceful_restart(bgp),
        "families": [{"afi": peer["family"], "safi": "unicast", "advertisements": {"matchLabels": _MARK}}],
    }
    secret = password_secret.reference(plan, options["password_secret"], peer)
    if secret:
        spec["authSecretRef"] = secret["name"]
    ttl = multihop(plan, options, peer)
    if ttl:
        spec["ebgpMultihop"] = ttl
    if options["source_interface"]:
        spec["transport"] = {"sourceInterface": options["source_interface"]}
    return _resource(plan, options, "CiliumBGPPeerConfig", name, spec)


def _graceful_restart(bgp: Fields) -> JsonObject:
    if not bgp.get("graceful_restart"):
        return {"enabled": False}
    return {"enabled": True, "restartTimeSeconds": bgp.get("graceful_restart_time") or 120}


def _cluster_config(plan: Plan, options: Options, group: Group) -> Resource:
    """The peers of a group of nodes."""
    instance: dict[Any, Any] = {
        "name": INSTANCE,
        "localASN": plan["asn"],
        "peers": [_peer(plan, options, peer) for peer in group.peers],
    }
    if options["listen_port"] and version(options) >= PORT_SINCE:
        instance["localPort"] = options["listen_port"]
    spec = {"nodeSelector": {"matchLabels": group.labels}, "bgpInstances": [instance]}
    return _resource(plan, options, "CiliumBGPClusterConfig", group.name, spec)


def _peer(plan: Plan, options: Options, peer: Fields) -> JsonObject:
    return {
        "name": peer_name(peer),
        "peerASN": peer["asn"],
        "peerAddress": peer["address"],
        "peerConfigRef": {"name": _config_name(plan, options, peer)},
    }


def _overrides(plan: Plan, options: Options) -> list[Any]:
    """What is a node's own: its router ID, its port, its sessions' addresses; no resource where it has nothing."""
    identities = router_ids(plan, options)
    instances = {name: _own(options, name, node, identities) for name, node in plan["nodes"].items()}
    return [
        _resource(plan, options, "CiliumBGPNodeConfigOverride", name, {"bgpInstances": [{"name": INSTANCE, **own}]})
        for name, own in instances.items()
        if own
    ]


def _own(options: Options, name: str, node: Fields, identities: Fields) -> JsonObject:
    own: dict[Any, Any] = {}
    if name in identities:
        own["routerID"] = identities[name]
    port = (options["nodes"].get(name) or {}).get("listen_port")
    if version(options) < PORT_SINCE:
        port = port or options["listen_port"]
    if port:
        own["localPort"] = port
    if options["pin_local_addresses"] and not options["source_interface"]:
        own["peers"] = [{"name": peer_name(peer), "localAddress": peer["local_address"]} for peer in node["peers"]]
    return own
