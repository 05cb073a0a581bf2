# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OVN-Kubernetes' options: defaults filled in, and what FRR-K8s cannot do."""

from __future__ import annotations

import difflib

from .. import password_secret
from ..errors import ClusterError

FRR_API = "frrk8s.metallb.io/v1beta1"
OVN_API = "k8s.ovn.org/v1"
# The kubelet's label by which OVN-Kubernetes itself selects single nodes in the FRRConfigurations that it generates.
HOSTNAME = "kubernetes.io/hostname"
# On an FRRConfiguration: which RouteAdvertisements takes it as its base.
ROUTES_LABEL = "bgp.kubefabric.io/routes"
DEFAULT_VRF = "default"
# Before this release a session without disableMP was a configuration error (its routeadvertisements controller).
WITHOUT_DISABLE_MP = (1, 4)

DEFAULTS: dict = {
    "version": None,
    "frr_namespace": "frr-k8s-system",
    "frr_selector": "app.kubernetes.io/component=frr-k8s",
    "password_secret": {},
    "receive": [],
    "advertise_default_network": True,
    "advertise_external_services": False,
    "connect_retry": 5,
    "ebgp_multihop": False,
    "nodes": {},
}
SECRET = {"name": "kubefabric-bgp", "key": "password", "type": password_secret.BASIC_AUTH}


def settings(plan: dict) -> dict:
    """The plan's ``ovn_kubernetes`` options with every default filled in. Raises ClusterError for an unknown one."""
    given = {key: value for key, value in (plan.get("ovn_kubernetes") or {}).items() if value is not None}
    for key in given:
        if key not in DEFAULTS:
            near = difflib.get_close_matches(key, DEFAULTS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(DEFAULTS)}"
            raise ClusterError(f"kubefabric_cluster.ovn_kubernetes.{key}: no such option; {hint}")
    options = {**DEFAULTS, **given}
    options["password_secret"] = password_secret.settings(options["password_secret"], **SECRET)
    return options


def needs_disable_mp(options: dict) -> bool:
    """Whether this OVN-Kubernetes refuses sessions without ``disableMP``."""
    version = options["version"]
    return bool(version) and tuple(int(part) for part in version.split(".")[:2]) < WITHOUT_DISABLE_MP
