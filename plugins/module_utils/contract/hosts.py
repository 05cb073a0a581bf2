# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of a plan's ``hosts``: options of the module node_peering, for hosts that run the speaker themselves.

An option that is absent has the module's default. plan.py says how the comments become docs/plan.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from typing import NotRequired


class HostVip(TypedDict):
    """Where workloads reach the host's speaker."""

    addresses: list[str]  # one address per family


class HostPeer(TypedDict):
    """A session of a host with a leaf or a router."""

    address: str  # address of the leaf or router
    asn: int  # its AS number
    local_address: str  # address of the host
    multihop: NotRequired[int]  # hops that it may be away; directly connected where absent
    password: NotRequired[bool]  # false where the session has no password, though others have one
    next_password: NotRequired[bool]  # true where the session has the next password already


class HostWorkload(TypedDict):
    """A nested cluster whose machines peer with the host."""

    name: str  # name of the cluster
    asn: int  # AS number of its nodes
    ranges: list[str]  # networks from which its machines connect
    pools: list[str]  # prefixes that are accepted from them, longer prefixes included
    password: NotRequired[bool]  # true if its sessions have a password


class Host(TypedDict):
    """A host of the cluster."""

    asn: int  # AS number
    router_id: NotRequired[str]  # BGP identifier; absent where the host has no IPv4 address in the plan
    vip: NotRequired[HostVip]  # addresses for workloads
    peers: list[HostPeer]  # its sessions with leaves or routers
    workloads: NotRequired[list[HostWorkload]]  # the nested clusters
    accept: NotRequired[list[str]]  # prefixes that are accepted from `peers`, longer prefixes included
    password: NotRequired[bool]  # true if the sessions with `peers` have a password
    keepalive: NotRequired[int]  # keepalive interval in s
    hold: NotRequired[int]  # hold time in s
    bfd: NotRequired[bool]  # true where BFD watches the sessions with `peers`
    bfd_min_tx: NotRequired[int]  # least interval of the host's BFD packets in ms
    bfd_min_rx: NotRequired[int]  # least interval of the peers' BFD packets in ms
    bfd_multiplier: NotRequired[int]  # missed BFD packets that end a session
    graceful_restart: NotRequired[bool]  # whether routes survive a restart of the speaker
    graceful_restart_time: NotRequired[int]  # restart time that the host announces, in s
    ecmp: NotRequired[int]  # next hops that a route may have
