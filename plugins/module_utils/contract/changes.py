# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of a change set: what a run would change, and what traffic feels of it."""

from __future__ import annotations

from typing import Any, List, TypedDict

FORMAT = 1  # of the file changes.json


class Change(TypedDict):
    """An object, a resource or a file that would change."""

    world: str  # fabric, cluster or host
    place: str  # the cluster or host of the inventory for which it changes
    name: str  # distinguished name, kind with namespace and name, or path
    action: str  # create, change, delete, and in clusters withdraw, return, own; on hosts install
    before: Any  # attributes or text, secrets masked; empty where there is nothing
    after: Any


class SessionReset(TypedDict):
    """A BGP session that goes down by a change, if only for a moment."""

    place: str  # the cluster or host whose change does it
    leaf: str  # node ID
    node: str
    peer: str  # the node's address
    state: str  # what the leaf says of it now


class PathLoss(TypedDict):
    """A prefix that has fewer next hops on a leaf while the sessions are down."""

    leaf: str
    prefix: str
    paths: int  # next hops now
    left: int  # of these, while all sessions of the change set are down


class ChangeSet(TypedDict):
    """What one run would change."""

    format: int
    digest: str  # SHA-256 of the changes, in hexadecimal
    read_at: str  # when the reading began, UTC in ISO 8601
    clusters: List[str]
    hosts: List[str]
    changes: List[Change]
    resets: List[SessionReset]
    losses: List[PathLoss]
    remarks: List[str]  # what others own nearby, and what could not be found out
