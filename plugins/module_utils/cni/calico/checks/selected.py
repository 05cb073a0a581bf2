# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the planner knows of the nodes that a selector of Calico selects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict

from ....contract.findings import Findings
from ....intent.model import Member
from ..selectors import UNKNOWN, SelectorError, parse

if TYPE_CHECKING:
    from ....contract.freeform import Fields, Json


def check(cluster: Member, racks: Fields, key: str, selector: str | None, findings: Findings) -> None:
    """A selector that selects no node of the cluster is a mistake; ``racks`` are the labels' values by node."""
    if not selector or not cluster.nodes:
        return
    found = [selects(cluster, racks, selector, name) for name in cluster.nodes]
    if all(one is False for one in found):
        findings.add(cluster.at(key), f"{selector} matches no node of the cluster", _labels_remedy(cluster, racks))


def selects(cluster: Member, racks: Fields, selector: str | None, name: str) -> bool | None:
    """Whether a selector selects a node; None where labels decide that the planner does not know.

    No selector selects every node. What is none was reported, and cannot be told either.
    """
    if not selector:
        return True
    try:
        return parse(selector)(_Labels(cluster, racks, name))
    except SelectorError:
        return None


class _Labels(Dict[str, Any]):
    """What is known of a node's labels, the rack's; any other may be there."""

    def __init__(self, cluster: Member, racks: Fields, name: str) -> None:
        super().__init__({cluster.settings["rack_label"]: racks.get(name, UNKNOWN)})

    def get(self, key: Json, default: Json = UNKNOWN) -> Any:
        return super().get(key, default)


def _labels_remedy(cluster: Member, racks: Fields) -> str:
    label = cluster.settings["rack_label"]
    known = sorted(set(racks.values()))
    return f"{label} is one of {', '.join(known)} on them" if known else "correct it"
