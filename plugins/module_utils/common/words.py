# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists and objects as people read them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

LIMIT = 5


def listed(items: Sequence[str], limit: int = LIMIT) -> str:
    """``a, b, c``, with the number of those left out if there are many."""
    shown = ", ".join(items[:limit])
    return f"{shown} and {len(items) - limit} more" if len(items) > limit else shown


def name_of(resource: Mapping[str, Any]) -> str:
    """What people call a Kubernetes object: ``DaemonSet kube-system/kube-router``."""
    metadata = resource["metadata"]
    return f"{resource['kind']} " + "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))
