# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What foreign objects are compared with: the nodes with their labels, and the leaves' addresses. Pure."""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

from ...common.words import listed, name_of
from ...contract.peers import label
from ...objects.label_selector import HOSTNAME, takes
from .peerings import address_of

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject
    from ...contract.kubernetes import Metadata, Resource
    from ...contract.plan import Plan

__all__ = ["Finding", "View", "finding", "listed", "text"]

# name: of the object, ``BGPPeer 201``. what: what it does, a sentence that goes on after the name. remedy: sentences.
Finding = namedtuple("Finding", "name what remedy")


def text(finding: Finding) -> str:
    """A finding for people."""
    return f"{finding.name} {finding.what}. {finding.remedy}"


def finding(resource: Resource, what: str, remedy: str) -> Finding:
    """A Finding about a resource."""
    return Finding(name_of(resource), what, remedy)


class View:
    """The plan, what was read (``objects``, by name), and who peers with which leaf at which address."""

    def __init__(self, plan: Plan, objects: dict[str, list[Resource]], nodes: list[Resource]) -> None:
        self.plan = plan
        self.objects = objects
        live = {one["metadata"]["name"]: one["metadata"] for one in nodes}
        names = live if "nested_in" in plan else plan["nodes"]
        self.labels = {name: self._labels(name, live.get(name) or {}) for name in names}
        self.metadata = {name: live.get(name) or {} for name in names}

    def _labels(self, name: str, metadata: Metadata) -> JsonObject:
        """A node's labels, and those that it is going to have."""
        node = self.plan["nodes"].get(name)
        rack = node.get("rack_id") if node else None
        ours = {self.plan["rack_label"]: str(rack)} if rack is not None and "rack_label" in self.plan else {}
        return {HOSTNAME: name, **(metadata.get("labels") or {}), **ours}

    def peers(self, name: str) -> JsonObject:
        """``{address: who it is}`` of what a node peers with: its leaves, or a nested cluster's parent."""
        parent = self.plan.get("nested_in")
        if parent:
            return {address_of(text) or text: parent["cluster"] for text in parent["addresses"].values()}
        peers = self.plan["nodes"][name]["peers"]
        return {address_of(peer["address"]) or peer["address"]: label(peer) for peer in peers}

    def meeting(self, names: list[str], address: str | None) -> list[Any]:
        """The nodes among ``names`` that have a session with an address."""
        return [name for name in names if address in self.peers(name)]

    def by_labels(self, selector: Fields | None) -> list[Any]:
        """The nodes that a LabelSelector takes; an empty one takes all."""
        return [name for name, labels in self.labels.items() if takes(selector, labels)]
