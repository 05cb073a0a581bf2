# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of Kubernetes objects: what all kinds have. What is in ``spec`` and ``status`` is up to the kind."""

from __future__ import annotations

from typing import Any, Callable, Dict, Protocol, TypedDict

from .freeform import JsonObject

Labels = Dict[str, str]


class Metadata(TypedDict, total=False):
    """The metadata of an object, as far as it matters here."""

    name: str
    namespace: str
    labels: Labels
    annotations: dict[str, str]
    uid: str
    resourceVersion: str
    creationTimestamp: str
    deletionTimestamp: str
    ownerReferences: list[JsonObject]
    finalizers: list[str]
    managedFields: list[JsonObject]


class Resource(TypedDict, total=False):
    """An object, as read or as it is to be. Objects that were read in a list have no ``apiVersion`` and ``kind``."""

    apiVersion: str
    kind: str
    metadata: Metadata
    spec: JsonObject
    status: JsonObject
    data: dict[str, str]  # of ConfigMaps and Secrets
    stringData: dict[str, str]  # of Secrets
    type: str  # of Secrets
    rules: list[JsonObject]  # of Roles
    roleRef: JsonObject  # of RoleBindings
    subjects: list[JsonObject]  # of RoleBindings
    addressType: str  # of EndpointSlices
    endpoints: list[JsonObject]  # of EndpointSlices
    ports: list[JsonObject]  # of EndpointSlices
    revision: int  # of ControllerRevisions


class Kind(Protocol):
    """A kind as the API serves it: the Kubernetes client's resource, by which objects are read and written."""

    kind: str
    group_version: str
    namespaced: bool
    get: Callable[..., Any]
    server_side_apply: Callable[..., Any]
    delete: Callable[..., Any]


class Secrets(TypedDict, total=False):
    """Secrets for resources, beside the plan."""

    bgp_password: str | None
    bgp_next_password: str | None  # of the sessions that the plan marks with it
    placeholder: bool  # whether the password is a text that shows where it belongs, which is not encoded


class ToRead(TypedDict, total=False):
    """What to read of a cluster: the options of kubefabric.bgp.cluster_info."""

    api_version: str
    kind: str
    namespace: str
    label_selectors: list[str]
    field_selectors: list[str]
    hidden_fields: list[str]  # whose values are not shown
    or_namespace: str  # where to read where the user may not read them all
    optional: bool  # whether the cluster need not have this kind, nor the user the right to read it
