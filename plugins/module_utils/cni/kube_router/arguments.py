# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of kube-router: the white paper's arguments, and what else the plan decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...contract.errors import Refusal, refuse
from .extra import complaints
from .settings import DUAL_STACK_SINCE, families, networks, version

if TYPE_CHECKING:
    from ...contract.freeform import Json, JsonObject, Options
    from ...contract.plan import Plan


def arguments(plan: Plan, options: Options) -> list[Any]:
    """The arguments of the agent on every node, in a fixed order. Raises ClusterError for a wrong extra argument."""
    mine = flags(plan, options)
    extra = [str(argument) for argument in options["extra_args"]]
    found = complaints(extra, version(options), mine)
    refuse([Refusal(rule, remedy, "kube_router.extra_args") for _index, rule, remedy in found])
    return [text for name, value in mine.items() for text in _text(name, value)] + extra


def flags(plan: Plan, options: Options) -> JsonObject:
    """The flags that the plan sets, by name; of a plan it needs ``asn``, ``bgp``, ``networks`` and ``nodes``."""
    return {
        **_duties(options),
        **_routing(plan, options),
        **_speaker(plan, options),
        **_ranges(plan, options),
        **_operations(options),
    }


def _duties(options: Options) -> JsonObject:
    """What this agent does besides routing."""
    return {
        "run-router": True,
        "run-firewall": options["firewall"],
        "run-service-proxy": options["service_proxy"],
        **({"run-loadbalancer": True} if options["load_balancer"] else {}),
        "enable-cni": options["cni"],
    }


def _routing(plan: Plan, options: Options) -> JsonObject:
    """One AS, no mesh, no tunnels, no NAT (Cisco's white paper, "Kube-Router routing and BGP configuration")."""
    dual_stack = version(options) >= DUAL_STACK_SINCE
    spoken = families(plan)
    return {
        "cluster-asn": plan["asn"],
        "advertise-cluster-ip": options["advertise_cluster_ip"],
        "advertise-external-ip": options["advertise_external_ip"],
        "advertise-loadbalancer-ip": options["advertise_loadbalancer_ip"],
        "advertise-pod-cidr": options["advertise_pod_cidr"],
        "enable-ibgp": False,
        "enable-overlay": False,
        "enable-pod-egress": False,
        "override-nexthop": True,
        **({"enable-ipv4": "ipv4" in spoken, "enable-ipv6": "ipv6" in spoken} if dual_stack else {}),
    }


def _speaker(plan: Plan, options: Options) -> JsonObject:
    """Timers and restart. GoBGP sends keepalives at a third of the negotiated hold time, so hold 3 s means 1 s."""
    bgp = plan["bgp"]
    result = {"bgp-holdtime": f"{bgp['hold']}s", "bgp-graceful-restart": bool(bgp.get("graceful_restart"))}
    if bgp.get("graceful_restart"):
        # Without a limit below the leaf's stale interval, one dead leaf makes a restarted node announce nothing to
        # the other one until the default of six minutes is over, after the leaf has dropped its stale routes.
        result["bgp-graceful-restart-time"] = f"{bgp.get('graceful_restart_time', 120)}s"
        result["bgp-graceful-restart-deferral-time"] = f"{options['graceful_restart_deferral_time']}s"
    if (plan["networks"].get("node") or ["0.0.0.0/0"])[0].count(":"):
        result["router-id"] = "generate"  # there is no IPv4 address to take it from
    return result


def _ranges(plan: Plan, options: Options) -> JsonObject:
    """The services' ranges; since 2.8 addresses outside of them are neither announced nor served."""
    result = {"service-cluster-ip-range": networks(plan, "service")}
    external = networks(plan, "external_service")
    result["service-external-ip-range"] = external
    if version(options) >= DUAL_STACK_SINCE:
        result["loadbalancer-ip-range"] = external
    return result


def _operations(options: Options) -> JsonObject:
    """Health, metrics and logging."""
    return {
        # A Service made at the same moment as another one may be left out until the next full synchronization.
        "routes-sync-period": "60s",
        "health-port": options["health_port"],
        **({"metrics-port": options["metrics_port"]} if options["metrics_port"] else {}),
        **({"v": options["log_level"]} if options["log_level"] else {}),
    }


def _text(name: str, value: Json) -> list[Any]:
    """One flag as arguments: booleans in Go's spelling, a list as one argument per item."""
    if isinstance(value, list):
        return [f"--{name}={item}" for item in value]
    if isinstance(value, bool):
        return [f"--{name}={'true' if value else 'false'}"]
    return [f"--{name}={value}"]
