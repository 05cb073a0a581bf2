# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes, clusters and border leaves that were planned before and that the inventory lacks now.

A host that is disabled, not synchronized or in another slice of a job is absent from the inventory as one that was
removed, and so is a leaf whose variables are not there. Only the user knows which; ``kubefabric_remove`` says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..contract.findings import Findings
from ..intent.model import FABRIC_AT, natural
from .redesign import named

if TYPE_CHECKING:
    from ..contract.freeform import Json

VARIABLE = "kubefabric_remove"
# sections of the allocations that name a cluster's nodes and border leaves
NODES = ("nodes", "vlans", "members")
LEAVES = ("leaves", "border_leaves")
# how the variable names a leaf, so that it is not taken for a node
LEAF = re.compile(r"leaf-([0-9]{1,4})")


@dataclass
class _Lost:
    """What the inventory lacks, nodes and leaves by cluster, and the names that the variable lists for removal."""

    nodes: dict[str, set[str]]
    leaves: dict[str, set[str]]
    clusters: set[str]
    to_remove: list[str]

    @property
    def names(self) -> set[str]:
        """All that is gone, as ``remove`` names it."""
        leaves = {_leaf_name(leaf) for gone in self.leaves.values() for leaf in gone}
        return self.clusters.union(leaves, *self.nodes.values())

    @property
    def command(self) -> str:
        """One argument for everything that is gone: of several only the last would count."""
        return f"-e {VARIABLE}={_listed(self.names, ',')}"


def check(
    found: Json,
    members: Mapping[str, Collection[str]],
    leaves: Mapping[str, Collection[str]],
    remove: object,
    findings: Findings,
) -> None:
    """A mistake for what the allocations have, the inventory lacks and ``remove`` does not name.

    ``found`` are the allocations of earlier runs, ``members`` the inventory's nodes by cluster, of all fabrics,
    ``leaves`` the IDs, as text, of the border leaves of each cluster that could be planned.
    """
    kept = found if isinstance(found, Mapping) else {}
    lost = _Lost(
        nodes={name: _names(kept[name], NODES) - set(members[name]) for name in kept if name in members},
        leaves={name: _names(kept[name], LEAVES) - set(leaves[name]) for name in kept if name in leaves},
        clusters={str(name) for name in kept} - set(members),
        to_remove=named(remove),
    )
    for name in sorted(lost.nodes, key=natural):
        _check_nodes(name, lost, findings)
    for name in sorted(lost.leaves, key=natural):
        _check_leaves(name, lost, findings)
    _check_clusters(lost, findings)
    _check_names(lost, members, set(leaves) == set(kept) - lost.clusters, findings)


def _check_leaves(cluster: str, lost: _Lost, findings: Findings) -> None:
    at = f"{FABRIC_AT}.racks"
    going = {leaf for leaf in lost.leaves[cluster] if _leaf_name(leaf) in lost.to_remove}
    refused = lost.leaves[cluster] - going
    if refused:
        findings.add(
            at,
            f"cluster {cluster} had {_leaf_words(refused)}, and no rack of its nodes has {_them(refused)} now: SVIs, "
            "peers and the leaf's part of the L3Out would be removed",
            f"put {_them(refused)} back (in the rack, or under l3out.leaves), or confirm the removal: {lost.command}",
        )
    if going:
        findings.warn(at, f"{_leaf_words(going)} of cluster {cluster} is removed", f"{VARIABLE} says so")


def _leaf_name(leaf: str) -> str:
    return f"leaf-{leaf}"


def _leaf_words(leaves: set[str]) -> str:
    return f"{'leaf' if len(leaves) == 1 else 'leaves'} {_listed(leaves)}"


def _names(entry: Json, sections: Collection[str]) -> set[str]:
    """The names in these sections of a cluster's allocations, of a file that may be damaged."""
    found = [entry.get(section) for section in sections] if isinstance(entry, Mapping) else []
    return {str(name) for section in found if isinstance(section, (Mapping, list)) for name in section}


def _check_nodes(cluster: str, lost: _Lost, findings: Findings) -> None:
    at, gone = f"group {cluster.replace('-', '_')}_nodes", lost.nodes[cluster]
    refused = gone - set(lost.to_remove)
    if refused:
        findings.add(
            at,
            f"cluster {cluster} had {_listed(refused)}, and the inventory does not have {_them(refused)} there: paths, "
            "peers and filters would be removed",
            f"put {_them(refused)} back (disabled, not synchronized, in another slice?), or confirm the removal: "
            f"{lost.command}",
        )
    going = gone & set(lost.to_remove)
    if going:
        findings.warn(at, f"{_listed(going)} of cluster {cluster} is removed", f"{VARIABLE} says so")


def _check_clusters(lost: _Lost, findings: Findings) -> None:
    refused = lost.clusters - set(lost.to_remove)
    if refused:
        findings.add(
            "group clusters",
            f"the inventory had {_listed(refused)}, and does not have {_them(refused)} now: addresses would be freed, "
            "and the other clusters planned without it",
            f"put {_them(refused)} back, or confirm the removal after a teardown: {lost.command}",
        )
    going = lost.clusters & set(lost.to_remove)
    if going:
        findings.warn(
            "group clusters",
            f"{_listed(going)} is removed from the allocations",
            "its objects on the fabric and in the cluster stay: the playbook teardown removes them",
        )


def _check_names(lost: _Lost, members: Mapping[str, Collection[str]], all_planned: bool, findings: Findings) -> None:
    """A name that removes nothing is misspelt, or is left over from an earlier run and would remove too much later.

    Of a leaf that is known only where all clusters could be planned.
    """
    present = {*members, *(node for nodes in members.values() for node in nodes)}
    for name in lost.to_remove:
        if name in lost.names:
            continue
        leaf = LEAF.fullmatch(name)
        if name in present:
            rule = f"{name} is in the inventory"
        elif leaf:
            rule = f"no cluster lost leaf {leaf[1]}"
        else:
            rule = f"{name} was not planned before"
        if all_planned or not leaf or name in present:
            findings.warn(VARIABLE, f"{rule}: nothing is removed for it", "remove the name")


def _listed(names: set[str], separator: str = ", ") -> str:
    return separator.join(sorted(names, key=natural))


def _them(names: set[str]) -> str:
    return "it" if len(names) == 1 else "them"
