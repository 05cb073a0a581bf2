# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a run has hosts and tasks to work on. Ansible itself ends with success where it has none."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence

# Groups that every inventory has
IMPLICIT = ("all", "ungrouped")
MEANING = {
    "clusters": "one host per Kubernetes cluster",
    "peering_hosts": "the hosts that run a BGP speaker of their own",
    "reflector_hosts": "the hosts that reflect routes",
}


def without_hosts(
    groups: Mapping[str, Sequence[str]],
    needed: Sequence[str],
    running: Collection[str] | None,
    limit: str | None,
    others: Sequence[Sequence[str]] = (),
) -> str | None:
    """Why no host of the ``needed`` groups is in this run; None if one is, or if none is needed.

    ``groups`` are the inventory's hosts by group, whatever the limit says; ``running`` the hosts of this run, None
    where there is no ``limit``; ``others`` the groups of which this run needs a host as well.
    """
    members = [host for group in needed for host in groups.get(group, ())]
    if not needed or (members and (running is None or set(members) & set(running))):
        return None
    if not members or running is None:
        return _no_members(groups, needed)
    text = f"--limit {limit} leaves no host of the group {' or '.join(needed)} in this run"
    advice = _advice(groups, needed, running, str(limit), {group for names in others for group in names})
    return f"{text}. {advice or 'The inventory has: ' + _some(members)}"


def _advice(
    groups: Mapping[str, Sequence[str]], needed: Sequence[str], running: Collection[str], limit: str, others: set[str]
) -> str | None:
    """The limit to give where nodes run without their clusters, or clusters without nodes; None elsewhere."""
    clusters = _clusters_of(groups, running)
    if needed == ["clusters"] and clusters:
        nodes = _some(set(running) & {node for cluster in clusters for node in _nodes(groups, cluster)})
        are = "are nodes" if ", " in nodes else "is a node"
        stay = [limit] if others & {_group(cluster) for cluster in clusters} else []
        return f"{nodes} {are} of {', '.join(clusters)}: say --limit {shlex.quote(','.join([*stay, *clusters]))}"
    present = set(running) & set(groups.get("clusters", ()))
    left = [_group(name) for name in groups.get("clusters", ()) if name in present and _group(name) in needed]
    left = [group for group in left if groups.get(group)]
    return f"Say --limit {shlex.quote(','.join([limit, *left]))}" if left else None


def _no_members(groups: Mapping[str, Sequence[str]], needed: Sequence[str]) -> str:
    """The text for an inventory that has none of the groups, or only empty ones."""
    present = [group for group in needed if group in groups]
    wanted = ", or ".join(f"{group} ({MEANING[group]})" if group in MEANING else group for group in needed)
    if present:
        return f"The group {wanted} has no hosts"
    named = [group for group in groups if group not in IMPLICIT]
    text = f"The inventory has no group {wanted}"
    if not groups.get("all"):
        return f"{text}. It has no hosts at all: was it given (-i), and could Ansible read it?"
    if not named:
        return (
            f"{text}. It has hosts and no groups, like a smart inventory of AWX. Run on the inventory that has the "
            "groups, or on a constructed inventory"
        )
    near = [found for group in needed for found in difflib.get_close_matches(group, named, n=1)]
    return f"{text}; did you mean {near[0]}?" if near else f"{text}. It has: {_some(named)}"


def _clusters_of(groups: Mapping[str, Sequence[str]], hosts: Iterable[str]) -> list[str]:
    """The clusters that these hosts are nodes of."""
    wanted = set(hosts)
    return [cluster for cluster in groups.get("clusters", ()) if wanted & set(_nodes(groups, cluster))]


def _nodes(groups: Mapping[str, Sequence[str]], cluster: str) -> Sequence[str]:
    return groups.get(_group(cluster), ())


def _group(cluster: str) -> str:
    """The group of a cluster's nodes."""
    return f"{cluster.replace('-', '_')}_nodes"


def _some(names: Iterable[str]) -> str:
    """The first names of many."""
    known = sorted(set(names))
    return ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")


def selected(tags: Collection[str], only: Collection[str], skip: Collection[str]) -> bool:
    """Whether Ansible runs a task with these tags (ansible.playbook.taggable.Taggable.evaluate_tags)."""
    own = set(tags) or {"untagged"}
    tagged = "untagged" not in own
    wanted = (
        "always" in own
        or ("all" in only and "never" not in own)
        or bool(own & set(only))
        or ("tagged" in only and tagged and "never" not in own)
    )
    if "all" in skip and ("always" not in own or "always" in skip):
        return False
    return wanted and not own & set(skip) and not ("tagged" in skip and tagged)


def without_tasks(found: Iterable[Collection[str]], only: Sequence[str], skip: Sequence[str]) -> str | None:
    """Why none of the tasks, each given by its tags, runs; None if one does."""
    known: set[str] = set()
    for tags in found:
        if selected(tags, only, skip):
            return None
        known.update(tags)
    known.discard("always")
    options = [] if "all" in only else [f"--tags {','.join(only)}"]
    options += [f"--skip-tags {','.join(skip)}"] if skip else []
    has = f"The tags of this run are {_some(known)}" if known else "The tasks of this run have no tags"
    return f"{' with '.join(options)} leaves no task to run. {has}"
