"""Which leaves a policy group has ports on, and so to which leaves an AAEP takes its domains. Pure.

A leaf profile (infraNodeP) names leaves and interface profiles (infraAccPortP). The selectors of these (infraHPortS)
put ports under a policy group: infraAccPortGrp for single ports, infraAccBndlGrp for port channels. The group names the
AAEP.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set

from lab.fabric.mo import Mo

EVERY_LEAF = 0  # stands for all leaves: a leaf selector of type ALL
GROUPS = ("infraAccPortGrp", "infraAccBndlGrp")


def on_leaf(leaves: Set[int], leaf: int) -> bool:
    """Is ``leaf`` among the leaves of a policy group?"""
    return bool({leaf, EVERY_LEAF} & leaves)


def leaves_of_groups(infra: Mo) -> dict[str, set[int]]:
    """DN of each policy group that a port selector names → the leaves of those ports."""
    groups = {profile.dn: _groups(profile) for profile in infra.all("infraAccPortP")}
    found: dict[str, set[int]] = defaultdict(set)
    for switches in infra.all("infraNodeP"):
        leaves = leaves_of_profile(switches)
        for relation in switches.all("infraRsAccPortP"):
            for group in groups.get(relation.get("tDn"), ()):
                found[group] |= leaves
    return dict(found)


def aaep_of(group: Mo) -> str:
    """The DN of the AAEP that a policy group names, "" if it names none."""
    relation = group.first("infraRsAttEntP")
    return relation.get("tDn") if relation else ""


def leaves_of_aaeps(infra: Mo) -> dict[str, set[int]]:
    """DN of each AAEP → the leaves that have a port under it."""
    leaves = leaves_of_groups(infra)
    found: dict[str, set[int]] = defaultdict(set)
    for group in infra.walk(*GROUPS):
        found[aaep_of(group)] |= leaves.get(group.dn, set())
    return dict(found)


def _groups(profile: Mo) -> set[str]:
    return {relation.get("tDn") for relation in profile.walk("infraRsAccBaseGrp")}


def leaves_of_profile(switches: Mo) -> set[int]:
    """The leaves that a leaf profile (infraNodeP) selects."""
    found: set[int] = set()
    for selector in switches.all("infraLeafS"):
        if selector.get("type", "range").upper() == "ALL":
            found.add(EVERY_LEAF)
        for block in selector.all("infraNodeBlk"):
            found.update(range(block.number("from_", 0), block.number("to_", 0) + 1))
    return found
