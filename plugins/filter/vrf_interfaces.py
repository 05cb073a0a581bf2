# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which interfaces of a host belong to VRFs; documentation beside this file."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.ovn_kubernetes.resources.networks import (
    host_interfaces,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain


def vrf_interfaces(plan: dict[str, Any], node: str) -> list[Any]:
    """What the host of a node puts under which VRF."""
    try:
        return host_interfaces(plain(plan), plain(node))
    except ClusterError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"vrf_interfaces": vrf_interfaces}
