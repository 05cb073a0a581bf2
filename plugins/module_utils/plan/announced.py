# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster's nodes announce of its networks, by the options of its CNI.

What they do not announce is no route of the VRF: it is in no route map, in no external EPG, and may be another
cluster's, too. The usual case are the service networks, of which Kubernetes' default is the same everywhere.
"""

from __future__ import annotations

from ..cni.base.announced import Network, routed
from ..intent.model import ROUTED, Member
from .networks import planning


def announced(cluster: Member) -> dict[str, list[Network]]:
    """The networks that the leaves learn from a cluster's nodes, by kind in the order of ROUTED.

    The nodes' own network is the leaves' as well. For a nested cluster it is what its nodes announce to its parent.
    """
    found = planning(cluster)
    return routed(cluster, found.announced if found else lambda _cluster: {})


def silent(cluster: Member) -> dict[str, list[Network]]:
    """The networks that no node announces, by kind."""
    heard = announced(cluster)
    return {kind: [one for one in cluster.networks.get(kind, []) if one not in heard[kind]] for kind in ROUTED}
