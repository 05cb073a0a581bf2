# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OVN-Kubernetes with FRR-K8s: the resources that make every node peer with the leaves of its own rack.

FRR-K8s configures the sessions from FRRConfigurations; OVN-Kubernetes copies those that a RouteAdvertisements selects,
once per node, and adds what the node announces. Facts are from both projects' sources (docs/ovn-kubernetes.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....objects.label_selector import HOSTNAME
from ...base import password_secret
from ...base.groups import groups
from ..settings import settings
from . import advertisements, configurations, kubevirt, networks, nodes

if TYPE_CHECKING:
    from ....contract.kubernetes import Resource, Secrets
    from ....contract.plan import Plan


def resources(plan: Plan, secrets: Secrets) -> list[Resource]:
    """The resources of one cluster, in the order in which nothing is announced before it can be reached.

    The nodes' labels and the Secret come first, because a session without its Secret does not start; then networks,
    whose VRFs sessions need, and the router IDs, because a change of them resets sessions; last what makes nodes peer,
    and what they announce. ClusterError.
    """
    options = settings(plan)
    found = groups(plan, HOSTNAME)
    return [
        *nodes.resources(plan),
        *password_secret.resources(plan, options["password_secret"], options["frr_namespace"], secrets),
        *networks.namespaces(options),
        *networks.networks(plan, options),
        *networks.attachments(plan, options),
        *kubevirt.registration(options),
        *configurations.router_ids(plan, options),
        *configurations.leaf_sessions(plan, options, found),
        *configurations.imports(plan, options),
        *configurations.vrf_sessions(plan, options),
        *advertisements.resources(plan, options),
        *kubevirt.machines(options),
    ]
