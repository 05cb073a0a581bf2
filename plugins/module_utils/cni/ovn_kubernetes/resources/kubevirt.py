# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KubeVirt on user-defined networks: the binding by which machines are connected to them, and the machines.

The binding plugins' feature gates are those of KubeVirt 1.4, with which the attachment managedTap came; both became
general with 1.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....objects.ownership import KEEP_ANNOTATION

if TYPE_CHECKING:
    from ....contract.freeform import JsonObject, Options

API = "kubevirt.io/v1"
FEATURE_GATES = ["NetworkBindingPlugins", "DynamicPodInterfaceNaming"]
WITHOUT_GATES = (1, 5)
INTERFACE = "overlay"
DISK = "root"


def registration(options: Options) -> list[Any]:
    """The KubeVirt object with the binding, and where its release needs them the feature gates, and nothing else.

    The API server merges the bindings; bring.py adds the gates to those that are there.
    """
    given = options["kubevirt"]
    if not given:
        return []
    binding = {given["binding"]: {"domainAttachmentType": "managedTap", "migration": {}}}
    gates = release(given["version"]) < WITHOUT_GATES
    return [
        {
            "apiVersion": API,
            "kind": "KubeVirt",
            "metadata": {"name": given["name"], "namespace": given["namespace"]},
            "spec": {
                "configuration": {
                    **({"developerConfiguration": {"featureGates": FEATURE_GATES}} if gates else {}),
                    "network": {"binding": binding},
                }
            },
        }
    ]


def release(version: str) -> tuple[Any, ...]:
    """``(1, 5)`` of ``1.5.2``."""
    return tuple(int(part) for part in version.split(".")[:2])


def machines(options: Options) -> list[Any]:
    """One VirtualMachine each, on the primary network of its namespace; never deleted."""
    return [
        _machine(name, given, options["kubevirt"]["binding"]) for name, given in options["virtual_machines"].items()
    ]


def _machine(name: str, given: JsonObject, binding: str) -> JsonObject:
    domain = {
        **({"cpu": {"cores": given["cores"]}} if given.get("cores") else {}),
        "memory": {"guest": given["memory"]},
        "devices": {
            "disks": [{"name": DISK, "disk": {"bus": "virtio"}}],
            "interfaces": [{"name": INTERFACE, "binding": {"name": binding}}],
            "rng": {},
        },
    }
    grace = given.get("termination_grace_period")
    return {
        "apiVersion": API,
        "kind": "VirtualMachine",
        "metadata": {"name": name, "namespace": given["namespace"], "annotations": {KEEP_ANNOTATION: "true"}},
        "spec": {
            "runStrategy": given["run_strategy"],
            "template": {
                "spec": {
                    "domain": domain,
                    "networks": [{"name": INTERFACE, "pod": {}}],
                    "volumes": [{"name": DISK, **_volume(given)}],
                    **({"terminationGracePeriodSeconds": grace} if grace is not None else {}),
                }
            },
        },
    }


def _volume(given: JsonObject) -> JsonObject:
    if given.get("image"):
        return {"containerDisk": {"image": given["image"]}}
    return {"persistentVolumeClaim": {"claimName": given["claim"]}}
