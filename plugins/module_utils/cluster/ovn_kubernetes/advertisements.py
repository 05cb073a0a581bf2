# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RouteAdvertisements: which pod networks OVN-Kubernetes announces, and over which FRRConfigurations' sessions.

One per purpose: OVN-Kubernetes announces nothing of a RouteAdvertisements in which one network has a mistake.
"""

from __future__ import annotations

from ..groups import PREFIX
from ..ownership import labels
from .settings import DEFAULT_VRF, OVN_API, ROUTES_LABEL


def resources(plan: dict, options: dict) -> list:
    """The RouteAdvertisements of the default network; none where it is not announced."""
    if not options["advertise_default_network"]:
        return []
    return [_resource(plan, f"{PREFIX}default", DEFAULT_VRF, {"networkSelectionType": "DefaultNetwork"})]


def _resource(plan: dict, name: str, routes: str, network: dict) -> dict:
    """One RouteAdvertisements; the pod network goes to all nodes, and no other node selector is allowed then."""
    return {
        "apiVersion": OVN_API,
        "kind": "RouteAdvertisements",
        "metadata": {"name": name, "labels": labels(plan["cluster"])},
        "spec": {
            "nodeSelector": {},
            "advertisements": ["PodNetwork"],
            "networkSelectors": [network],
            "frrConfigurationSelector": {"matchLabels": {ROUTES_LABEL: routes}},
        },
    }
