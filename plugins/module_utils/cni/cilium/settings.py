# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cilium's options: defaults, and what the release of the cluster cannot do."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

from ...contract.errors import PlanRefused, Refusal, refuse
from ..base import password_secret
from ..base.options import filled

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject, Options
    from ...contract.plan import Plan

PEERING_POLICY = "peering_policy"

DEFAULTS: dict[Any, Any] = {
    "version": "1.20.2",
    "api": None,
    "namespace": "kube-system",
    "secrets_namespace": "kube-system",
    "password_secret": {},
    "api_server": None,
    "kube_proxy_replacement": True,
    "ipam": "cluster-pool",
    "pod_mask_ipv4": None,
    "pod_mask_ipv6": None,
    "load_balancer_algorithm": "maglev",
    "load_balancer_pools": None,
    "hubble": True,
    "operator_replicas": 2,
    "helm_values": None,
    "advertise_cluster_ip": False,
    "advertise_external_ip": True,
    "advertise_loadbalancer_ip": True,
    "advertise_pod_cidr": True,
    "service_selector": None,
    "communities": [],
    "connect_retry": 5,
    "ebgp_multihop": None,
    "listen_port": None,
    "pin_local_addresses": True,
    "source_interface": None,
    "nodes": {},
}

# the key is what Cilium reads
SECRET = {"name": "kubefabric-bgp", "key": "password"}
# The first and the last release of each API: v2alpha1 came with 1.16 and became v2 in 1.18 (Cilium's pull request
# 37765); the old policy was removed in 1.19 (42278), and took a password from 1.15 on (23759).
APIS = {"v2": ((1, 18), None), "v2alpha1": ((1, 16), (1, 20)), PEERING_POLICY: ((1, 14), (1, 18))}
# The first release whose definitions have a field (pkg/k8s/apis/cilium.io/client/crds of each release's last version;
# tests compare every release's own definitions with what the options make):
# neighbors[].authSecretRef, .families and .advertisedPathAttributes of CiliumBGPPeeringPolicy
PASSWORD_SINCE = FAMILIES_SINCE = COMMUNITIES_SINCE = (1, 15)
# ... of these the well-known ones
WELL_KNOWN_SINCE = (1, 16)
# blocks, ranges in them, and allowFirstLastIPs of CiliumLoadBalancerIPPool
BLOCKS_SINCE = (1, 15)
# bgpInstances[].localPort of CiliumBGPClusterConfig; a node's override has had one from the start
PORT_SINCE = (1, 18)
# transport.sourceInterface of CiliumBGPPeerConfig
SOURCE_INTERFACE_SINCE = (1, 19)
# An allocator cuts at most 2^16 networks out of an IPv6 one (Kubernetes' cidrset, clusterSubnetMaxDiff).
IPV6_BITS = 16
MASKS = {"ipv4": 24, "ipv6": 120}
# timers.holdTimeSeconds of CiliumBGPPeerConfig
HOLD_MOST = 65535


def version(options: Options) -> tuple[Any, ...]:
    """The release's first two numbers, ``(1, 20)``; PlanRefused for a text that is no release."""
    found = re.fullmatch(r"v?(\d+)\.(\d+)(?:\.\d+)?(?:[-+.].*)?", str(options["version"]))
    if not found:
        rule = f"{options['version']!r} is no release of Cilium"
        raise PlanRefused(Refusal(rule, "write it like 1.20.2", "cilium.version"))
    return int(found[1]), int(found[2])


def api_of(release: tuple[int, ...]) -> str:
    """The API that a release's own guide describes."""
    return next(api for api, (since, _last) in APIS.items() if release >= since or api == PEERING_POLICY)


def settings(plan: Plan) -> JsonObject:
    """The plan's ``cilium`` options with every default filled in, checked against what the release can do."""
    options = filled(plan.get("cilium"), "cilium", DEFAULTS)
    options["password_secret"] = password_secret.settings(options["password_secret"], **SECRET)
    options["api"] = options["api"] or api_of(version(options))
    found = complaints(plan["bgp"], options)
    refuse([Refusal(rule, remedy, key, plan["cluster"]) for key, rule, remedy in found])
    return options


def complaints(bgp: Fields, options: Options) -> list[Any]:
    """What this Cilium cannot do: ``[(key, rule, remedy)]``. ``bgp`` are the sessions' settings as in a plan."""
    release, api, text = version(options), options["api"], options["version"]
    first, last = APIS[api]
    found = []
    if release < APIS[PEERING_POLICY][0]:
        found.append(("cilium.version", f"Cilium {text} has neither timers nor graceful restart", "use 1.14 or later"))
    elif release < first or (last and release > last):
        remedy = f"remove it: {api_of(release)} is the API of {text}"
        found.append(("cilium.api", f"Cilium {text} does not serve {api}", remedy))
    if bgp.get("password") and release < PASSWORD_SINCE:
        found.append(("bgp.password", f"Cilium {text} has no passwords", "use 1.15 or later, or remove the password"))
    found += _missing_fields(release, options)
    if not 3 <= (bgp.get("hold") or 0) <= HOLD_MOST:
        found.append(("bgp.hold", f"Cilium does not take {bgp.get('hold')} s", f"give 3 to {HOLD_MOST}"))
    return found


def _missing_fields(release: tuple[int, ...], options: Options) -> list[Any]:
    """Options whose fields the release's definitions do not have: ``[(key, rule, remedy)]``."""
    api, text = options["api"], options["version"]
    found = []
    if options["source_interface"] and api != "v2":
        found.append(("cilium.source_interface", f"the API {api} has no such field", "remove it, or use v2"))
    elif options["source_interface"] and release < SOURCE_INTERFACE_SINCE:
        found.append(("cilium.source_interface", f"Cilium {text} has no such field", "remove it, or use 1.19 or later"))
    if api == PEERING_POLICY and release < COMMUNITIES_SINCE and options["communities"]:
        found.append(("cilium.communities", f"Cilium {text} sends none", "remove them, or use 1.15 or later"))
    elif api == PEERING_POLICY and release < WELL_KNOWN_SINCE:
        found += [
            (f"cilium.communities[{index}]", f"Cilium {text} knows communities by number only", "give its number")
            for index, community in enumerate(options["communities"])
            if ":" not in community
        ]
    for index, pool in enumerate(options["load_balancer_pools"] or () if release < BLOCKS_SINCE else ()):
        found += [
            (
                f"cilium.load_balancer_pools[{index}].blocks[{number}]",
                f"{block} is a range, and Cilium {text} takes networks only",
                "write it as networks",
            )
            for number, block in enumerate(pool["blocks"])
            if "-" in block
        ]
    return found


def pod_mask(given: int | None, family: str, prefixes: list[str]) -> int:
    """The length of a node's pod network: as given, or Cilium's default where the networks allow it."""
    lengths = [ipaddress.ip_network(prefix).prefixlen for prefix in prefixes]
    if given or not lengths:
        return given or MASKS[family]
    most = min(lengths) + IPV6_BITS if family == "ipv6" else MASKS[family]
    return min(MASKS[family], most)
