# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cilium, as everything else sees it."""

from __future__ import annotations

from ...objects.node_selectors import labels_in
from ..interface import Cni, OnCluster
from . import foreign, options, resets
from .resources import files, resources

CILIUM = Cni(
    name="cilium",
    title="Cilium",
    options=options.CILIUM,
    about="How Cilium runs and announces",
    on_cluster=OnCluster(
        resources=resources,
        files=files,
        foreign_kinds=foreign.kinds,
        foreign=foreign.found,
        selectors=labels_in("CiliumBGPClusterConfig", "CiliumBGPPeeringPolicy"),
        resets=resets.resets,
        session_kinds=resets.KINDS,
        compared=(
            *("CiliumBGPAdvertisement", "CiliumBGPClusterConfig", "CiliumBGPPeerConfig", "CiliumBGPPeeringPolicy"),
            "Node",
        ),
    ),
    package=__package__ or "",
)
