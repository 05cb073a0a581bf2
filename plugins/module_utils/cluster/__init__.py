# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster's side of a plan: Kubernetes resources as data, one module per CNI. Pure: no I/O, no Ansible."""

from __future__ import annotations

from ..cni.calico import resources as calico
from ..cni.cilium import resources as cilium
from ..cni.kube_router import resources as kube_router
from ..cni.ovn_kubernetes import resources as ovn_kubernetes
from ..contract.errors import ClusterError

CNIS = {
    "calico": calico.resources,
    "cilium": cilium.resources,
    "kube_router": kube_router.resources,
    "ovn_kubernetes": ovn_kubernetes.resources,
}

# Files beside kubernetes.yml that a CNI is installed with: a plan's data by file name.
FILES = {"cilium": cilium.files}

# Annotations of a Node that the CNI's agent reads at its start only.
READ_AT_START = {"kube_router": kube_router.peers.ANNOTATIONS}


def resources(plan: dict, secrets: dict) -> list:
    """Every Kubernetes resource that the plan asks for, in the order in which to apply them.

    ``secrets`` is ``{"bgp_password": str | None}``; with ``"placeholder": True`` beside it the password is a text that
    shows where the password belongs, and is not encoded. Raises ClusterError for a CNI that is not known here, or
    for a plan that this CNI cannot do.
    """
    build = CNIS.get(plan["cni"])
    if build is None:
        raise ClusterError(
            f"cluster {plan['cluster']}: cni {plan['cni']!r} is not supported by this version of kubefabric.bgp; "
            f"supported: {', '.join(sorted(CNIS))}"
        )
    return build(plan, secrets)


def without_password(plan: dict) -> list:
    """The same resources with a text in the password's place, for all other questions. Raises ClusterError."""
    return resources(plan, {"bgp_password": "-", "placeholder": True})


def files(plan: dict) -> dict:
    """Data by file name: what the plan's CNI is installed with, besides its resources. Raises ClusterError."""
    build = FILES.get(plan["cni"])
    return build(plan) if build else {}
