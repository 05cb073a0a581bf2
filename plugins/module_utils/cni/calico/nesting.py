# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of Calico's in the virtual machines of others: which workloads they are, and what they announce."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMESPACE = "pcns.projectcalico.org/name"


def announces(options: Mapping[str, Any]) -> frozenset[Any]:
    """The kinds of networks that nodes announce: pods, and the services that Calico is configured to announce."""
    external = any(options.get(f"advertise_{kind}_ips") is not False for kind in ("external", "loadbalancer"))
    wanted = {
        "pod": True,
        "service": options.get("advertise_cluster_ips") is not False,
        "external_service": external,
    }
    return frozenset(kind for kind, yes in wanted.items() if yes)


def selection(nested_in: Mapping[str, Any]) -> str | None:
    """A cluster's nodes among the parent's workloads (BGPPeer.localWorkloadSelector): labels of their own, and of
    their namespaces after ``pcns.``.
    """
    terms = [nested_in["workloads"]] if nested_in["workloads"] else []
    if nested_in["namespace"]:
        terms.append(f"{NAMESPACE} == '{nested_in['namespace']}'")
    terms += [f"pcns.{key} == '{value}'" for key, value in sorted((nested_in["namespace_labels"] or {}).items())]
    if len(terms) > 1 and nested_in["workloads"] and "||" in nested_in["workloads"]:
        terms[0] = f"({terms[0]})"
    return " && ".join(terms) or None
