# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools from which Cilium gives Services of type LoadBalancer their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....contract.families import families, networks
from ....objects.ownership import labels
from ..settings import BLOCKS_SINCE, version

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.kubernetes import Resource
    from ....contract.plan import Plan

NAME = "kubefabric"


def resources(plan: Plan, options: Options) -> list[Resource]:
    """One resource a pool of the plan; one pool of all networks for external addresses where none is described."""
    return [_pool(plan, options, pool) for pool in described(plan, options)]


def described(plan: Plan, options: Options) -> list[Any]:
    """The pools as the intent describes them: ``[{name, blocks, service_selector, first_and_last}]``."""
    if options["load_balancer_pools"] is not None:
        return options["load_balancer_pools"]
    blocks = [prefix for family in families(plan) for prefix in networks(plan, "external_service", family)]
    return [{"name": NAME, "blocks": blocks}] if blocks else []


def _pool(plan: Plan, options: Options, pool: Fields) -> Resource:
    blocks = [_block(text) for text in pool["blocks"]]
    spec: dict[Any, Any] = {"blocks" if version(options) >= BLOCKS_SINCE else "cidrs": blocks}
    if pool.get("service_selector"):
        spec["serviceSelector"] = pool["service_selector"]
    if pool.get("first_and_last") is not None and version(options) >= BLOCKS_SINCE:
        spec["allowFirstLastIPs"] = "Yes" if pool["first_and_last"] else "No"
    return {
        "apiVersion": "cilium.io/v2" if options["api"] == "v2" else "cilium.io/v2alpha1",
        "kind": "CiliumLoadBalancerIPPool",
        "metadata": {"name": pool["name"], "labels": labels(plan["cluster"])},
        "spec": spec,
    }


def _block(text: str) -> JsonObject:
    first, separator, last = text.partition("-")
    return {"start": first, "stop": last} if separator else {"cidr": text}
