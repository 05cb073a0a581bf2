# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes of an intent, whatever the kind of its fabric, and the parts that all plans have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..contract.findings import Finding, Findings, IntentError, grouped
from ..intent.allocations import Kept
from ..intent.model import KINDS, Cluster

if TYPE_CHECKING:
    from ..contract.freeform import Json, JsonObject


@dataclass
class Result:
    """What came of an intent.

    ``plans`` by cluster (docs/plan.md describes the format), ``allocations`` to be kept for the next run, ``new`` what
    was allocated in this run, in words by cluster, ``warnings`` what is doubtful.
    """

    plans: dict[str, JsonObject]
    allocations: dict[str, JsonObject]
    new: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[Finding] = field(default_factory=list)


def refuse(findings: Findings) -> None:
    """Raises IntentError where there are mistakes."""
    if findings.errors:
        raise IntentError(grouped(findings.errors))


def members(nodes: Iterable[str]) -> JsonObject:
    """What is kept of a cluster for whose nodes nothing is allocated: their names."""
    kept = Kept()
    kept.remember(nodes)
    return kept.data


def networks(cluster: Cluster) -> dict[str, list[str]]:
    """A cluster's networks as text, by kind."""
    return {
        kind: [str(network) for network in found] for kind, found in cluster.networks.items() if found or kind in KINDS
    }


def own_options(cluster: Cluster) -> JsonObject:
    """The options of the cluster's CNI under its name; nothing where the intent gives none."""
    options = given(cluster.options)
    return {cluster.settings["cni"]: options} if options else {}


def given(options: Json) -> Any:
    """The options of a CNI without those that the intent leaves open: the CNI's own half fills in the defaults."""
    if isinstance(options, dict):
        return {key: given(value) for key, value in options.items() if value is not None and value != {}}
    return [given(item) for item in options] if isinstance(options, list) else options
