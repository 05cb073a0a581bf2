# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of objects of several kinds, read by one client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.kubernetes.core.plugins.module_utils.k8s.service import hide_fields

from ..objects.secrets import masked
from .client import Forbidden, NotFoundError

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.kubernetes import Resource, ToRead
    from .client import Cluster


def read(cluster: Cluster, asked: list[ToRead]) -> list[JsonObject]:
    """One entry for each of ``asked``, in their order: ``{api_version, kind, served, forbidden, resources}``.

    ``asked`` are dicts of ``api_version``, ``kind``, ``namespace``, ``label_selectors``, ``field_selectors``,
    ``optional``, ``or_namespace`` and ``hidden_fields`` (as M(kubernetes.core.k8s_info) takes them). A kind that the
    API does not serve has no resources. An optional one that the user may not list has none either, or those of
    ``or_namespace`` if the user may list these. Secrets are hidden, and of managedFields only our own manager's are
    there. Raises ClusterError.
    """
    return [_entry(cluster, one) for one in asked]


def _entry(cluster: Cluster, one: ToRead) -> JsonObject:
    forbidden, found = False, None
    try:
        found = _found(cluster, one)
    except Forbidden:
        if not one.get("optional"):
            raise
        forbidden, found = True, _allowed(cluster, one)
    return {
        "api_version": one["api_version"],
        "kind": one["kind"],
        "served": forbidden or found is not None,
        "forbidden": forbidden,
        "resources": [_shown(item, cluster.field_manager, one.get("hidden_fields") or []) for item in found or []],
    }


def _allowed(cluster: Cluster, one: ToRead) -> list[Resource] | None:
    """What the user may list, where that is not everything: nothing, or what is in one namespace."""
    if not one.get("or_namespace"):
        return None
    try:
        return _found(cluster, {**one, "namespace": one["or_namespace"]})
    except Forbidden:
        return None


def _found(cluster: Cluster, one: ToRead) -> list[Resource] | None:
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


def _shown(item: Resource, manager: str, hidden: list[str]) -> JsonObject:
    metadata = {key: value for key, value in item["metadata"].items() if key != "managedFields"}
    ours = [entry for entry in item["metadata"].get("managedFields") or [] if entry.get("manager") == manager]
    shown = {**item, "metadata": {**metadata, **({"managedFields": ours} if ours else {})}}
    return masked(hide_fields(shown, hidden))
