# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OVN-Kubernetes' options: defaults filled in, and what FRR-K8s cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..base import password_secret
from ..base.options import filled

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject, Options
    from ...contract.plan import Plan

FRR_API = "frrk8s.metallb.io/v1beta1"
OVN_API = "k8s.ovn.org/v1"
# a Namespace that has it, from its creation on, has a user-defined network as its pods' own
PRIMARY_LABEL = "k8s.ovn.org/primary-user-defined-network"
# On an FRRConfiguration: which RouteAdvertisements takes it as its base.
ROUTES_LABEL = "bgp.kubefabric.io/routes"
DEFAULT_VRF = "default"
# Before this release a session without disableMP was a configuration error (its routeadvertisements controller).
WITHOUT_DISABLE_MP = (1, 4)

DEFAULTS: dict[Any, Any] = {
    "version": None,
    "frr_namespace": "frr-k8s-system",
    "frr_selector": "app.kubernetes.io/component=frr-k8s",
    "password_secret": {},
    "receive": [],
    "advertise_default_network": True,
    "advertise_external_services": False,
    "gateway_mode": "shared",
    "networks": {},
    "kubevirt": {},
    "virtual_machines": {},
    "connect_retry": 5,
    "ebgp_multihop": False,
    "nodes": {},
}
NETWORK: dict[Any, Any] = {
    "topology": "Layer2",
    "persistent_ips": True,
    "advertise": "default_vrf",
    "leak_default_routes": False,
    "vrf_lite": {},
}
VRF_LITE: dict[Any, Any] = {"attach": "nmstate", "node_selector": {}, "peers": []}
KUBEVIRT: dict[Any, Any] = {"namespace": "kubevirt", "name": "kubevirt", "binding": "l2bridge"}
VIRTUAL_MACHINE: dict[Any, Any] = {"run_strategy": "Always"}
SECRET = {"name": "kubefabric-bgp", "key": "password", "type": password_secret.BASIC_AUTH}


def settings(plan: Plan) -> JsonObject:
    """The plan's ``ovn_kubernetes`` options with every default filled in. Raises ClusterError for an unknown one."""
    options = filled(plan.get("ovn_kubernetes"), "ovn_kubernetes", DEFAULTS)
    options["password_secret"] = password_secret.settings(options["password_secret"], **SECRET)
    options["networks"] = {name: _network(given) for name, given in options["networks"].items()}
    options["kubevirt"] = {**KUBEVIRT, **options["kubevirt"]} if options["kubevirt"] else {}
    machines = options["virtual_machines"].items()
    options["virtual_machines"] = {name: {**VIRTUAL_MACHINE, **given} for name, given in machines}
    return options


def _network(given: JsonObject) -> JsonObject:
    network = {**NETWORK, **given}
    if network["vrf_lite"]:
        lite = {**VRF_LITE, **network["vrf_lite"]}
        selector = {key: str(value) for key, value in lite["node_selector"].items()}
        network["vrf_lite"] = {**lite, "node_selector": selector}
    return network


def routes_of(name: str, network: Fields) -> str | None:
    """In which VRF a network is announced: ``default``, its own, or None; the value of our label ROUTES_LABEL."""
    return {"default_vrf": DEFAULT_VRF, "own_vrf": name}.get(network["advertise"])


def needs_disable_mp(options: Options) -> bool:
    """Whether this OVN-Kubernetes refuses sessions without ``disableMP``."""
    version = options["version"]
    return bool(version) and tuple(int(part) for part in version.split(".")[:2]) < WITHOUT_DISABLE_MP
