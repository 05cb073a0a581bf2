# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calico's options: defaults filled in, and names as Calico's API spells them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...objects.ownership import KEEP_ANNOTATION
from ..base import password_secret
from ..base.options import filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...contract.freeform import Fields, Json, JsonObject
    from ...contract.plan import Plan

API = "projectcalico.org/v3"
# Namespace of the calico-node pods, by the way in which Calico was installed.
NAMESPACES = {"operator": "calico-system", "manifest": "kube-system"}

DEFAULTS: dict[Any, Any] = {
    "version": None,
    "install": "operator",
    "namespace": None,
    "manage_pools": True,
    "registry": None,
    "image_pull_secrets": [],
    "block_size": 26,
    "block_size_ipv6": 122,
    "pools": [],
    "log_severity": "Info",
    "listen_port": None,
    "bind_mode": None,
    "ignored_interfaces": [],
    "advertise_cluster_ips": True,
    "advertise_external_ips": True,
    "advertise_loadbalancer_ips": True,
    "load_balancer_aggregation": True,
    "communities": [],
    "prefix_advertisements": [],
    "password_secret": {},
    "leaf_peers": {},
    "peers": [],
    "filters": {},
    "route_reflectors": {},
    "nodes": {},
    "node_status": True,
    "node_status_period": 10,
}
LEAF_PEERS = {"restrict": True, "accept": [], "filters": []}

# Our names where they are not the API's in snake case.
_SPELLINGS = {
    "asn": "asNumber",
    "local_asn": "localASNumber",
    "num_allowed_local_asns": "numAllowedLocalASNumbers",
    "peer_ip": "peerIP",
    "ttl_security": "ttlSecurity",
    "as_path_prefix": "asPathPrefix",
    "prepend_as_path": "prependASPath",
    "disable_bgp_export": "disableBGPExport",
}


def settings(plan: Plan) -> JsonObject:
    """The plan's ``calico`` options with every default filled in. Raises ClusterError for an unknown one."""
    options = filled(without_nothing(plan.get("calico") or {}), "calico", DEFAULTS)
    options["namespace"] = options["namespace"] or NAMESPACES[options["install"]]
    options["password_secret"] = password_secret.settings(options["password_secret"])
    options["leaf_peers"] = {**LEAF_PEERS, **options["leaf_peers"]}
    return options


def without_nothing(given: Json) -> Any:
    """A copy without keys whose value is None, at every depth: what the intent leaves open."""
    if isinstance(given, dict):
        return {key: without_nothing(value) for key, value in given.items() if value is not None}
    return [without_nothing(item) for item in given] if isinstance(given, list) else given


def spelled(given: Fields, names: tuple[Any, ...]) -> JsonObject:
    """The options of these names that are there, with the names that Calico's API gives them."""
    return {_spelling(name): given[name] for name in names if given.get(name) is not None}


def _spelling(name: str) -> str:
    return _SPELLINGS.get(name) or re.sub(r"_([a-z0-9])", lambda hit: hit[1].upper(), name)


def resource(kind: str, name: str, spec: JsonObject, labels: Mapping[str, str] | None = None) -> JsonObject:
    """One cluster-wide resource of projectcalico.org/v3."""
    metadata = {"name": name, **({"labels": labels} if labels else {"annotations": {KEEP_ANNOTATION: "true"}})}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}


def reflector_hosts(options: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(host, key, address) of the addresses of hosts beside the cluster that reflect routes, as the intent has them."""
    hosts = (options.get("route_reflectors") or {}).get("hosts") or {}
    return [
        (name, f"calico.route_reflectors.hosts.{name}.addresses", text)
        for name, host in hosts.items()
        for text in host["addresses"] or []
    ]
