# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How single values of OVN-Kubernetes' options are written: one function per format, as in formats.py."""

from __future__ import annotations

from ...intent.formats import LONGEST_DEVICE, namespace
from ...intent.formats_base import Invalid, like, release_of

# devices that a node has; Linux itself takes neither all nor default (net/ipv4/devinet.c)
DEVICES_TAKEN = ("all", "br-ex", "br-int", "genev_sys_6081", "lo", "ovn-k8s-mp0", "ovs-system")
# the first KubeVirt with what the binding for user-defined networks is made of
MANAGED_TAP_SINCE = (1, 4)

release = release_of("an OVN-Kubernetes", "1.4.0")
_kubevirt_release = release_of("a KubeVirt", "1.8.0")


@like(r"(?!default$)[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?")
def network_name(value: str) -> str:
    """The name of a ClusterUserDefinedNetwork that can be its VRF's (OVN-Kubernetes, GetNetworkVRFName)."""
    namespace(value)
    if len(value) > LONGEST_DEVICE:
        raise Invalid(
            f"has {len(value)} characters, so OVN-Kubernetes would give the network an unpredictable VRF name",
            f"use at most {LONGEST_DEVICE}",
        )
    if value == "default":
        raise Invalid("is the default network's name", "use another name")
    if value in DEVICES_TAKEN:
        raise Invalid("is no name for a VRF, because every node has it already", "use another name")
    return value


@like(_kubevirt_release.pattern)
def kubevirt_version(value: str) -> str:
    """A KubeVirt release without the leading v; 1.4 is the first with the attachment managedTap."""
    major, minor, _rest = _kubevirt_release(value).split(".", 2)
    if (int(major), int(minor)) < MANAGED_TAP_SINCE:
        raise Invalid(f"KubeVirt {value} has no binding for user-defined networks (managedTap)", "use 1.4.0 or later")
    return value
