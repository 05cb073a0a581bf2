"""Port channels over two leaves: which vPC paths the access policies make. Pure.

A path ``topology/pod-1/protpaths-101-102/pathep-[NAME]`` is there once a pair of leaves is a vPC domain
(fabricExplicitGEp) and both leaves' profiles select ports for the policy group NAME (infraAccBndlGrp of type ``node``).
"""

from __future__ import annotations

import re

from lab.fabric.mo import Mo

_GROUP = re.compile(r"uni/infra/funcprof/accbundle-(.+)")
_PATH = re.compile(r"topology/pod-\d+/(?:prot)?paths-([\d-]+)/pathep-\[(.+)\]")


def paths(root: Mo) -> dict[str, str]:
    """DN of every vPC path → DN of the AAEP that its policy group names ("" if it names none)."""
    infra = root.first("infraInfra")
    if infra is None:
        return {}
    groups = {group.get("name"): _aaep(group) for group in infra.walk("infraAccBndlGrp") if group.get("lagT") == "node"}
    members = _members(infra)
    return {
        f"topology/pod-{pod}/protpaths-{low}-{high}/pathep-[{name}]": aaep
        for pod, low, high in pairs(root)
        for name, aaep in sorted(groups.items())
        if {low, high} <= members.get(name, set())
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


def _aaep(group: Mo) -> str:
    relation = group.first("infraRsAttEntP")
    return relation.get("tDn") if relation else ""


def _members(infra: Mo) -> dict[str, set[int]]:
    """Policy group → the leaves on which a port selector names it."""
    groups = {profile.dn: _groups(profile) for profile in infra.all("infraAccPortP")}
    members: dict[str, set[int]] = {}
    for switch in infra.all("infraNodeP"):
        leaves = {leaf for block in switch.walk("infraNodeBlk") for leaf in _range(block)}
        for relation in switch.all("infraRsAccPortP"):
            for name in groups.get(relation.get("tDn"), ()):
                members.setdefault(name, set()).update(leaves)
    return members


def _groups(profile: Mo) -> set[str]:
    targets = [relation.get("tDn") for relation in profile.walk("infraRsAccBaseGrp")]
    return {found.group(1) for found in map(_GROUP.fullmatch, targets) if found}


def _range(block: Mo) -> range:
    return range(block.number("from_", 0), block.number("to_", 0) + 1)
