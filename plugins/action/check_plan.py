# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a plan against its format; the documentation is in plugins/modules/check_plan.py."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import PlanError, accept
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain, refused


class ActionModule(ActionBase):
    """Reads the plan; asks no host."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> Any:
        super().run(tmp, task_vars)
        _result, given = self.validate_argument_spec(
            argument_spec={
                "plan": {"type": "raw", "required": True},
                "name": {"type": "str", "default": "kubefabric_plan"},
            }
        )
        try:
            accept(plain(given["plan"]), str(given["name"]), NETWORKS)
        except PlanError as error:
            return refused(error)
        return {"changed": False}
