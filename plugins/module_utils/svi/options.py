# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that the designs have in common: an option that one needs, and options that mean nothing to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..contract.findings import Findings
from ..intent.model import Cluster


def needs(cluster: Cluster, key: str, example: object, findings: Findings) -> None:
    """An option of l3out without which the design cannot be planned."""
    if cluster.l3out[key] is None and not cluster.doubtful(f"l3out.{key}"):
        svi = cluster.l3out["svi"]
        findings.add(cluster.at(f"l3out.{key}"), f"is missing for {svi} SVI", f"add it, for example {key}: {example}")


def has_no_use_for(cluster: Cluster, keys: Iterable[str], instead: str, findings: Findings) -> None:
    """Options of l3out that belong to another design."""
    svi = cluster.l3out["svi"]
    for key in keys:
        if cluster.l3out[key]:
            findings.add(
                cluster.at(f"l3out.{key}"), f"has no meaning with {svi} SVI", f"remove it; {svi} SVI takes {instead}"
            )


def limit_leaves(cluster: Cluster, kind: str, most: int, instead: str, findings: Findings) -> None:
    """An L3Out has leaves of a kind up to a limit; ``instead`` is what helps besides fewer racks."""
    if len(cluster.leaves) > most:
        findings.add(
            cluster.at("l3out.leaves"),
            f"{len(cluster.leaves)} {kind} leaves are more than the {most} of an L3Out with {cluster.l3out['svi']} SVI",
            f"keep the cluster's nodes to {most // 2} racks{instead}",
        )


def disabled(down: bool) -> dict[str, Any]:
    """The administrative state in the plan of a peer or leaf that is down; others have none."""
    return {"admin_state": "disabled"} if down else {}


def values(section: object) -> list[Any]:
    """The values of a part of the allocations' file, which may have been damaged."""
    return list(section.values()) if isinstance(section, Mapping) else []


def listed(items: Iterable[object]) -> str:
    """Values in a sentence."""
    return ", ".join(str(item) for item in items) or "none"
