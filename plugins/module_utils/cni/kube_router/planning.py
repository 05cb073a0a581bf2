# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kube-router's part in planning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...intent.model import Member
from ..base.announced import Network, chosen, is_on
from ..interface import Planning
from . import checks

_EXTERNAL = ("advertise_external_ip", "advertise_loadbalancer_ip")


def announced(cluster: Member) -> dict[str, list[Network]]:
    """Which of a cluster's networks its nodes announce: as told for all Services, or for single ones."""
    options = cluster.options
    cluster_ips = is_on(options, "advertise_cluster_ip", False)
    external = any(is_on(options, key, True) for key in _EXTERNAL)
    return chosen(
        cluster,
        pod=is_on(options, "advertise_pod_cidr", True),
        service=cluster_ips or _of_single_services(options, "advertise_cluster_ip"),
        external_service=external or _of_single_services(options, *_EXTERNAL),
    )


def _of_single_services(options: Mapping[str, Any], *keys: str) -> bool:
    """Whether a kind of address of a single Service is announced, whatever holds for all of them."""
    return any((given or {}).get(key) for given in (options.get("services") or {}).values() for key in keys)


PLANNING = Planning(announced=announced, check=checks.check)
