# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``kubefabric_cluster.ovn_kubernetes``; cluster/ovn_kubernetes/settings.py fills in the defaults.

Ranges come from the schemas of FRR-K8s and OVN-Kubernetes (docs/ovn-kubernetes.md names their releases).
"""

from __future__ import annotations

from .options_secret import of_fixed_key

SECRET_NAME = "kubefabric-bgp"


def _switch(default: bool, description: str) -> dict:
    return {"type": "bool", "fill": False, "default": default, "description": description}


def _text(description: str, **more: object) -> dict:
    return {"type": "str", "fill": False, "description": description, **more}


def _number(low: int, high: int, description: str, **more: object) -> dict:
    return {"type": "int", "fill": False, "minimum": low, "maximum": high, "description": description, **more}


RECEIVE = {
    "prefix": _text(
        "A network of the provider's; it alone, unless O(ge) or O(le) is given.",
        format="any_prefix",
        required=True,
        example="172.20.0.0/16",
    ),
    "ge": _number(1, 128, "Take longer prefixes in it, of at least this length."),
    "le": _number(1, 128, "Take longer prefixes in it, up to this length."),
}

NODE = {"router_id": _text("The node's BGP router ID.", format="router_id")}

OVN_KUBERNETES = {
    "version": _text(
        "OVN-Kubernetes' release; the newest where absent. Releases before 1.4 refuse sessions that do not say "
        "C(disableMP), which FRR-K8s itself ignores: it is written for them only.",
        format="ovn_kubernetes_version",
    ),
    "frr_namespace": _text(
        "Namespace of FRR-K8s's daemon, of its FRRConfigurations and of the Secret with the password.",
        format="namespace",
        default="frr-k8s-system",
    ),
    "frr_selector": _text(
        "Label selector of the daemon's pods, for verification.", default="app.kubernetes.io/component=frr-k8s"
    ),
    "password_secret": {
        "type": "dict",
        "fill": False,
        "options": of_fixed_key(SECRET_NAME),
        "description": "The Secret with the sessions' password, of type kubernetes.io/basic-auth, key C(password).",
    },
    "receive": {
        "type": "list",
        "elements": "dict",
        "fill": False,
        "default": [],
        "options": RECEIVE,
        "description": "What nodes take from the leaves: the provider's networks, never the cluster's own; nothing "
        "where absent.",
    },
    "advertise_default_network": _switch(True, "Announce each node's part of the default pod network."),
    "advertise_external_services": _switch(
        False,
        "Announce O(kubefabric_cluster.networks.external_service) as a whole from every node; off where MetalLB "
        "announces single addresses.",
    ),
    "connect_retry": _number(1, 65535, "Seconds after which a node tries again to connect.", default=5),
    "ebgp_multihop": _switch(False, "Allow leaves that are not directly connected."),
    "nodes": {
        "type": "dict",
        "key": "node_name",
        "entry": "node",
        "options": NODE,
        "example": "{node1: {router_id: 10.255.0.1}}",
        "description": "What differs on single nodes.",
    },
}
