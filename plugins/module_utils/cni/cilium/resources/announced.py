# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the nodes announce: the Services' selector and addresses, and the communities that the routes carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ....contract.freeform import JsonObject, Options

ADVERTISE_LABEL = "bgp.kubefabric.io/advertise"
# every Service but those that say no: NotIn is true for a Service without the label, too
ALL_SERVICES = {"matchExpressions": [{"key": ADVERTISE_LABEL, "operator": "NotIn", "values": ["false"]}]}
_ADDRESSES = (
    ("advertise_loadbalancer_ip", "LoadBalancerIP"),
    ("advertise_external_ip", "ExternalIP"),
    ("advertise_cluster_ip", "ClusterIP"),
)


def service_addresses(options: Options) -> list[Any]:
    """The kinds of Service addresses that are announced, in Cilium's words."""
    return [address for option, address in _ADDRESSES if options[option]]


def service_selector(options: Options) -> JsonObject:
    """The selector of the Services that are announced."""
    return options["service_selector"] or ALL_SERVICES


def communities(options: Options) -> JsonObject:
    """The communities by Cilium's kinds: standard, large, wellKnown; {} without any."""
    found: dict[Any, Any] = {}
    for text in options["communities"]:
        kind = {1: "wellKnown", 2: "standard", 3: "large"}[len(text.split(":"))]
        found.setdefault(kind, []).append(text)
    return found
