# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calico, as everything else sees it."""

from __future__ import annotations

from ...intent.network import Nesting
from ..interface import Cni, OnCluster
from . import foreign, formats, hints, nesting, options, resets
from .node_selectors import selectors
from .resources import resources
from .settings import reflector_hosts

CALICO = Cni(
    name="calico",
    title="Calico",
    options=options.CALICO,
    about="How Calico peers",
    keepalive=2,
    nesting=Nesting(formats.selector, nesting.selection, nesting.announces),
    reflector_hosts=reflector_hosts,
    on_cluster=OnCluster(
        resources=resources,
        foreign_kinds=foreign.kinds,
        foreign=foreign.found,
        selectors=selectors,
        resets=resets.resets,
        session_kinds=resets.KINDS,
        compared=("BGPConfiguration", "BGPFilter", "BGPPeer", "Node"),
        in_place=hints.IN_PLACE,
        explained=hints.explained,
    ),
    package=__package__ or "",
)
