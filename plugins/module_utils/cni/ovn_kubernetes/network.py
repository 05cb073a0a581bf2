# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OVN-Kubernetes with FRR-K8s, as everything else sees it."""

from __future__ import annotations

from ...objects.node_selectors import labels_in
from ..interface import Cni, OnCluster
from . import foreign, kinds, options, resets
from .resources import resources

OVN_KUBERNETES = Cni(
    name="ovn_kubernetes",
    title="OVN-Kubernetes",
    options=options.OVN_KUBERNETES,
    about="How OVN-Kubernetes and FRR-K8s peer and announce",
    on_cluster=OnCluster(
        resources=resources,
        foreign_kinds=foreign.kinds,
        foreign=foreign.found,
        merges_metallb=True,
        selectors=labels_in("FRRConfiguration", "NodeNetworkConfigurationPolicy"),
        refusal=kinds.refusal,
        merged=kinds.merged,
        stays=kinds.stays,
        resets=resets.resets,
        session_kinds=resets.KINDS,
        compared=("FRRConfiguration", "Node"),
    ),
    package=__package__ or "",
)
