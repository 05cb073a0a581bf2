# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calico: BGPPeers to the leaves' addresses, and a BGPConfiguration that cannot lose its mesh. Pure.

Of several BGPPeers to one address a node takes one: a peer of all nodes first, else whichever comes first (confd,
pkg/backends/calico/client.go, updatePeersV1). The mesh's password and restart time are refused once the mesh is off
(libcalico-go, lib/validator/v3, validateBGPConfigurationSpec). A BGPConfiguration ``node.<name>`` goes before
``default`` in its port, its communities and its log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...objects.ownership import is_ours
from ..base.peerings import peerings
from ..base.view import View, finding, listed
from .selectors import SelectorError, parse
from .settings import API, settings

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject
    from ...contract.kubernetes import Resource, ToRead

BGP_PORT = 179
_NODE = "node."
_MESH = ("nodeMeshPassword", "nodeMeshMaxRestartTime")


def kinds(_plan: Fields) -> dict[str, ToRead]:
    """What to read."""
    return {
        "peers": {"api_version": API, "kind": "BGPPeer"},
        "configurations": {"api_version": API, "kind": "BGPConfiguration"},
    }


def found(view: View) -> Any:
    """One Finding per object."""
    for item in view.objects.get("peers") or []:
        if not is_ours(item):
            yield from _peer(view, item)
    for item in view.objects.get("configurations") or []:
        name = item["metadata"]["name"]
        if name == "default":
            yield from _mesh(item)
        elif name.startswith(_NODE) and name[len(_NODE) :] in view.labels and not is_ours(item):
            yield from _of_node(view, item, name[len(_NODE) :])


def _peer(view: View, item: Resource) -> Any:
    spec, name = item.get("spec") or {}, item["metadata"]["name"]
    address = peerings(item)[0].address
    nodes = view.meeting(_nodes(view, spec), address)
    if address is None or not nodes:
        return
    who = view.peers(nodes[0])[address]
    everywhere = not spec.get("node") and not spec.get("nodeSelector")
    first = (
        "It is for all nodes, goes before ours, and the session is reset once when it goes"
        if everywhere
        else "Ours takes the session up without a reset where password, TTL security and times are the same"
    )
    yield finding(
        item,
        f"makes the session of {listed(nodes)} with {who} ({address}) in place of ours: no filter, other password",
        f"{first}. Accept it for one run, so that ours is there, then remove it: kubectl delete bgppeer {name}",
    )


def _selected(view: View, selector: str) -> list[Any]:
    """The nodes that a selector takes; none where the selector cannot be read."""
    try:
        takes = parse(selector)
    except SelectorError:
        return []
    return [name for name, labels in view.labels.items() if takes(labels) is True]


def _nodes(view: View, spec: JsonObject) -> list[Any]:
    if spec.get("nodeSelector"):
        return _selected(view, spec["nodeSelector"])
    if spec.get("node"):
        return [spec["node"]] if spec["node"] in view.labels else []
    return list(view.labels)


def _of_node(view: View, item: Resource, node: str) -> Any:
    """What a node's own configuration says in place of ``default``, which is ours (confd, updateBGPConfigCache)."""
    spec = item.get("spec") or {}
    port = settings(view.plan)["listen_port"] or BGP_PORT
    wrong = []
    if spec.get("listenPort") not in (None, port):
        wrong.append(f"listenPort {spec['listenPort']}, and the plan says {port}")
    if spec.get("prefixAdvertisements"):
        wrong.append("prefixAdvertisements, by which other communities are announced")
    if wrong:
        name = item["metadata"]["name"]
        yield finding(
            item,
            f"goes before our configuration on {node}: it has {' and '.join(wrong)}",
            f"Set what stays in kubefabric_cluster.calico, and remove it: kubectl delete bgpconfiguration {name}",
        )


def _mesh(item: Resource) -> Any:
    spec = item.get("spec") or {}
    present = [key for key in _MESH if spec.get(key) is not None]
    if not present:
        return
    patch = ", ".join(f'"{key}": null' for key in present)
    yield finding(
        item,
        f"has {' and '.join(present)}, which Calico refuses once the mesh of the nodes is off",
        f"Remove it: kubectl patch bgpconfiguration default --type=merge -p '{{\"spec\": {{{patch}}}}}'. "
        "Sessions of the mesh are reset by that",
    )
