# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the clusters whose L3Out is as planned; the documentation is in plugins/modules/compare_l3outs.py."""

from __future__ import annotations

from typing import Any

from ansible_collections.kubefabric.bgp.plugins.modules import aci_l3out
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import complaint
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.in_process import RunsModules
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.play_hosts import HostVariables, PlayHosts

NAME = "kubefabric.bgp.aci_l3out"
# As the tasks of the role aci_l3out give them: options by the role's variables.
OPTIONS = ("adopt", "change_svi", "companions", "password_update", "state", "wait_for_faults")


class ActionModule(RunsModules):
    """Runs aci_l3out in check mode for each cluster of the play, in one process."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        self.validate_argument_spec(argument_spec={})
        if not self._is_here(task_vars):
            return {"changed": False, "unchanged": [], "others": {}}
        hosts = PlayHosts(self._task, task_vars, self._templar)
        unchanged, others, warnings = [], {}, []
        for name in hosts.names:
            variables = hosts.variables(name)
            if "l3out" not in (variables.get("kubefabric_plan") or {}):
                others[name] = "it has no L3Out of its own"
                continue
            found = self._run_here(NAME, aci_l3out.main, aci_l3out.planned.PlanModule, _options(variables), task_vars)
            if found.get("failed"):
                others[name] = complaint(found)
            elif found.get("changed"):
                others[name] = "it differs"
            else:
                unchanged.append(name)
                warnings += [f"{name}: {text}" for text in found.get("warnings") or []]
        return {"changed": False, "unchanged": unchanged, "others": others, "warnings": warnings}


def _options(variables: HostVariables) -> dict[str, Any]:
    """The options of aci_l3out for a cluster, as roles/aci_l3out/tasks/apply.yml has them."""
    connection = {
        **((variables.get("kubefabric_fabric") or {}).get("apic") or {}),
        **(variables.get("kubefabric_apic") or {}),
    }
    bgp = (variables.get("kubefabric_cluster") or {}).get("bgp") or {}
    secrets = {
        "bgp_password": bgp.get("password"),
        "bgp_next_password": bgp.get("next_password"),
        "password_key": bgp.get("password_key"),
    }
    return {
        **connection,
        **{name: variables.get(f"aci_l3out_{name}") for name in OPTIONS},
        **{name: value for name, value in secrets.items() if value},
        "plan": variables.get("kubefabric_plan"),
        "accept_loss": True,  # nothing is written here: the task that writes asks
    }
