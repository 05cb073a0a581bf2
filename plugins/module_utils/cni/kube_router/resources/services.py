# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is announced of single Services: annotations of theirs, which kube-router reads as they change (docs/bgp.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ....contract.freeform import JsonObject, Options
    from ....contract.kubernetes import Metadata, Resource

ANNOTATIONS = {
    "advertise_cluster_ip": "kube-router.io/service.advertise.clusterip",
    "advertise_external_ip": "kube-router.io/service.advertise.externalip",
    "advertise_loadbalancer_ip": "kube-router.io/service.advertise.loadbalancerip",
    "local": "kube-router.io/service.local",
}


def resources(options: Options) -> list[Resource]:
    """One Service per entry of ``services``, with our annotations and nothing else: the rest is its owner's."""
    return [_service(name, given) for name, given in options["services"].items()]


def _service(name: str, given: JsonObject) -> Resource:
    namespace, _slash, own = name.partition("/")
    annotations = {
        key: str(given[option]).lower() for option, key in ANNOTATIONS.items() if given.get(option) is not None
    }
    metadata: Metadata = {"name": own, "namespace": namespace, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata}
