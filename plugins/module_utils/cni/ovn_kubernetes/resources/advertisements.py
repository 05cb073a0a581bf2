# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RouteAdvertisements: which pod networks OVN-Kubernetes announces, and over which FRRConfigurations' sessions.

One per purpose: OVN-Kubernetes announces nothing of a RouteAdvertisements in which one network has a mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....objects.ownership import labels
from ...base.groups import PREFIX
from ..settings import DEFAULT_VRF, OVN_API, ROUTES_LABEL, routes_of

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.kubernetes import Resource
    from ....contract.plan import Plan


def resources(plan: Plan, options: Options) -> list[Resource]:
    """That of the default network, that of the networks in the default VRF, and one per network in its own VRF."""
    default = {"networkSelectionType": "DefaultNetwork"}
    vrfs = dict.fromkeys(routes_of(name, network) for name, network in options["networks"].items())
    names = {vrf: f"{PREFIX}networks" if vrf == DEFAULT_VRF else f"{PREFIX}vrf-{vrf}" for vrf in vrfs if vrf}
    return [
        *([_resource(plan, f"{PREFIX}default", DEFAULT_VRF, default)] if options["advertise_default_network"] else []),
        *[_resource(plan, name, vrf, _networks_of(vrf)) for vrf, name in names.items()],
    ]


def _networks_of(vrf: str) -> JsonObject:
    """The networks that are announced in a VRF, by the label that ours carry (networks.py)."""
    selector = {"networkSelector": {"matchLabels": {ROUTES_LABEL: vrf}}}
    return {"networkSelectionType": "ClusterUserDefinedNetworks", "clusterUserDefinedNetworkSelector": selector}


def _resource(plan: Plan, name: str, vrf: str, network: Fields) -> Resource:
    """One RouteAdvertisements; pod networks go to all nodes, and no other node selector is allowed then."""
    return {
        "apiVersion": OVN_API,
        "kind": "RouteAdvertisements",
        "metadata": {"name": name, "labels": labels(plan["cluster"])},
        "spec": {
            **({"targetVRF": vrf} if vrf != DEFAULT_VRF else {}),
            "nodeSelector": {},
            "advertisements": ["PodNetwork"],
            "networkSelectors": [network],
            "frrConfigurationSelector": {"matchLabels": {ROUTES_LABEL: vrf}},
        },
    }
