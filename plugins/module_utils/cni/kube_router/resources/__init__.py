# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kube-router: the resources that make every node peer with the leaves of its own rack.

Facts are from kube-router's own documentation (docs/bgp.md, docs/ipv6.md) and its published manifests, v2.10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..settings import settings
from . import manifests, peers, services

if TYPE_CHECKING:
    from ....contract.kubernetes import Resource, Secrets
    from ....contract.plan import Plan


def resources(plan: Plan, secrets: Secrets) -> list[Resource]:
    """The resources of one cluster: Nodes first, because kube-router reads its peers at start only.

    Then what the agents run with (ServiceAccount, RBAC, CNI configuration), what single Services announce, and the
    DaemonSet last. Raises ClusterError.
    """
    options = settings(plan)
    return [
        *peers.nodes(plan, options, secrets),
        manifests.service_account(plan, options),
        manifests.cluster_role(plan),
        manifests.cluster_role_binding(plan, options),
        *([manifests.cni_configuration(plan, options)] if options["cni"] else []),
        *services.resources(options),
        manifests.daemonset(plan, options),
    ]
