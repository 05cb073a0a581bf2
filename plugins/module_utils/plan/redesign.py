# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that moves between floating and standard SVI: what is torn down, and whether somebody said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..contract.findings import Findings
from ..intent.model import Cluster

FLOATING_SECTIONS = ("leaves", "floating", "secondary")
VARIABLE = "kubefabric_change_svi"


def named(value: object) -> list[str]:
    """The clusters that ``kubefabric_change_svi`` names: text with commas, or a list."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [str(item) for item in value] if isinstance(value, Iterable) else []


def earlier_design(kept: object) -> str | None:
    """``floating`` or ``standard``: the design that a cluster's allocations were made for; None if they do not tell."""
    if not isinstance(kept, Mapping):
        return None
    if any(kept.get(section) for section in FLOATING_SECTIONS):
        return "floating"
    return "standard" if kept.get("vlans") else None


def still_valid(cluster: Cluster, kept: object, allowed: list[str], findings: Findings) -> object:
    """The allocations to go on with: none where the design changes, which is a mistake unless ``allowed`` names the
    cluster.
    """
    design, wanted = earlier_design(kept), cluster.l3out["svi"]
    if design in (None, wanted) or not isinstance(kept, Mapping):
        return kept
    rule = f"the cluster has {design} SVI, and moving it to {wanted} tears down {_torn_down(cluster, kept, design)}"
    if cluster.name in allowed:
        findings.warn(cluster.at("l3out.svi"), rule, "all its sessions go down until nodes and leaves are done")
    else:
        remedy = f"if that is what you want, say {VARIABLE}: {cluster.name}; if not, give svi: {design}"
        findings.add(cluster.at("l3out.svi"), rule, remedy)
    return None


def _torn_down(cluster: Cluster, kept: Mapping, design: str) -> str:
    """``kept`` has the leaves whose addresses were allocated; those of which the intent gave them are the cluster's."""
    nodes = len(_values(kept.get("nodes")))
    if design == "standard":
        return f"the SVIs and networks of its {nodes} nodes with VLANs {_listed(_values(kept.get('vlans')))}"
    shared = [address for key in ("floating", "secondary") for address in _values(kept.get(key))]
    leaves = {*_keys(kept.get("leaves")), *map(str, cluster.leaves)}
    return f"the SVIs of {len(leaves)} leaves, {_listed(shared)} and the addresses of {nodes} nodes"


def _values(section: object) -> list:
    """The values of a part of the file, which may have been damaged."""
    return list(section.values()) if isinstance(section, Mapping) else []


def _keys(section: object) -> list:
    return [str(key) for key in section] if isinstance(section, Mapping) else []


def _listed(values: Iterable) -> str:
    return ", ".join(str(value) for value in values) or "none"
