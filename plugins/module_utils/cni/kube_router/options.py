# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``kubefabric_cluster.kube_router``; cluster/kube_router.py fills in the defaults documented here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...intent.formats_base import release_of
from ...intent.option import names, number, switch

if TYPE_CHECKING:
    from ...contract.freeform import JsonObject


def _choice(description: str) -> JsonObject:
    return {"type": "bool", "fill": False, "description": description}


# kube-router's annotations kube-router.io/service.advertise.clusterip, .externalip, .loadbalancerip and service.local
SERVICE = {
    "advertise_cluster_ip": _choice("Announce its cluster addresses."),
    "advertise_external_ip": _choice("Announce its external addresses."),
    "advertise_loadbalancer_ip": _choice("Announce its load balancer addresses."),
    "local": _choice(
        "Announce its external and load balancer addresses from nodes with an endpoint alone, whatever its traffic "
        "policy is."
    ),
}

PEER = {
    "address": {
        "type": "str",
        "required": True,
        "format": "address",
        "example": "192.168.50.1",
        "description": "Its address, of a family that the nodes have; the session comes from the node's planned "
        "address of that family.",
    },
    "asn": {
        "type": "int",
        "required": True,
        "format": "asn",
        "example": 65100,
        "description": "Its AS number.",
    },
    "port": number(1, 65535, "Its port; 179 where absent."),
    "password": switch(False, "The session has the password O(kubefabric_cluster.bgp.password)."),
    "bfd": switch(False, "BFD with the intervals of O(kubefabric_cluster.bgp), on which it must be on."),
    "nodes": names("Names of the nodes that peer with it; all of them where absent.", format="node_name"),
}

KUBE_ROUTER: dict[str, Any] = {
    "version": {
        "type": "str",
        "fill": False,
        "default": "2.10.0",
        "format": release_of("a kube-router", "2.10.0"),
        "description": "kube-router's release, 1.5.1 or later; the format of the peers' annotation follows from it.",
    },
    "image": {
        "type": "str",
        "format": "image",
        "description": "Whole image reference, for mirrors; kube-router's own image where absent.",
    },
    "image_pull_policy": {
        "type": "str",
        "fill": False,
        "default": "IfNotPresent",
        "choices": ["Always", "IfNotPresent", "Never"],
        "description": "When a node pulls the image.",
    },
    "image_pull_secrets": {
        "type": "list",
        "elements": "str",
        "format": "resource_name",
        "fill": False,
        "default": [],
        "description": "Names of the Secrets in the namespace with the registry's credentials.",
    },
    "namespace": {
        "type": "str",
        "fill": False,
        "default": "kube-system",
        "format": "namespace",
        "description": "Namespace of kube-router; must exist.",
    },
    "priority_class": {
        "type": "str",
        "fill": False,
        "default": "system-node-critical",
        "format": "priority_class",
        "description": "Priority class of the pods.",
    },
    "tolerations": {
        "type": "list",
        "elements": "dict",
        "description": "Tolerations of the pods; everything is tolerated where absent.",
    },
    "resources": {
        "type": "dict",
        "description": "Requests and limits of the container; 250m CPU and 250Mi memory are requested where absent.",
    },
    "api_server": {
        "type": "str",
        "format": "endpoint",
        "description": "host:port of the API server, where nothing else serves the cluster's own address of it.",
    },
    "cni": switch(True, "Install the CNI configuration of the bridge."),
    "firewall": switch(True, "Enforce network policies."),
    "service_proxy": switch(False, "Proxy services in place of kube-proxy."),
    "load_balancer": switch(False, "Give services of type LoadBalancer addresses of the external service networks."),
    "advertise_cluster_ip": switch(False, "Announce the services' cluster addresses."),
    "advertise_external_ip": switch(True, "Announce the services' external addresses."),
    "advertise_loadbalancer_ip": switch(True, "Announce the services' load balancer addresses."),
    "advertise_pod_cidr": switch(True, "Announce the node's pod network."),
    "services": {
        "type": "dict",
        "key": "namespaced_name",
        "entry": "service",
        "options": SERVICE,
        "example": "{shop/web: {advertise_external_ip: false}}",
        "description": "What is announced of single Services, named namespace/name, in place of the options above: "
        "annotations of Services that exist.",
    },
    "graceful_restart_deferral_time": {
        "type": "int",
        "fill": False,
        "default": 10,
        "minimum": 1,
        "maximum": 64800,
        "description": "Seconds that a restarted node waits for every leaf's routes before it announces its own.",
    },
    "health_port": {
        "type": "int",
        "fill": False,
        "default": 20244,
        "minimum": 0,
        "maximum": 65535,
        "description": "Port of the health check; 0 is off.",
    },
    "metrics_port": {
        "type": "int",
        "fill": False,
        "default": 0,
        "minimum": 0,
        "maximum": 65535,
        "description": "Port of the metrics; 0 is off.",
    },
    "log_level": {
        "type": "int",
        "fill": False,
        "default": 0,
        "minimum": 0,
        "maximum": 10,
        "description": "Verbosity of the log.",
    },
    "peers": {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "default": [],
        "options": PEER,
        "description": "Further peers of the nodes, beside their leaves; they are written into the same annotation.",
    },
    "extra_args": {
        "type": "list",
        "elements": "str",
        "fill": False,
        "default": [],
        "description": "More arguments, each --flag=value. One that the plan sets itself, that the release does not "
        "have, or that ends the sessions with the leaves is an error.",
    },
}
