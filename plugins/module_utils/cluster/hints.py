# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about a kind that a cluster does not serve. Pure, but for the question whether it serves another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from ..cni.registry import NETWORKS

if TYPE_CHECKING:
    from ..contract.kubernetes import Resource

OTHERWISE = "install what brings it first"


def explained(resource: Resource, complaint: str) -> str:
    """A refusal of the API server, with the remedy where one is known."""
    for one in NETWORKS.values():
        remedy = one.on_cluster.explained(resource, complaint)
        if remedy:
            return f"{complaint.strip()}\n{remedy} Nothing was written."
    return complaint


def hint(missing: list[tuple[str, str]], served: Callable[[str, str], object]) -> str:
    """The remedy for kinds, ``[(api version, kind)]``; ``served(api version, kind)`` is None for what is not served."""
    in_place = {group: known for one in NETWORKS.values() for group, known in one.on_cluster.in_place.items()}
    for api_version, kind in missing:
        other, text = in_place.get(api_version.partition("/")[0], (None, OTHERWISE))
        if other and served(other, kind) is not None:
            return text
    return OTHERWISE
