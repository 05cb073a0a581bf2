# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster's nodes announce of its networks, by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Union

from ...intent.model import ROUTED, Member
from ...intent.nested import Nested

Network = Union[IPv4Network, IPv6Network]


def routed(cluster: Member, own: Callable[[Member], Mapping[str, list[Any]]]) -> dict[str, list[Network]]:
    """The networks that the leaves learn from a cluster's nodes, by kind in the order of ROUTED.

    ``own`` is the cluster network's answer (interface.Planning.announced). The nodes' own network is the leaves' as
    well. For a nested cluster it is what its nodes announce to its parent.
    """
    if isinstance(cluster, Nested):
        wanted = cluster.announced
        return {kind: [one for one in cluster.networks.get(kind, []) if one in wanted] for kind in ROUTED}
    found = {**cluster.networks, **own(cluster)}
    return {kind: list(found.get(kind, [])) for kind in ROUTED}


def chosen(cluster: Member, **kinds: bool) -> dict[str, list[Network]]:
    """All of the networks of the kinds that are announced, none of the others."""
    return {kind: list(cluster.networks[kind]) if heard else [] for kind, heard in kinds.items()}


def is_on(options: Mapping[str, Any], key: str, default: bool) -> bool:
    """A switch, with the default that the network's half on the cluster fills in."""
    value = options.get(key)
    return default if value is None else bool(value)


def inside(inner: Network, outer: Network) -> bool:
    """Whether a network lies in another."""
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]
