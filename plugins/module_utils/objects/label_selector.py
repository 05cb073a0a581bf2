# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes' LabelSelector compared with labels. Pure; metav1.LabelSelectorAsSelector has the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..contract.freeform import Fields, JsonObject

HOSTNAME = "kubernetes.io/hostname"  # every kubelet sets it, to the node's name unless told otherwise


def takes(selector: Fields | None, labels: Mapping[str, str]) -> bool:
    """Whether a selector takes an object with these labels: all terms hold, and one without terms takes everything."""
    given = selector or {}
    if any(labels.get(key) != value for key, value in (given.get("matchLabels") or {}).items()):
        return False
    return all(_holds(labels, term) for term in given.get("matchExpressions") or ())


def _holds(labels: Mapping[str, str], term: JsonObject) -> bool:
    """One term; one that no API server would have taken holds for nothing."""
    key, values, operator = str(term.get("key")), term.get("values") or [], term.get("operator")
    if operator in ("In", "NotIn"):
        return (labels.get(key) in values) is (operator == "In")
    return operator in ("Exists", "DoesNotExist") and (key in labels) is (operator == "Exists")
