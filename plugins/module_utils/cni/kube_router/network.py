# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kube-router, as everything else sees it."""

from __future__ import annotations

from ..interface import Cni, OnCluster
from . import foreign, options, resets
from .resources import peers, resources
from .seen import without_password

KUBE_ROUTER = Cni(
    name="kube_router",
    title="kube-router",
    options=options.KUBE_ROUTER,
    about="How kube-router runs",
    on_cluster=OnCluster(
        resources=resources,
        read_at_start=peers.ANNOTATIONS,
        foreign_kinds=foreign.kinds,
        foreign=foreign.found,
        resets=resets.resets,
        session_annotations=resets.session_annotations,
        compared=("DaemonSet", "Node"),
        seen=without_password,
    ),
    package=__package__ or "",
)
