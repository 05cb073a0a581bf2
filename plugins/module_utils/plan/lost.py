# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes and clusters that were planned before and that the inventory lacks now.

A host that is disabled, not synchronized or in another slice of a job is absent from the inventory as one that was
removed. Only a person can tell, and does by ``kubefabric_remove``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from .errors import Findings
from .model import natural
from .redesign import named

VARIABLE = "kubefabric_remove"


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
        if name in gone:
            continue
        rule = f"{name} is in the inventory" if name in present else f"{name} was not planned before"
        findings.warn(VARIABLE, f"{rule}: nothing is removed for it", "remove the name")


def _listed(names: set[str], separator: str = ", ") -> str:
    return separator.join(sorted(names, key=natural))


def _them(names: set[str]) -> str:
    return "it" if len(names) == 1 else "them"
