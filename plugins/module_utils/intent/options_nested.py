# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of clusters within clusters: ``workload_peering`` of a parent, ``nested_in`` of a nested cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..contract.freeform import Spec

WORKLOAD_PEERING = {
    "addresses": {
        "type": "list",
        "elements": "str",
        "format": "peering_address",
        "required": True,
        "example": "[169.254.0.179]",
        "description": "The virtual addresses, one per family, at which every node peers with the workloads on it; "
        "in IPv6 a unique local address.",
    },
    "speaker": {
        "type": "str",
        "choices": ["cni", "host"],
        "default": "cni",
        "description": "Who peers: the cluster's CNI, if it can, or a speaker of the host that the role "
        "P(kubefabric.bgp.node_peering#role) runs.",
    },
    "networks": {
        "type": "list",
        "elements": "str",
        "format": "prefix",
        "default": [],
        "example": "[10.16.0.0/12]",
        "description": "Larger networks of which all nested clusters have theirs: the leaves then get these, and "
        "neither they nor the filter towards them change with a nested cluster.",
    },
}


def nested_in(selectors: list[Callable[[str], str]]) -> Spec:
    """The options of ``nested_in``; ``selectors`` are the formats of networks whose clusters can be nested."""
    selector = selectors[0] if selectors else "selector"
    return {
        "cluster": {
            "type": "str",
            "required": True,
            "example": "k8s-prod",
            "description": "The cluster in whose virtual machines this one runs; a host of the group clusters.",
        },
        "workloads": {
            "type": "str",
            "format": selector,
            "description": "Selects its nodes among the parent's workloads by labels (BGPPeer.localWorkloadSelector).",
        },
        "namespace": {
            "type": "str",
            "format": "namespace",
            "description": "Only workloads in this namespace of the parent.",
        },
        "namespace_labels": {
            "type": "dict",
            "fill": False,
            "description": "Only workloads in namespaces of the parent with these labels.",
        },
        "nodes": {
            "type": "str",
            "format": selector,
            "description": "Only workloads on the parent's nodes that this selects (BGPPeer.nodeSelector).",
        },
        "ranges": {
            "type": "list",
            "elements": "str",
            "format": "prefix",
            "default": [],
            "description": "Networks that the virtual machines have their addresses from; the parent's pod networks "
            "where absent. With O(kubefabric_cluster.workload_peering.speaker=host) they tell one nested cluster from "
            "another.",
        },
    }
