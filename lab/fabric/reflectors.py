"""The fabric's own BGP: its AS, and the spines that reflect routes between leaves (MP-BGP). Pure.

What is no spine cannot reflect: such a node is an invalid selection (bgpInvalidRREp, F1893), and if there is no other,
routes stay on the leaf that learned them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lab.fabric.mo import Mo
from lab.fabric.model import Fault


@dataclass(frozen=True)
class Reflection:
    """``exchange``: do leaves pass routes on to each other? ``misplaced``: DNs of named nodes that are no spines."""

    asn: int | None
    exchange: bool
    misplaced: tuple[str, ...] = ()

    def faults(self) -> list[Fault]:
        """F1893 for each node that is no spine. The code is the catalog's, the text is the lab's own."""
        return [
            Fault(
                "F1893",
                "config-error",
                "minor",
                f"{dn}/badselection",
                f"Invalid route reflector: node {dn.rpartition('-')[2]} is not a spine",
                rule="bgp-invalidrrep-invalid-route-reflector",
            )
            for dn in self.misplaced
        ]


def read(root: Mo, spines: Collection[int] | None, leaves: Collection[int]) -> Reflection:
    """Read the AS and the reflectors from the bgpInstPol that a pod policy group applies through a pod selector.

    Without such a group the AS of the policy ``default`` serves, but no reflector is configured. ``spines`` None: every
    node is a spine that is not among ``leaves``.
    """
    fabric = root.first("fabricInst")
    if fabric is None:
        return Reflection(None, False)
    policies = {mo.get("name"): mo for mo in fabric.all("bgpInstPol")}
    applied = policies.get(_applied(fabric))
    chosen = applied or policies.get("default")
    autonomous_system = chosen.first("bgpAsP") if chosen else None
    asn = (autonomous_system.number("asn", 0) if autonomous_system else 0) or None
    named = {policy: _nodes(policies[policy]) for policy in sorted(policies)}
    misplaced = tuple(node.dn for nodes in named.values() for node in nodes if not _spine(node, spines, leaves))
    serving = named[applied.get("name")] if applied else []
    return Reflection(asn, bool(asn and any(node.dn not in misplaced for node in serving)), misplaced)


def _nodes(policy: Mo) -> list[Mo]:
    profile = policy.first("bgpRRP")
    return profile.all("bgpRRNodePEp") if profile else []


def _spine(node: Mo, spines: Collection[int] | None, leaves: Collection[int]) -> bool:
    number = node.number("id", 0)
    return number not in leaves if spines is None else number in spines


def _applied(fabric: Mo) -> str:
    functions = fabric.first("fabricFuncP")
    groups = {mo.dn: mo for mo in functions.all("fabricPodPGrp")} if functions else {}
    for selector in fabric.walk("fabricPodS"):
        relation = selector.first("fabricRsPodPGrp")
        group = groups.get(relation.get("tDn")) if relation else None
        named = group.first("fabricRsPodPGrpBGPRRP") if group else None
        if named is not None:
            return named.get("tnBgpInstPolName", "default")
    return ""
