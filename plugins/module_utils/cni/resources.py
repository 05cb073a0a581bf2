# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster's side of a plan: Kubernetes resources and files as data, by its cluster network. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract.errors import PlanRefused, Refusal
from .base.secret_text import WITHOUT_PASSWORD
from .registry import NETWORKS, network_of

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.kubernetes import Resource, Secrets
    from ..contract.plan import Plan


def resources(plan: Plan, secrets: Secrets) -> list[Resource]:
    """Every Kubernetes resource that the plan asks for, in the order in which to apply them.

    ``secrets`` is ``{"bgp_password": str | None}``, and ``bgp_next_password`` where the plan has it; with
    ``"placeholder": True`` beside it the password is a text that shows where the password belongs, and is not encoded.
    Raises ClusterError for a CNI that is not known here, or for a plan that this CNI cannot do.
    """
    network = network_of(plan)
    if network is None:
        rule = f"cni {plan['cni']!r} is not supported by this version of kubefabric.bgp"
        raise PlanRefused(Refusal(rule, f"supported: {', '.join(sorted(NETWORKS))}", cluster=plan["cluster"]))
    return network.on_cluster.resources(plan, secrets)


def without_password(plan: Plan) -> list[Any]:
    """The same resources with a text in the password's place, for all other questions. Raises ClusterError."""
    return resources(plan, WITHOUT_PASSWORD)


def files(plan: Plan) -> JsonObject:
    """Data by file name: what the plan's CNI is installed with, besides its resources. Raises ClusterError."""
    network = network_of(plan)
    return network.on_cluster.files(plan) if network else {}
