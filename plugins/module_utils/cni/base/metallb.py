# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MetalLB: peers of its own speaker, beside a CNI that peers itself. Pure.

Two addresses have one BGP session between them: MetalLB's to a leaf and the CNI's put each other out (RFC 4271, section
6.8; MetalLB's documentation, "Issues with Calico", "Issues with kube-router"). Beside FRR-K8s MetalLB writes
FRRConfigurations instead, which are merged (ovn_kubernetes.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .peerings import address_of
from .view import View, finding, listed

if TYPE_CHECKING:
    from ...contract.freeform import JsonObject
    from ...contract.kubernetes import ToRead

PEERS = "metallb_peers"
_PORT = 179


def kinds() -> dict[str, ToRead]:
    """What to read."""
    return {PEERS: {"api_version": "metallb.io/v1beta2", "kind": "BGPPeer"}}


def found(view: View) -> Any:
    """One Finding per object. Without nodeSelectors a peer is for all nodes; one in a VRF has an address of its own."""
    for item in view.objects.get(PEERS) or []:
        spec = item.get("spec") or {}
        address = address_of(spec.get("peerAddress"))
        if address is None or spec.get("vrf") or (spec.get("peerPort") or _PORT) != _PORT:
            continue
        nodes = view.meeting(_selected(view, spec), address)
        if not nodes:
            continue
        leaf = view.peers(nodes[0])[address]
        name, namespace = item["metadata"]["name"], item["metadata"].get("namespace")
        yield finding(
            item,
            f"lets MetalLB's speaker on {listed(nodes)} open a session of its own with {leaf} ({address}), and one of "
            "it and ours alone can be up",
            "Announce MetalLB's pools by this collection (networks.external_service), and remove it: "
            f"kubectl delete bgppeers.metallb.io -n {namespace} {name}",
        )


def _selected(view: View, spec: JsonObject) -> list[Any]:
    selectors = spec.get("nodeSelectors") or [{}]
    taken = {name for selector in selectors for name in view.by_labels(selector)}
    return [name for name in view.labels if name in taken]
