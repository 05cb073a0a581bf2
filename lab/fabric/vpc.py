"""Port channels over two leaves: which vPC paths the access policies make. Pure.

A path ``topology/pod-1/protpaths-101-102/pathep-[NAME]`` is there once a pair of leaves is a vPC domain
(fabricExplicitGEp) and both leaves' profiles select ports for the policy group NAME (infraAccBndlGrp of type ``node``).
"""

from __future__ import annotations

import re

from lab.fabric.attachments import aaep_of, leaves_of_groups, on_leaf
from lab.fabric.mo import Mo

_PATH = re.compile(r"topology/pod-\d+/(?:prot)?paths-([\d-]+)/pathep-\[(.+)\]")


def paths(root: Mo) -> dict[str, str]:
    """DN of every vPC path → DN of the AAEP that its policy group names ("" if it names none)."""
    infra = root.first("infraInfra")
    if infra is None:
        return {}
    groups = [group for group in infra.walk("infraAccBndlGrp") if group.get("lagT") == "node"]
    leaves = leaves_of_groups(infra)
    return {
        f"topology/pod-{pod}/protpaths-{low}-{high}/pathep-[{group.get('name')}]": aaep_of(group)
        for pod, low, high in pairs(root)
        for group in groups
        if all(on_leaf(leaves.get(group.dn, set()), leaf) for leaf in (low, high))
    }


def pairs(root: Mo) -> list[tuple[int, int, int]]:
    """(pod, lower leaf, higher leaf) of every explicit vPC protection group, sorted."""
    found = []
    for group in root.walk("fabricExplicitGEp"):
        nodes = sorted((node.number("id", 0), node.number("podId", 1)) for node in group.all("fabricNodePEp"))
        if len(nodes) == 2:
            found.append((nodes[0][1], nodes[0][0], nodes[1][0]))
    return sorted(found)


def path_end(dn: str) -> tuple[tuple[int, ...], str]:
    """The leaves (sorted) and the name in a path's DN; ``((), "")`` if it is none."""
    found = _PATH.fullmatch(dn)
    return (tuple(sorted(int(leaf) for leaf in found.group(1).split("-"))), found.group(2)) if found else ((), "")
