# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calico: the resources that make every node peer with the leaves of its own rack.

Facts are from Calico's documentation (reference/resources), its custom resource definitions and its BIRD configuration,
v3.32. API: projectcalico.org/v3, and operator.tigera.io/v1 for the Installation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...base import password_secret
from ..settings import settings
from . import access, configuration, filters, nested, nodes, peers, pools, reflectors, status

if TYPE_CHECKING:
    from ....contract.kubernetes import Resource, Secrets
    from ....contract.plan import Plan


def resources(plan: Plan, secrets: Secrets) -> list[Resource]:
    """The resources of one cluster, in the order in which pods keep their routes.

    Nodes are labelled and pools made first, then come the peers with all that they need, and last the BGPConfiguration,
    which ends the mesh of the nodes: by then its replacement is there. Raises ClusterError.
    """
    options = settings(plan)
    return [
        *nodes.nodes(plan, options),
        *pools.pools(plan, options),
        *password_secret.resources(plan, options["password_secret"], options["namespace"], secrets),
        *access.access(plan, options),
        *filters.filters(plan, options),
        *(nested.parent_peers(plan, options) if "nested_in" in plan else peers.leaf_peers(plan, options)),
        *nested.workload_peers(plan, options),
        *reflectors.peers(plan, options),
        *peers.further_peers(plan, options),
        *status.node_statuses(plan, options),
        configuration.bgp_configuration(plan, options),
    ]
