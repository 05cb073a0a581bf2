# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CiliumBGPPeeringPolicy of releases before 1.19, for clusters that serve nothing newer.

It knows no address or interface to peer from, so the kernel chooses; every session carries both families.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....objects.ownership import labels
from ...base import password_secret
from ...base.router_sessions import multihop
from ..settings import FAMILIES_SINCE, version
from .announced import communities, service_addresses, service_selector

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.kubernetes import Resource
    from ....contract.plan import Plan
    from ...base.groups import Group

API = "cilium.io/v2alpha1"
KIND = "CiliumBGPPeeringPolicy"
# before 1.16 load balancer addresses were the only ones of a Service to be announced, and not to be named
ADDRESSES_SINCE = (1, 16)


def resources(plan: Plan, options: Options, found: list[Any]) -> list[Resource]:
    """One policy a group of nodes; Cilium applies none to a node that two of them select."""
    return [
        {
            "apiVersion": API,
            "kind": KIND,
            "metadata": {"name": group.name, "labels": labels(plan["cluster"])},
            "spec": {
                "nodeSelector": {"matchLabels": group.labels},
                "virtualRouters": [_router(plan, options, group)],
            },
        }
        for group in found
    ]


def _router(plan: Plan, options: Options, group: Group) -> JsonObject:
    router: dict[Any, Any] = {
        "localASN": plan["asn"],
        "exportPodCIDR": options["advertise_pod_cidr"],
        "neighbors": [_neighbor(plan, options, peer) for peer in group.peers],
    }
    addresses = announced_addresses(options)
    if addresses:
        router["serviceSelector"] = service_selector(options)
        if version(options) >= ADDRESSES_SINCE:
            router["serviceAdvertisements"] = addresses
    return router


def announced_addresses(options: Options) -> list[Any]:
    """The kinds of Service addresses that this release announces of those that are wanted."""
    wanted = service_addresses(options)
    return wanted if version(options) >= ADDRESSES_SINCE else [kind for kind in wanted if kind == "LoadBalancerIP"]


def _neighbor(plan: Plan, options: Options, peer: Fields) -> JsonObject:
    bgp = plan["bgp"]
    neighbor: dict[Any, Any] = {
        "peerAddress": f"{peer['address']}/{32 if peer['family'] == 'ipv4' else 128}",
        "peerASN": peer["asn"],
        "connectRetryTimeSeconds": options["connect_retry"],
        "holdTimeSeconds": bgp["hold"],
        "keepAliveTimeSeconds": bgp["keepalive"],
        "gracefulRestart": {"enabled": False},
    }
    if version(options) >= FAMILIES_SINCE:
        neighbor["families"] = [{"afi": peer["family"], "safi": "unicast"}]
    if bgp.get("graceful_restart"):
        restart = {"enabled": True, "restartTimeSeconds": bgp.get("graceful_restart_time") or 120}
        neighbor["gracefulRestart"] = restart
    secret = password_secret.reference(plan, options["password_secret"], peer)
    if secret:
        neighbor["authSecretRef"] = secret["name"]
    if multihop(plan, options, peer):
        neighbor["eBGPMultihopTTL"] = multihop(plan, options, peer)
    if options["communities"]:
        kinds = ("PodCIDR", "CiliumLoadBalancerIPPool")
        neighbor["advertisedPathAttributes"] = [
            {"selectorType": kind, "communities": communities(options)} for kind in kinds
        ]
    return neighbor
