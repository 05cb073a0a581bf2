# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of objects of several kinds, read by one client."""

from __future__ import annotations

from .client import NotFoundError
from .secrets import masked


def read(cluster, asked: list) -> list:
    """One entry for each of ``asked``, in their order: ``{api_version, kind, served, resources}``.

    ``asked`` are dicts of ``api_version``, ``kind``, ``namespace``, ``label_selectors`` and ``field_selectors``. A kind
    that the API does not serve has no resources. Secrets are hidden and managedFields left out. Raises ClusterError.
    """
    return [_entry(cluster, one) for one in asked]


def _entry(cluster, one: dict) -> dict:
    found = _found(cluster, one)
    return {
        "api_version": one["api_version"],
        "kind": one["kind"],
        "served": found is not None,
        "resources": [_shown(item) for item in found or []],
    }


def _found(cluster, one: dict) -> list | None:
    """The objects, or None where the kind is not served."""
    kind = cluster.kind(one["api_version"], one["kind"])
    if kind is None:
        return None
    try:
        return cluster.list(
            kind,
            one.get("namespace"),
            ",".join(one.get("label_selectors") or []) or None,
            ",".join(one.get("field_selectors") or []) or None,
        )
    except NotFoundError:  # the client remembers on disk what the API served at an earlier run
        return None


def _shown(item: dict) -> dict:
    metadata = {key: value for key, value in item["metadata"].items() if key != "managedFields"}
    return masked({**item, "metadata": metadata})
