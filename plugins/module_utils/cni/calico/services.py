# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses of Services Calico's nodes announce one by one. Pure; follows confd's routes.go of each release.

Source: confd/pkg/backends/calico/routes.go at the tags v3.28.5 to v3.32.1 and on the branches release-v3.31 to
release-v3.33.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...contract.addresses import family, prefix, within

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject
    from ...contract.kubernetes import Resource

_TYPES = ("ClusterIP", "NodePort", "LoadBalancer")
_RELEASE = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_IN_IMAGE = re.compile(r":v?" + _RELEASE.pattern)  # in calico-node's image
# What is taken where neither the image nor the plan says the release: the newest with a tag.
NEWEST = (3, 32, 1)


@dataclass(frozen=True)
class Rules:
    """What differs from release to release.

    ``slices``: EndpointSlices count, of any of a Service's families, and all of its ``clusterIPs`` are announced; up to
    v3.30 Endpoints did, which have the family of ``clusterIP``, and that alone is announced. ``unready``: an endpoint
    counts whatever its state. ``single_external``: a list's single address counts for ``externalIPs``, too;
    ``single_assigned``: and for addresses of the Service's status.
    """

    slices: bool
    unready: bool
    single_external: bool
    single_assigned: bool


def rules(release: tuple[int, ...]) -> Rules:
    """The rules of a release."""
    return Rules(
        slices=release >= (3, 31),
        # calico pull requests 13246, 13253 and 13255 ended it, on each branch after its newest tag of then
        unready=(3, 31) <= release < (3, 31, 7) or (3, 32) <= release < (3, 32, 2),
        single_external=release >= (3, 30),
        # calico pull request 11917
        single_assigned=(3, 30, 7) <= release < (3, 31) or release >= (3, 31, 5),
    )


def release(image: str, version: str | None) -> tuple[int, ...]:
    """The release of a calico-node: its image's, else that of ``calico.version``, else the newest with a tag."""
    found = _IN_IMAGE.search(image) or _RELEASE.match(version or "")
    return tuple(int(number or 0) for number in found.groups()) if found else NEWEST


def addresses(service: Resource, allowed: Fields, by: Rules) -> list[Any]:
    """Every address of one Service that may be announced; ``allowed`` are the BGPConfiguration's lists."""
    spec = service.get("spec") or {}
    return [
        *(cluster_addresses(spec, by) if allowed["cluster"] else []),
        *_within(spec.get("externalIPs") or [], allowed["external"]),
        *_within(_balancer_addresses(service), allowed["balancer"]),
    ]


def cluster_addresses(spec: JsonObject, by: Rules) -> list[Any]:
    """``clusterIPs``, or ``clusterIP`` alone."""
    first = [text for text in [spec.get("clusterIP")] if text]
    return (spec.get("clusterIPs") or first) if by.slices else first


def nodes(
    names: set[str], service: Resource, slices: list[Resource], allowed: Fields, aggregated: bool, by: Rules
) -> set[Any]:
    """The nodes of a cluster (``names``) that announce the addresses of one Service one by one."""
    spec = service.get("spec") or {}
    policy = spec.get("externalTrafficPolicy")
    if spec.get("type", "ClusterIP") not in _TYPES or spec.get("clusterIP") in (None, "", "None") or not slices:
        return set()
    if policy == "Cluster" and _has_single(service, allowed, by):
        return names
    if policy != "Local" and (aggregated or not by.slices):
        return set()
    found = _endpoints(spec, slices, by)
    if policy != "Local":
        return names if found else set()
    return {endpoint.get("nodeName") for endpoint in found} - {None}


def _endpoints(spec: JsonObject, slices: list[Resource], by: Rules) -> list[Any]:
    """The endpoints of the Service's families that count."""
    spoken = spec.get("ipFamilies") if by.slices else None
    wanted = {text.lower() for text in spoken or [family(text) for text in cluster_addresses(spec, by)]}
    return [
        endpoint
        for item in slices
        if item.get("addressType", "").lower() in wanted
        for endpoint in item.get("endpoints") or []
        if by.unready or (endpoint.get("conditions") or {}).get("ready") is not False
    ]


def _has_single(service: Resource, allowed: Fields, by: Rules) -> bool:
    """Whether an address of one Service is a network of its own in a list; a load balancer's, of that type alone."""
    spec = service.get("spec") or {}
    external = (spec.get("externalIPs") or []) if by.single_external else []
    assigned = _balancer_addresses(service) if by.single_assigned else []
    balancer = [spec.get("loadBalancerIP"), *assigned] if spec.get("type") == "LoadBalancer" else []
    return any(prefix(text) in allowed["external"] for text in external) or any(
        prefix(text) in allowed["balancer"] for text in balancer if text
    )


def _within(texts: list[str], networks: list[Any]) -> list[Any]:
    return [text for text in texts if any(within(text, network) for network in networks)]


def _balancer_addresses(service: Resource) -> list[Any]:
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    return [item["ip"] for item in ingress if item.get("ip")]
