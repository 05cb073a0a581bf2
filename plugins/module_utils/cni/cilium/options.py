# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``kubefabric_cluster.cilium``; cni/cilium/settings.py fills in the defaults documented here.

Ranges come from the schemas of Cilium's custom resources (v1.20.2).
"""

from __future__ import annotations

from typing import Any

from ...intent.formats_base import release_of
from ...intent.option import number, per_node, switch
from ...intent.options_secret import of_fixed_key

POOL = {
    "name": {
        "type": "str",
        "required": True,
        "format": "namespace",
        "example": "lb-pool",
        "description": "Name of the pool.",
    },
    "blocks": {
        "type": "list",
        "elements": "str",
        "required": True,
        "format": "address_block",
        "example": "[192.168.3.0/25]",
        "description": "Networks, or ranges such as 192.168.3.10-192.168.3.20, inside networks.external_service.",
    },
    "service_selector": {
        "type": "dict",
        "description": "Label selector of the Services that it serves; all of them where absent.",
    },
    "first_and_last": {
        "type": "bool",
        "default": True,
        "description": "Whether the first and last address of each network are given out (1.15 or later).",
    },
}

NODE = {
    "router_id": {
        "type": "str",
        "format": "router_id",
        "description": "The node's BGP router ID.",
    },
    "listen_port": number(1, 65535, "Port on which the node's speaker listens."),
}

CILIUM: dict[str, Any] = {
    "version": {
        "type": "str",
        "fill": False,
        "default": "1.20.2",
        "format": release_of("a Cilium", "1.20.2"),
        "description": "Cilium's release; the API of its BGP resources follows from it.",
    },
    "api": {
        "type": "str",
        "choices": ["v2", "v2alpha1", "peering_policy"],
        "description": "API of the BGP resources: V(v2) from 1.18 on, V(v2alpha1) in 1.16 and 1.17, V(peering_policy) "
        "(CiliumBGPPeeringPolicy) before 1.16. Give it where a cluster of 1.16 to 1.18 uses an older one still.",
    },
    "namespace": {
        "type": "str",
        "fill": False,
        "default": "kube-system",
        "format": "namespace",
        "description": "Namespace of Cilium.",
    },
    "secrets_namespace": {
        "type": "str",
        "fill": False,
        "default": "kube-system",
        "format": "namespace",
        "description": "Namespace of the Secret with the password (Helm value bgpControlPlane.secretsNamespace.name).",
    },
    "password_secret": {
        "type": "dict",
        "fill": False,
        "options": of_fixed_key("kubefabric-bgp"),
        "description": "The Secret with the sessions' password, key C(password).",
    },
    "api_server": {
        "type": "str",
        "format": "endpoint",
        "description": "host:port of the API server (Helm values k8sServiceHost, k8sServicePort); without kube-proxy "
        "Cilium reaches it by no other address.",
    },
    "kube_proxy_replacement": switch(True, "Serve Services in place of kube-proxy."),
    "ipam": {
        "type": "str",
        "fill": False,
        "default": "cluster-pool",
        "choices": ["cluster-pool", "kubernetes"],
        "description": "Who gives the nodes their pod networks: Cilium's operator, or kube-controller-manager.",
    },
    "pod_mask_ipv4": number(
        8,
        30,
        "Length of a node's IPv4 pod network, with O(kubefabric_cluster.cilium.ipam=cluster-pool); 24 where absent.",
    ),
    "pod_mask_ipv6": number(
        16,
        126,
        "Length of a node's IPv6 pod network, at most 16 bits longer than the network that it is cut from; that, but "
        "at most 120, where absent.",
    ),
    "load_balancer_algorithm": {
        "type": "str",
        "fill": False,
        "default": "maglev",
        "choices": ["maglev", "random"],
        "description": "How a node chooses a Service's backend; V(maglev) chooses the same one on all nodes.",
    },
    "load_balancer_pools": {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "options": POOL,
        "description": "Pools of load balancer addresses; one of all networks.external_service where absent, none with "
        "an empty list.",
    },
    "hubble": switch(True, "Run Hubble with its relay and user interface."),
    "operator_replicas": number(1, 10, "Replicas of Cilium's operator.", default=2),
    "helm_values": {
        "type": "dict",
        "description": "More Helm values, merged into those of the plan; one that the plan sets otherwise is an error.",
    },
    "advertise_cluster_ip": switch(False, "Announce the Services' cluster addresses."),
    "advertise_external_ip": switch(True, "Announce the Services' external addresses."),
    "advertise_loadbalancer_ip": switch(True, "Announce the Services' load balancer addresses."),
    "advertise_pod_cidr": switch(True, "Announce the nodes' pod networks."),
    "service_selector": {
        "type": "dict",
        "description": "Label selector of the Services that are announced; where absent all but those with the label "
        'C(bgp.kubefabric.io/advertise: "false").',
    },
    "communities": {
        "type": "list",
        "elements": "str",
        "fill": False,
        "default": [],
        "format": "any_community",
        "description": "Communities of the routes: 65003:100, large ones 65003:1:2, or a name such as no-export.",
    },
    "connect_retry": number(1, 3600, "Seconds after which a node tries again to connect, at least.", default=5),
    "ebgp_multihop": number(1, 255, "TTL of the packets to the leaves; 1 where absent."),
    "listen_port": number(
        1, 65535, "Port on which the nodes' speakers listen; they only connect to the leaves where it is absent."
    ),
    "pin_local_addresses": switch(
        True, "Bind each session to the node's planned address; off where the kernel shall choose it."
    ),
    "source_interface": {
        "type": "str",
        "format": "interface",
        "description": "Interface whose address the sessions use, in place of the planned addresses; API V(v2), "
        "1.19 or later.",
    },
    "nodes": per_node(NODE, "{node1: {router_id: 10.255.0.1}}"),
}
