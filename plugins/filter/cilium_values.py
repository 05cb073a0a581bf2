# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter behind Cilium's installation; documentation beside this file."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.cilium import resources as cilium
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain


def cilium_values(plan: dict[str, Any]) -> dict[str, Any]:
    """The Helm values of a plan, as the rendered file has them."""
    try:
        return cilium.files(plain(plan))[cilium.VALUES_FILE]
    except ClusterError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"cilium_values": cilium_values}
