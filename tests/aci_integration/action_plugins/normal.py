"""Stands in for Ansible's ``normal`` action: runs a module in the worker's own process, ten times as fast.

Only ``tests.aci_integration`` puts it in the way.
"""

from __future__ import annotations

import importlib

from ansible.plugins.action import ActionBase

from tests.run_module import ModuleFailed, run_module


class ActionModule(ActionBase):
    """One task of a module that needs nothing but its options."""

    def run(self, tmp=None, task_vars=None):
        """The result of the task."""
        super().run(tmp, task_vars)
        name = self._task.resolved_action or self._task.action
        namespace, _, module = name.rpartition(".")
        if namespace != "cisco.aci" or self._connection._socket_path:
            return self._execute_module(task_vars=task_vars)
        if module.startswith("aci_cloud_"):
            return {"changed": False, "current": []}  # the catalog has no public cloud: this is a fabric's controller
        code = importlib.import_module(f"ansible_collections.cisco.aci.plugins.modules.{module}")
        try:
            return run_module(code, self._task.args, check=self._task.check_mode, diff=self._task.diff)
        except ModuleFailed as problem:
            return problem.result
