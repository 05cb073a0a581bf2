# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes have the same peers, and how a resource selects them."""

from __future__ import annotations

import hashlib
import re
from collections import namedtuple
from typing import TYPE_CHECKING, Any

from ...contract import peers as contract_peers
from ...contract.errors import Refusal, refuse

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject
    from ...contract.plan import Plan

NODE_LABEL = "bgp.kubefabric.io/node"
PREFIX = "kubefabric-"
ALL = "all-nodes"
_LABEL_LENGTH = 63

# name: of the resource that serves the group; labels: of its nodes; nodes: their names; peers: as in the plan
Group = namedtuple("Group", "name labels nodes peers")


def groups(plan: Plan, node_label: str = NODE_LABEL) -> list[Any]:
    """The plan's nodes by what they peer with.

    With floating SVI or routers all nodes of a rack have the same peers, and the rack's label selects them; without
    racks all nodes do, and no label is needed. With standard SVI every node has peers of its own, and ``node_label``
    with its name selects it. Raises ClusterError.
    """
    racks: dict[Any, Any] = {}
    for name, node in plan["nodes"].items():
        racks.setdefault(node.get("rack_id"), []).append(name)
    found = [group for rack, names in racks.items() for group in _of_rack(plan, rack, names, node_label)]
    taken: dict[Any, Any] = {}
    refuse(
        [
            Refusal(
                f"{_what(taken[group.name])} and {_what(group)} would both be served by the resource {group.name}",
                "give the racks labels that differ in more than case and punctuation",
                cluster=plan["cluster"],
            )
            for group in found
            if taken.setdefault(group.name, group) is not group
        ]
    )
    return found


def own_label(plan: Plan, name: str, found: list[Any]) -> JsonObject:
    """The labels that a node needs besides the rack's, so that its group selects it."""
    group = next(group for group in found if name in group.nodes)
    return {key: value for key, value in group.labels.items() if key != plan["rack_label"]}


def resource_name(text: str) -> str:
    """A name for a resource (RFC 1123 subdomain) from a rack's label or a node's name."""
    return PREFIX + re.sub(r"[^a-z0-9.-]", "-", text.lower())


def peer_name(peer: Fields) -> str:
    """The name of a peer: unique in its group, and the same whatever the addresses are."""
    return contract_peers.slug(peer)


def label_value(name: str) -> str:
    """A node's name as a label's value: as it is, or cut and made unique where it is longer than a value may be."""
    if len(name) <= _LABEL_LENGTH:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"{name[: _LABEL_LENGTH - 11].rstrip('.-')}-{digest}"


def rack_labels(plan: Plan, name: str) -> JsonObject:
    """The label by which a node's rack is known; none where the fabric has no racks."""
    rack = plan["nodes"][name].get("rack_id")
    return {} if rack is None else {plan["rack_label"]: str(rack)}


def _of_rack(plan: Plan, rack: str | None, names: list[str], node_label: str) -> list[Any]:
    views = [_view(plan["nodes"][name]["peers"]) for name in names]
    if all(view == views[0] for view in views):
        peers = plan["nodes"][names[0]]["peers"]
        return [Group(resource_name(ALL if rack is None else str(rack)), rack_labels(plan, names[0]), names, peers)]
    return [
        Group(resource_name(name), {node_label: label_value(name)}, [name], plan["nodes"][name]["peers"])
        for name in names
    ]


def _view(peers: list[Any]) -> list[Any]:
    """The peers without the node's own addresses."""
    return [{key: value for key, value in peer.items() if key != "local_address"} for peer in peers]


def _what(group: Group) -> str:
    return ", ".join(f"{key}={value}" for key, value in group.labels.items()) or "all nodes"
