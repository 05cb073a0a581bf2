# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The BGPConfiguration ``default``: one AS, no mesh of the nodes, and the services' networks to announce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....contract.families import families, family_of, networks_of
from ..settings import resource, spelled
from . import nested

if TYPE_CHECKING:
    from ....contract.freeform import JsonObject, Options
    from ....contract.plan import Plan


def bgp_configuration(plan: Plan, options: Options) -> JsonObject:
    """The configuration of all nodes; never deleted, because without it Calico meshes its nodes again."""
    external = _networks(plan, "external_service")
    spec = {
        "asNumber": plan["asn"],
        "logSeverityScreen": options["log_severity"],
        "nodeToNodeMeshEnabled": False,
        **spelled(options, ("listen_port", "bind_mode")),
        **nested.configuration(plan),
        **_if("serviceClusterIPs", options["advertise_cluster_ips"], _networks(plan, "service")),
        **_if("serviceExternalIPs", options["advertise_external_ips"], external),
        **_if("serviceLoadBalancerIPs", options["advertise_loadbalancer_ips"], external),
        **_if("ignoredInterfaces", True, options["ignored_interfaces"]),
        **_if("communities", True, options["communities"]),
        **_if("prefixAdvertisements", True, options["prefix_advertisements"]),
    }
    if not options["load_balancer_aggregation"]:
        spec["serviceLoadBalancerAggregation"] = "Disabled"
    return resource("BGPConfiguration", "default", spec)


def _networks(plan: Plan, kind: str) -> list[Any]:
    return [{"cidr": item} for item in networks_of(plan, kind) if family_of(item) in families(plan)]


def _if(name: str, wanted: bool, value: list[Any]) -> JsonObject:
    return {name: value} if wanted and value else {}
