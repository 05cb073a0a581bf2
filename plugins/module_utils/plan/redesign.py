# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that moves from one SVI design to another: what is torn down, and whether the user allowed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ..contract.findings import Findings
from ..intent.model import Cluster
from ..svi import DESIGNS

if TYPE_CHECKING:
    from ..contract.freeform import Json

VARIABLE = "kubefabric_change_svi"


def named(value: Json) -> list[str]:
    """The clusters that ``kubefabric_change_svi`` names: text with commas, or a list."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [str(item) for item in value] if isinstance(value, Iterable) else []


def earlier_design(kept: object) -> str | None:
    """The design that a cluster's allocations were made for, by name; None if they do not tell."""
    if not isinstance(kept, Mapping):
        return None
    return next((name for name, design in DESIGNS.items() if design.has_allocated(kept)), None)


def still_valid(cluster: Cluster, kept: object, allowed: list[str], findings: Findings) -> object:
    """The allocations to go on with: none where the design changes, which is a mistake unless ``allowed`` names the
    cluster.
    """
    design, wanted = earlier_design(kept), cluster.l3out["svi"]
    if design is None or design == wanted or not isinstance(kept, Mapping):
        return kept
    torn_down = DESIGNS[design].torn_down(cluster, kept)
    rule = f"the cluster has {design} SVI, and moving it to {wanted} tears down {torn_down}"
    if cluster.name in allowed:
        findings.warn(cluster.at("l3out.svi"), rule, "all its sessions go down until nodes and leaves are configured")
    else:
        remedy = f"to confirm, set {VARIABLE}: {cluster.name}; if not, give svi: {design}"
        findings.add(cluster.at("l3out.svi"), rule, remedy)
    return None
