# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cilium's part in verifying."""

from __future__ import annotations

from ..base.agent import Agent, from_settings
from ..interface import Verification
from . import announcements
from .settings import settings

VERIFICATION = Verification(
    agent=Agent(
        "cilium",
        lambda _plan: "k8s-app=cilium",
        from_settings(settings, "namespace"),
        "the CiliumBGPNodeConfig that Cilium's operator made for it",
        "Cilium's operator has not made its CiliumNode, or ipam.operator.clusterPool…PodCIDRList has none left",
        blocks=("cilium.io/v2", "CiliumNode"),
        pod_networks=announcements.pod_networks,
        reports=("cilium.io/v2", "CiliumBGPNodeConfig"),
        read_reports=announcements.reports,
        verdicts=("cilium.io/v2", "CiliumBGPNodeConfig"),
        read_verdicts=announcements.refusals,
    ),
    advertised=announcements.advertised,
)
