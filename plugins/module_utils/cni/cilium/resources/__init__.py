# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cilium: the resources that make every node peer with the leaves of its own rack.

Facts are from the schemas of Cilium's custom resources (v1.20.2) and its guide "BGP Control Plane Resources"; those of
CiliumBGPPeeringPolicy from the guide "BGP Peering Policy (Legacy)" of v1.16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...base import password_secret
from ...base.groups import groups
from ..settings import PEERING_POLICY, settings
from . import nodes, policy, pools, speaker, values

if TYPE_CHECKING:
    from ....contract.freeform import JsonObject
    from ....contract.kubernetes import Resource, Secrets
    from ....contract.plan import Plan

VALUES_FILE = "cilium-values.yml"


def resources(plan: Plan, secrets: Secrets) -> list[Resource]:
    """The resources of one cluster: the Secret first, because an agent that does not find it peers without password.

    Then the nodes' labels and the pools, and last what makes the agents peer. Raises ClusterError.
    """
    options = settings(plan)
    found = groups(plan)
    build = policy.resources if options["api"] == PEERING_POLICY else speaker.resources
    return [
        *password_secret.resources(plan, options["password_secret"], options["secrets_namespace"], secrets),
        *nodes.resources(plan, options, found),
        *pools.resources(plan, options),
        *build(plan, options, found),
    ]


def files(plan: Plan) -> JsonObject:
    """The values with which the Helm chart makes a Cilium that fits the plan, by file name."""
    return {VALUES_FILE: values.values(plan, settings(plan))}
