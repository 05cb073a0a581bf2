# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What single kinds need beside server-side apply, as their cluster networks say. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cni.registry import NETWORKS

if TYPE_CHECKING:
    from ..contract.kubernetes import Resource


def refusal(wanted: Resource, live: Resource | None) -> str | None:
    """Why an object cannot become what is wanted, though the API server might take it; None if it can."""
    return next((why for one in NETWORKS.values() if (why := one.on_cluster.refusal(wanted, live))), None)


def merged(wanted: Resource, live: Resource | None) -> Resource:
    """What to apply of what is wanted."""
    for one in NETWORKS.values():
        wanted = one.on_cluster.merged(wanted, live)
    return wanted


def stays(wanted: Resource) -> bool:
    """Whether an object that we only amend keeps what we set."""
    return any(one.on_cluster.stays(wanted) for one in NETWORKS.values())
