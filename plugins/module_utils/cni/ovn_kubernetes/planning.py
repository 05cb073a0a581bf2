# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OVN-Kubernetes' part in planning."""

from __future__ import annotations

from ipaddress import ip_network

from ...intent.model import Member
from ...objects.label_selector import HOSTNAME
from ..base.announced import Network, chosen, inside, is_on
from ..interface import Planning
from . import checks


def announced(cluster: Member) -> dict[str, list[Network]]:
    """Pods, never cluster addresses; external ones by MetalLB where OVN-Kubernetes does not itself."""
    return {"pod": _pods(cluster), **chosen(cluster, service=False, external_service=True)}


def _pods(cluster: Member) -> list[Network]:
    """The default network where it is announced, and what is cut into networks that the default VRF announces."""
    options = cluster.options
    networks = [one for one in (options.get("networks") or {}).values() if one["advertise"] in (None, "default_vrf")]
    subnets = [ip_network(text) for one in networks for text in one["subnets"]]
    default = is_on(options, "advertise_default_network", True)

    def heard(network: Network) -> bool:
        cut = any(inside(subnet, network) for subnet in subnets)
        return cut or default

    return [network for network in cluster.networks["pod"] if heard(network)]


# OVN-Kubernetes itself selects single nodes by the kubelet's label in the FRRConfigurations that it generates.
PLANNING = Planning(announced=announced, check=checks.check, node_label=HOSTNAME)
