# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What namespaces of primary networks and KubeVirt need beside server-side apply. Pure."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .settings import PRIMARY_LABEL

if TYPE_CHECKING:
    from ...contract.freeform import Fields
    from ...contract.kubernetes import Labels, Resource


def refusal(wanted: Resource, live: Resource | None) -> str | None:
    """Why an object cannot become what is wanted, though the API server might take it; None if it can."""
    if wanted["kind"] != "Namespace" or live is None or PRIMARY_LABEL not in _labels(wanted):
        return None
    if PRIMARY_LABEL in _labels(live):
        return None
    return (
        f"it exists without the label {PRIMARY_LABEL}, and OVN-Kubernetes takes that label at a namespace's creation "
        "only. Give the network another namespace, or delete this one, with everything in it, and run again"
    )


def _labels(resource: Resource) -> Labels:
    return resource["metadata"].get("labels") or {}


def merged(wanted: Resource, live: Resource | None) -> Resource:
    """What to apply: KubeVirt's feature gates are one value to the API server, so what is there is part of ours."""
    gates = _gates(wanted)
    if not gates:
        return wanted
    there = _gates(live or {})
    result = copy.deepcopy(wanted)
    result["spec"]["configuration"]["developerConfiguration"]["featureGates"] = [
        *there,
        *[gate for gate in gates if gate not in there],
    ]
    return result


def _gates(resource: Fields) -> list[Any]:
    if resource.get("kind") != "KubeVirt":
        return []
    configuration = (resource.get("spec") or {}).get("configuration") or {}
    return (configuration.get("developerConfiguration") or {}).get("featureGates") or []


def stays(wanted: Resource) -> bool:
    """Whether an object that we only amend keeps what we set: machines run by it, and gates are no longer only ours."""
    return wanted["kind"] == "KubeVirt"
