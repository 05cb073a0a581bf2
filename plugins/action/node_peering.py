# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give node_peering what a plan says of its host; the documentation is in plugins/modules/node_peering.py.

The plan is read here, where it is: the host gets the few options that concern it. Here alone it is known, too, which
options the task gives, and which are defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.validation import check_type_dict
from ansible.plugins.action import normal

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan import hosts
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import PlanError, accept
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain, refused

OF_PLAN = ("plan", "host", "next_password", "workload_passwords")


class ActionModule(normal.ActionModule):
    """Runs the module as any other, with the plan's options in place of the plan."""

    def run(self, tmp: Any = None, task_vars: Any = None) -> Any:
        try:
            self._task.args = with_plan(self._task.args, str(task_vars["inventory_hostname"]))
        except PlanError as error:
            return refused(error)
        except (hosts.HostError, TypeError) as error:
            return {"failed": True, "changed": False, "msg": str(error)}
        return super().run(tmp, task_vars)


def with_plan(arguments: Mapping[str, Any], host: str) -> dict[str, Any]:
    """A task's arguments with what the plan among them says of the host. Raises PlanError and HostError."""
    given = dict(arguments)
    if given.get("plan") is None:
        return given
    if given.get("state") == "absent":
        return {key: value for key, value in given.items() if key not in OF_PLAN}
    plan = accept(plain(check_type_dict(given.pop("plan"))), networks=NETWORKS)
    name = given.pop("host", None) or host
    if given.get("workload_passwords") is not None:
        given["workload_passwords"] = check_type_dict(given["workload_passwords"])
    return hosts.options(plan, str(name), given)
