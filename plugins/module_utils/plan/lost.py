# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes, clusters and border leaves that were planned before and that the inventory lacks now.

A host that is disabled, not synchronized or in another slice of a job is absent from the inventory as one that was
removed, and so is a leaf whose variables are not there. Only a person can tell, and does by ``kubefabric_remove``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from .errors import Findings
from .model import FABRIC_AT, natural
from .redesign import named

VARIABLE = "kubefabric_remove"
# how a leaf is named there, so that it is not taken for a node
LEAF = re.compile(r"leaf-([0-9]{1,4})")


def check(found: object, members: Mapping[str, Collection[str]], remove: object, findings: Findings) -> None:
    """A mistake for what the allocations have, the inventory lacks and ``remove`` does not name.

    ``found`` are the allocations of earlier runs, ``members`` the inventory's nodes by cluster, of all fabrics.
    """
    kept = found if isinstance(found, Mapping) else {}
    told = named(remove)
    gone = {name: _nodes(kept[name]) - set(members[name]) for name in kept if name in members}
    for name in sorted(gone, key=natural):
        _check_nodes(name, gone[name], told, findings)
    clusters = {str(name) for name in kept} - set(members)
    _check_clusters(clusters, told, findings)
    _check_names(told, clusters.union(*gone.values()), members, findings)


def check_leaves(found: object, leaves: Mapping[str, Collection[str]], remove: object, findings: Findings) -> None:
    """A mistake for each border leaf that a cluster had, has no more, and ``remove`` does not name (``leaf-103``).

    ``found`` are the allocations of earlier runs, ``leaves`` the IDs, as text, of each planned cluster's leaves.
    """
    kept = found if isinstance(found, Mapping) else {}
    told = {match[1] for match in map(LEAF.fullmatch, named(remove)) if match}
    gone = {name: _leaves(kept[name]) - set(leaves[name]) for name in kept if name in leaves}
    for name in sorted(gone, key=natural):
        _check_cluster_leaves(name, gone[name], told, findings)
    for leaf in sorted(told.difference(*gone.values()), key=natural):
        findings.warn(VARIABLE, f"no cluster lost leaf {leaf}: nothing is removed for it", "remove the name")


def _check_cluster_leaves(cluster: str, gone: set[str], told: set[str], findings: Findings) -> None:
    at = f"{FABRIC_AT}.racks"
    refused, going = gone - told, gone & told
    if refused:
        names = {f"leaf-{leaf}" for leaf in refused}
        findings.add(
            at,
            f"cluster {cluster} had {_leaf_words(refused)}, and no rack of its nodes has {_them(refused)} now: SVIs, "
            "peers and the leaf's part of the L3Out would be removed",
            f"put {_them(refused)} back (in the rack, or under l3out.leaves), or name what is to go: "
            f"-e {VARIABLE}={_listed(names, ',')}",
        )
    if going:
        findings.warn(at, f"{_leaf_words(going)} of cluster {cluster} is removed", f"{VARIABLE} says so")


def _leaves(entry: object) -> set[str]:
    """The border leaves that a cluster's allocations know."""
    sections = [entry.get(key) for key in ("leaves", "border_leaves")] if isinstance(entry, Mapping) else []
    return {str(leaf) for section in sections if isinstance(section, (Mapping, list)) for leaf in section}


def _leaf_words(leaves: set[str]) -> str:
    return f"{'leaf' if len(leaves) == 1 else 'leaves'} {_listed(leaves)}"


def _nodes(entry: object) -> set[str]:
    """The nodes that a cluster's allocations know."""
    sections = [entry.get(key) for key in ("nodes", "vlans", "members")] if isinstance(entry, Mapping) else []
    return {str(node) for section in sections if isinstance(section, (Mapping, list)) for node in section}


def _check_nodes(cluster: str, gone: set[str], told: list[str], findings: Findings) -> None:
    at = f"group {cluster.replace('-', '_')}_nodes"
    refused = gone - set(told)
    if refused:
        findings.add(
            at,
            f"cluster {cluster} had {_listed(refused)}, and the inventory does not have {_them(refused)} there: paths, "
            "peers and filters would be removed",
            f"put {_them(refused)} back (disabled, not synchronized, in another slice?), or name what is to go: "
            f"-e {VARIABLE}={_listed(refused, ',')}",
        )
    going = gone & set(told)
    if going:
        findings.warn(at, f"{_listed(going)} of cluster {cluster} is removed", f"{VARIABLE} says so")


def _check_clusters(gone: set[str], told: list[str], findings: Findings) -> None:
    refused = gone - set(told)
    if refused:
        findings.add(
            "group clusters",
            f"the inventory had {_listed(refused)}, and does not have {_them(refused)} now: addresses would be freed, "
            "and the other clusters planned as if there were no such cluster",
            f"put {_them(refused)} back, or name what is torn down and is to go: -e {VARIABLE}={_listed(refused, ',')}",
        )
    going = gone & set(told)
    if going:
        findings.warn(
            "group clusters",
            f"{_listed(going)} is removed from the allocations",
            "what it may still have on the fabric and in the cluster stays: the playbook teardown removes that",
        )


def _check_names(told: list[str], gone: set[str], members: Mapping[str, Collection[str]], findings: Findings) -> None:
    """A name that removes nothing is misspelt, or is left over from an earlier run and would remove too much later."""
    present = {*members, *(node for nodes in members.values() for node in nodes)}
    for name in told:
        if name in gone or (LEAF.fullmatch(name) and name not in present):
            continue
        rule = f"{name} is in the inventory" if name in present else f"{name} was not planned before"
        findings.warn(VARIABLE, f"{rule}: nothing is removed for it", "remove the name")


def _listed(names: set[str], separator: str = ", ") -> str:
    return separator.join(sorted(names, key=natural))


def _them(names: set[str]) -> str:
    return "it" if len(names) == 1 else "them"
