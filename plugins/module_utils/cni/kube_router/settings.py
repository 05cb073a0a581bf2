# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kube-router's options: defaults, and what this CNI cannot do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...contract.errors import PlanRefused, Refusal, refuse
from ...contract.families import networks_of
from ..base.options import filled
from .flags import OLDEST

if TYPE_CHECKING:
    from ...contract.freeform import JsonObject, Options
    from ...contract.plan import Plan

# "version" decides flags and annotations; "image" defaults to the project's own image of that version.
DEFAULTS = {
    "version": "2.10.0",
    "image": None,
    "image_pull_policy": "IfNotPresent",
    "image_pull_secrets": [],
    "namespace": "kube-system",
    "priority_class": "system-node-critical",
    "tolerations": [
        {"effect": "NoSchedule", "operator": "Exists"},
        {"key": "CriticalAddonsOnly", "operator": "Exists"},
        {"effect": "NoExecute", "operator": "Exists"},
    ],
    "resources": {"requests": {"cpu": "250m", "memory": "250Mi"}},
    "api_server": None,
    "cni": True,
    "firewall": True,
    "service_proxy": False,
    "load_balancer": False,
    "advertise_cluster_ip": False,
    "advertise_external_ip": True,
    "advertise_loadbalancer_ip": True,
    "advertise_pod_cidr": True,
    "services": {},
    "graceful_restart_deferral_time": 10,
    "health_port": 20244,
    "metrics_port": 0,
    "log_level": 0,
    "peers": [],
    "extra_args": [],
}

DUAL_STACK_SINCE = (2, 0, 0)
LOCAL_ADDRESSES_SINCE = (1, 6, 0)
PEERS_ANNOTATION_SINCE = (2, 7, 0)
IMPORT_REJECT_IPV6_SINCE = (2, 10, 0)
BFD_SINCE = (2, 11, 0)

_PRIVATE_ASNS = ((64512, 65535), (4200000000, 4294967294))
# pkg/bgp/peer_config.go, validateASN: a peer in any other AS ends kube-router's BGP server
TAKEN_PEER_ASNS = ((1, 23455), (23457, 63999), (64512, 65534), (131072, 4294967294))
_HOLD_RANGE = (3, 65536)


def version(options: Options) -> tuple[Any, ...]:
    """The release as numbers, ``(2, 10, 0)``; PlanRefused for a text that is no release."""
    found = re.fullmatch(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?", str(options["version"]), re.ASCII)
    if not found:
        rule = f"{options['version']!r} is no release of kube-router"
        raise PlanRefused(Refusal(rule, "write it like 2.10.0", "kube_router.version"))
    return tuple(int(part or 0) for part in found.groups())


def peers_with(asn: int) -> bool:
    """Whether kube-router takes a peer in this AS, a leaf among them."""
    return any(low <= asn <= high for low, high in TAKEN_PEER_ASNS)


def is_too_old(text: str) -> bool:
    """Whether the white paper excludes a release, because of kube-router's issue 1323: those before 1.5.1, and what
    came before that was released (``1.5.1-rc1``).
    """
    release = version({"version": text})
    return release < OLDEST or (release == OLDEST and "-" in text.partition("+")[0])


def tag(text: str) -> str:
    """The tag of a release's image: ``v2.11.0-rc1``; what stands behind a plus is not of it."""
    _release, dash, before = text.partition("+")[0].partition("-")
    return "v" + ".".join(map(str, version({"version": text}))) + dash + before


def families(plan: Plan) -> list[Any]:
    """The address families in which the nodes peer: ``["ipv4"]``, ``["ipv6"]`` or both."""
    found = {peer["family"] for node in plan["nodes"].values() for peer in node["peers"]}
    found |= {family_of(prefix) for prefix in plan["networks"].get("node") or []}
    return sorted(found)


def family_of(prefix: str) -> str:
    """``ipv6`` for an address or prefix with colons, else ``ipv4``."""
    return "ipv6" if ":" in prefix else "ipv4"


def networks(plan: Plan, kind: str) -> list[Any]:
    """The plan's networks of a kind, in the families that the nodes speak (kube-router refuses to start on others)."""
    return [prefix for prefix in networks_of(plan, kind) if family_of(prefix) in families(plan)]


def settings(plan: Plan) -> JsonObject:
    """The plan's ``kube_router`` options with every default filled in, checked against what kube-router can do."""
    options = filled(plan.get("kube_router"), "kube_router", DEFAULTS)
    number = version(options)
    options["image"] = options["image"] or "docker.io/cloudnativelabs/kube-router:" + tag(str(options["version"]))
    _check_speaker(plan)
    if is_too_old(str(options["version"])):
        excluded = "is one of those that the white paper excludes (kube-router issue 1323)"
        rule = f"kube-router {options['version']} {excluded}"
        raise PlanRefused(Refusal(rule, "use 1.5.1 or later", "kube_router.version", plan["cluster"]))
    if "ipv6" in families(plan) and number < DUAL_STACK_SINCE:
        rule = f"kube-router {options['version']} peers in IPv4 only"
        remedy = "IPv6 needs 2.0.0 or later (kubefabric_cluster.kube_router.version)"
        raise PlanRefused(Refusal(rule, remedy, cluster=plan["cluster"]))
    return options


def _check_speaker(plan: Plan) -> None:
    """The limits of kube-router's BGP speaker (v2.10, NewNetworkRoutingController)."""
    cluster, asn, hold = plan["cluster"], plan["asn"], plan["bgp"]["hold"]
    found = []
    if not any(low <= asn <= high for low, high in _PRIVATE_ASNS):
        remedy = "use one of 64512 to 65535 or 4200000000 to 4294967294"
        found.append(Refusal(f"kube-router takes only private AS numbers, not {asn}", remedy, "asn", cluster))
    if not _HOLD_RANGE[0] <= hold <= _HOLD_RANGE[1]:
        rule = f"kube-router does not take {hold} seconds"
        found.append(Refusal(rule, "give 3 to 65536", "bgp.hold", cluster))
    other = {name: node["asn"] for name, node in plan["nodes"].items() if node["asn"] != asn}
    if other:
        rule = f"all nodes of a kube-router cluster are in one AS, {asn}"
        remedy = ", ".join(f"{name} is in {number}" for name, number in sorted(other.items()))
        found.append(Refusal(rule, remedy, cluster=cluster))
    refuse(found)
