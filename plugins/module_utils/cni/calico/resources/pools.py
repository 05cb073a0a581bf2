# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where pods' addresses come from: the operator's Installation, or the IPPools of a manifest installation.

No overlay and no NAT, because the fabric routes pods' addresses (Cisco's white paper, "Calico routing and BGP
configuration"), unless a pool is kept from BGP. Neither is ever deleted: the addresses of running pods are in them.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from ....contract.families import families, family_of
from ....objects.ownership import KEEP_ANNOTATION
from ..settings import resource, spelled

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.plan import Plan

_BLOCK_SIZE = {"ipv4": "block_size", "ipv6": "block_size_ipv6"}
FOR_SERVICES = "LoadBalancer"  # of IPPoolSpec.allowedUses
# IPPool.vxlanMode, by the operator's word
_VXLAN = {"VXLAN": "Always", "VXLANCrossSubnet": "CrossSubnet"}
# The name by which the operator and the manifests make their pool: it is changed, not doubled.
_FIRST = {False: "default-{}-ippool", True: "loadbalancer-{}-ippool"}


def pools(plan: Plan, options: Options) -> list[Any]:
    """The Installation with all pools, or one IPPool each; nothing where another tool manages them."""
    if not options["manage_pools"]:
        return []
    wanted = planned(plan, options)
    if options["install"] == "operator":
        return [installation(plan, options, wanted)]
    return [resource("IPPool", pool["name"], _pool(pool)) for pool in wanted]


def planned(plan: Plan, options: Options) -> list[Any]:
    """Every pool with name, cidr and block_size, and what else the intent says of it."""
    given = options["pools"] or [{"cidr": network} for network in plan["networks"].get("pod") or []]
    return [
        {
            "block_size": _fitting(pool["cidr"], options[_BLOCK_SIZE[family_of(pool["cidr"])]]),
            "node_selector": "all()",
            **pool,
            "name": name,
        }
        for pool, name in zip(given, names(given))
    ]


def names(given: list[Any]) -> list[Any]:
    """The names of pools, in their order: their own, or one by use, family and place among those of both."""
    counts: dict[Any, Any] = {}
    result = []
    for pool in given:
        kind = (FOR_SERVICES in (pool.get("allowed_uses") or []), family_of(pool["cidr"]))
        counts[kind] = counts.get(kind, 0) + 1
        first = _FIRST[kind[0]].format(kind[1])
        result.append(pool.get("name") or (first if counts[kind] == 1 else f"{first}-{counts[kind]}"))
    return result


def _fitting(cidr: str, size: int) -> int:
    """A pool smaller than a block is one block."""
    return max(size, ip_network(cidr).prefixlen)


def installation(plan: Plan, options: Options, wanted: list[Any]) -> JsonObject:
    """The operator's Installation, with the fields of the network and of the registry alone."""
    network = {"bgp": "Enabled", "ipPools": [_operator_pool(pool) for pool in wanted], **_autodetection(plan)}
    spec: dict[Any, Any] = {"calicoNetwork": network}
    if options["registry"]:
        spec["registry"] = options["registry"]
    if options["image_pull_secrets"]:
        spec["imagePullSecrets"] = [{"name": name} for name in options["image_pull_secrets"]]
    return {
        "apiVersion": "operator.tigera.io/v1",
        "kind": "Installation",
        "metadata": {"name": "default", "annotations": {KEEP_ANNOTATION: "true"}},
        "spec": spec,
    }


def _autodetection(plan: Plan) -> JsonObject:
    """Nodes peer from their address in the node network; an IPv6 address is not even looked for otherwise."""
    return {
        f"nodeAddressAutodetectionV{family[-1]}": {
            "cidrs": [network for network in plan["networks"]["node"] if family_of(network) == family]
        }
        for family in families(plan)
        if plan["networks"].get("node")
    }


def _operator_pool(pool: Fields) -> JsonObject:
    more = spelled(pool, ("disable_bgp_export", "assignment_mode", "allowed_uses"))
    return {
        "name": pool["name"],
        "cidr": pool["cidr"],
        "blockSize": pool["block_size"],
        "encapsulation": pool.get("encapsulation") or "None",
        "natOutgoing": "Enabled" if pool.get("nat_outgoing") else "Disabled",
        "nodeSelector": pool["node_selector"],
        **more,
    }


def _pool(pool: Fields) -> JsonObject:
    more = spelled(pool, ("disable_bgp_export", "assignment_mode", "allowed_uses"))
    return {
        "cidr": pool["cidr"],
        "blockSize": pool["block_size"],
        "ipipMode": "Never",
        "vxlanMode": _VXLAN.get(pool.get("encapsulation") or "None", "Never"),
        "natOutgoing": bool(pool.get("nat_outgoing")),
        "nodeSelector": pool["node_selector"],
        **more,
    }
