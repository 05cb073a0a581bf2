# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Helm values of a Cilium that fits the plan: native routing, no masquerading, no tunnels, BGP.

The white paper's installation ("Cilium routing and BGP configuration") in the option names of today's chart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....contract.errors import Refusal, refuse
from ....contract.families import families, networks
from ..settings import pod_mask
from . import helm

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.plan import Plan


def values(plan: Plan, options: Options) -> JsonObject:
    """The chart's values: those of the plan, and the intent's own. Raises ClusterError where these contradict."""
    found = complaints(plan, options)
    refuse([Refusal(rule, remedy, key) for key, rule, remedy in found])
    return _merged(_planned(plan, options), options["helm_values"] or {})


def complaints(plan: Plan, options: Options) -> list[Any]:
    """The intent's values that contradict the plan's, at every depth: ``[(key, rule, remedy)]``.

    Of a plan it needs ``networks`` and ``nodes``.
    """
    found = _contradictions(_planned(plan, options), options["helm_values"] or {}, "cilium.helm_values")
    return found + helm.complaints(plan, options)


def _contradictions(ours: Fields, given: JsonObject, at: str) -> list[Any]:
    found = []
    for key, value in given.items():
        if isinstance(value, dict) and isinstance(ours.get(key), dict):
            found += _contradictions(ours[key], value, f"{at}.{key}")
        elif key in ours and ours[key] != value and not (ours[key] is True and str(value).lower() == "true"):
            found.append((f"{at}.{key}", f"is {value!r}, but the plan sets {ours[key]!r}", "remove it"))
    return found


def _planned(plan: Plan, options: Options) -> JsonObject:
    """The values that the plan decides."""
    return {
        "bgpControlPlane": {
            "enabled": True,
            "secretsNamespace": {"create": False, "name": options["secrets_namespace"]},
        },
        **_routing(plan),
        "ipam": _ipam(plan, options),
        **_services(options),
        **_server(options),
        "operator": {"replicas": options["operator_replicas"]},
        "hubble": _hubble(options),
    }


def _routing(plan: Plan) -> JsonObject:
    """Pods are reached through the leaves by their own addresses; nodes need no routes to each other's pods."""
    result: dict[Any, Any] = {
        "routingMode": "native",
        "autoDirectNodeRoutes": False,
        "endpointRoutes": {"enabled": True},
    }
    for family, name in (("ipv4", "IPv4"), ("ipv6", "IPv6")):
        result[family] = {"enabled": family in families(plan)}
        result[f"enable{name}Masquerade"] = False
        pods = networks(plan, "pod", family)
        if len(pods) == 1:  # the chart takes one; without masquerading it decides nothing else
            result[f"{family}NativeRoutingCIDR"] = pods[0]
    return result


def _ipam(plan: Plan, options: Options) -> JsonObject:
    if options["ipam"] != "cluster-pool":
        return {"mode": options["ipam"]}
    operator: dict[Any, Any] = {}
    for family, name in (("ipv4", "IPv4"), ("ipv6", "IPv6")):
        pods = networks(plan, "pod", family)
        if pods:
            operator[f"clusterPool{name}PodCIDRList"] = pods
            operator[f"clusterPool{name}MaskSize"] = pod_mask(options[f"pod_mask_{family}"], family, pods)
    return {"mode": "cluster-pool", "operator": operator}


def _services(options: Options) -> JsonObject:
    result: dict[Any, Any] = {
        "kubeProxyReplacement": options["kube_proxy_replacement"],
        "loadBalancer": {"algorithm": options["load_balancer_algorithm"]},
    }
    if options["advertise_cluster_ip"]:
        result["bpf"] = {"lbExternalClusterIP": True}  # or nodes would drop what comes for these from outside
    return result


def _server(options: Options) -> JsonObject:
    if not options["api_server"]:
        return {}
    host, _separator, port = options["api_server"].rpartition(":")
    return {"k8sServiceHost": host.strip("[]"), "k8sServicePort": int(port)}


def _hubble(options: Options) -> JsonObject:
    if not options["hubble"]:
        return {"enabled": False}
    return {"enabled": True, "relay": {"enabled": True}, "ui": {"enabled": True}}


def _merged(ours: Fields, given: JsonObject) -> JsonObject:
    """Both, at every depth."""
    result = dict(ours)
    for key, value in given.items():
        deeper = isinstance(value, dict) and isinstance(ours.get(key), dict)
        result[key] = _merged(ours[key], value) if deeper else value
    return result
