# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run cluster_resources in Ansible's own process; the documentation is in plugins/modules/cluster_resources.py."""

from __future__ import annotations

from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan import outage
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import accept
from ansible_collections.kubefabric.bgp.plugins.modules import aci_bgp_info, cluster_resources
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    """See plugin_utils/in_process.py. Where the module refuses to take sessions down, the leaves say which are up."""

    main = staticmethod(cluster_resources.main)
    module_class = cluster_resources.Module

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        costly = result.pop("costly_resets", None)
        apic, plan = plain(self._task.args.get("apic")), plain(self._task.args.get("plan"))
        if not costly or not apic or "l3out" not in (plan or {}) or not self._is_here(task_vars):
            return result
        arguments = {**apic, "plan": plan}
        kind = aci_bgp_info.planned.PlanModule
        leaves = self._run_here("kubefabric.bgp.aci_bgp_info", aci_bgp_info.main, kind, arguments, task_vars)
        if leaves.get("failed"):
            return result
        objection = outage.objection(accept(plan, networks=NETWORKS), costly, outage.established(leaves["bgp"]))
        if objection:
            return {**result, "msg": f"Nothing was written: {objection}."}
        self._task.args = {**self._task.args, "accept_loss": True}
        return super().run(tmp, task_vars)
