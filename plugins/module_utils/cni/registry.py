# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one list of cluster networks: what is not a network's own file reaches it by this, and names none."""

from __future__ import annotations

from collections.abc import Mapping

from .calico.network import CALICO
from .cilium.network import CILIUM
from .interface import Cni
from .kube_router.network import KUBE_ROUTER
from .none.network import NONE
from .ovn_kubernetes.network import OVN_KUBERNETES

NETWORKS: dict[str, Cni] = {one.name: one for one in (CALICO, CILIUM, KUBE_ROUTER, OVN_KUBERNETES, NONE)}


def network_of(plan: Mapping[str, object]) -> Cni | None:
    """The cluster network of a plan; None for one that this version does not know."""
    return NETWORKS.get(str(plan.get("cni")))
