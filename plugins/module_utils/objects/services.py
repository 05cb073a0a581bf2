# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services and their EndpointSlices, as every CNI looks at them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, Tuple

if TYPE_CHECKING:
    from ..contract.kubernetes import Resource

ServiceKey = Tuple[Optional[str], Optional[str]]  # namespace and name


def key(service: Resource) -> ServiceKey:
    """What names a Service: its namespace and its name."""
    return service["metadata"].get("namespace"), service["metadata"]["name"]


def by_service(endpoint_slices: list[Resource]) -> dict[ServiceKey, list[Resource]]:
    """``{(namespace, name): [EndpointSlice, …]}``."""
    result: dict[ServiceKey, list[Resource]] = {}
    for item in endpoint_slices:
        service = (item["metadata"].get("labels") or {}).get("kubernetes.io/service-name")
        result.setdefault((item["metadata"].get("namespace"), service), []).append(item)
    return result
