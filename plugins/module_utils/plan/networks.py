# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster networks as the planner has them: the options with theirs, and a cluster's own part in planning."""

from __future__ import annotations

from ..cni.interface import Planning
from ..cni.registry import NETWORKS
from ..intent.model import Known, Member
from ..intent.options_cluster import cluster_options, nested_options
from ..intent.routers import routed_options

_OPTIONS = cluster_options(NETWORKS)
KNOWN = Known(NETWORKS, _OPTIONS, nested_options(NETWORKS), routed_options(_OPTIONS))


def planning(cluster: Member) -> Planning | None:
    """What a cluster's network brings to planning; None where its intent names no network."""
    return NETWORKS[cluster.network.name].planning if cluster.network else None
