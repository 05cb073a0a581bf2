# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of a cluster's networks Calico's nodes announce."""

from __future__ import annotations

from ipaddress import ip_network

from ...intent.model import Member
from ..base.announced import Network, chosen, inside, is_on


def announced(cluster: Member) -> dict[str, list[Network]]:
    """Pods of exported pools, and services unless told otherwise."""
    options = cluster.options
    external = is_on(options, "advertise_external_ips", True) or is_on(options, "advertise_loadbalancer_ips", True)
    services = chosen(cluster, service=is_on(options, "advertise_cluster_ips", True), external_service=external)
    return {"pod": _pods(cluster), **services}


def _pods(cluster: Member) -> list[Network]:
    """Pod networks but those whose pools are all kept from BGP (IPPool.disableBGPExport)."""
    pools = [pool for pool in cluster.options.get("pools") or [] if pool.get("cidr")]

    def exported(network: Network) -> bool:
        own = [pool for pool in pools if inside(ip_network(pool["cidr"]), network)]
        return not own or not all(pool.get("disable_bgp_export") for pool in own)

    return [network for network in cluster.networks["pod"] if exported(network)]
