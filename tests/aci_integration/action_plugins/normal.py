"""Stands in for Ansible's ``normal`` action: runs a module in the worker's own process, ten times as fast.

Only ``tests.aci_integration`` puts it in the way.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
from pathlib import Path
from types import ModuleType

from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """One task of a module that needs nothing but its options."""

    def run(self, tmp=None, task_vars=None):
        """The result of the task."""
        super().run(tmp, task_vars)
        name = self._task.resolved_action or self._task.action
        namespace, _, module = name.rpartition(".")
        if name == "ansible.builtin.pip":
            return _installed(self._task.args["name"], self._task.args.get("state", "present"))
        if namespace != "cisco.aci" or self._connection._socket_path:
            return self._execute_module(task_vars=task_vars)
        sys.modules.update(dict.fromkeys(_absent()))  # the import of one that is None fails
        code = importlib.import_module(f"ansible_collections.cisco.aci.plugins.modules.{module}")
        check = {"_ansible_check_mode": self._task.check_mode, "_ansible_diff": self._task.diff}
        return _result(code, {**self._task.args, **check})


def _absent() -> list[str]:
    """The modules that the target wants to be without."""
    marks = Path(os.environ["ACI_INTEGRATION_ABSENT"])
    return [mark.name for mark in marks.iterdir()] if marks.is_dir() else []


def _installed(package: str, state: str) -> dict:
    """What the target takes for installing or removing a package: nothing changes, and other targets keep it."""
    name = {"pyyaml": "yaml", "python-dateutil": "dateutil"}.get(package, package)
    mark = Path(os.environ["ACI_INTEGRATION_ABSENT"]) / name
    if state == "absent":
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
    else:
        mark.unlink(missing_ok=True)
    return {"changed": True}


def _result(module: ModuleType, arguments: dict) -> dict:
    """What the module prints, as it would in a process of its own; ansible-core 2.18 takes the options so."""
    output = io.StringIO()
    warnings._global_warnings.clear()
    warnings._global_deprecations.clear()
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    try:
        with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
            module.main()
    finally:
        basic._ANSIBLE_ARGS = None
    return json.loads(output.getvalue())
