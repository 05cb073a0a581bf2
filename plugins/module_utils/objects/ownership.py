# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How our objects in a cluster differ from other people's.

An object that carries ``managed-by: kubefabric.bgp`` is ours: we create, change and delete it. Anything else, a Node
above all, belongs to another owner: we only amend it, and take back no more than the fields that we own there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..contract.kubernetes import Labels, Resource

FIELD_MANAGER = "kubefabric"
MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGED_BY = "kubefabric.bgp"
CLUSTER_LABEL = "bgp.kubefabric.io/cluster"
RESTART_ANNOTATION = "bgp.kubefabric.io/restart"
RESTART_PENDING = "pending"
KEEP_ANNOTATION = "bgp.kubefabric.io/keep"


def labels(cluster: str) -> Labels:
    """The labels of an object that this collection makes for the cluster of this name."""
    return {MANAGED_BY_LABEL: MANAGED_BY, CLUSTER_LABEL: cluster}


def is_ours(resource: Resource) -> bool:
    """True for an object that this collection made, False for one that it only amends."""
    return ((resource.get("metadata") or {}).get("labels") or {}).get(MANAGED_BY_LABEL) == MANAGED_BY


def is_kept(resource: Resource) -> bool:
    """True for an object that everything else stands on: it is made where it is missing, and never deleted."""
    return ((resource.get("metadata") or {}).get("annotations") or {}).get(KEEP_ANNOTATION) == "true"


def is_derived(resource: Resource) -> bool:
    """True for an object that a controller made of another one and that goes with it, whatever labels it was given.

    The Secret of an ExternalSecret has that one's labels, and so ours.
    """
    return any(reference.get("controller") for reference in resource["metadata"].get("ownerReferences") or ())


def owner(resource: Resource) -> str | None:
    """The name of the cluster for which an object of ours was made, or None."""
    return ((resource.get("metadata") or {}).get("labels") or {}).get(CLUSTER_LABEL)


def selector(cluster: str) -> str:
    """The label selector that finds everything we made for a cluster."""
    return ",".join(f"{key}={value}" for key, value in labels(cluster).items())
