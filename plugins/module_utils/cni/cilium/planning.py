# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cilium's part in planning."""

from __future__ import annotations

from ...intent.model import Member
from ..base.announced import Network, chosen, is_on
from ..base.groups import NODE_LABEL
from ..interface import Planning
from . import checks


def announced(cluster: Member) -> dict[str, list[Network]]:
    """Which of a cluster's networks its nodes announce: pods, and the addresses of services as configured."""
    options = cluster.options
    keys = ("advertise_external_ip", "advertise_loadbalancer_ip")
    return chosen(
        cluster,
        pod=is_on(options, "advertise_pod_cidr", True),
        service=is_on(options, "advertise_cluster_ip", False),
        external_service=any(is_on(options, key, True) for key in keys),
    )


PLANNING = Planning(announced=announced, check=checks.check, node_label=NODE_LABEL, bfd=False)
