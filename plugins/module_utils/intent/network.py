# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reading an intent asks of a cluster network; cni/interface.py has what everything else asks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Nesting:
    """What a network brings whose clusters can be nested in the virtual machines of others.

    ``selector`` is the format of a selector of workloads, ``selection`` the selector that ``nested_in`` amounts to (or
    None), ``announces`` which kinds of networks its nodes announce to the parent, both of the options as read.
    """

    selector: Callable[[str], str]
    selection: Callable[[Mapping[str, Any]], Optional[str]]
    announces: Callable[[Mapping[str, Any]], frozenset[Any]]


def _no_hosts(_options: Mapping[str, Any]) -> list[Any]:
    return []


@dataclass(frozen=True)
class ClusterNetwork:
    """A cluster network as the intent sees it.

    ``name`` is its value of ``kubefabric_cluster.cni`` and the key of its options, ``title`` what people call it,
    ``options`` the table of its options, ``about`` the description of their key. ``keepalive`` is the interval in
    seconds where the intent gives none. ``nesting`` is None where its clusters cannot be nested in others.
    ``kubernetes`` is False where hosts speak that are no Kubernetes nodes: nothing is applied to a cluster then.
    ``reflector_hosts`` are ``(host, key below kubefabric_cluster, address)`` of hosts that reflect its routes.
    """

    name: str
    title: str
    options: Mapping[str, Mapping[str, Any]]
    about: str
    keepalive: int = 1
    nesting: Nesting | None = None
    reflector_hosts: Callable[[Mapping[str, Any]], list[Any]] = _no_hosts
    kubernetes: bool = True


Networks = Mapping[str, ClusterNetwork]
