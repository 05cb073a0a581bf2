# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a cluster's files; the documentation is in plugins/modules/render.py."""

from __future__ import annotations

import os

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import BuildError
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import PlanError, accept
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import (
    in_job,
    plain,
    read_text,
    refused,
    replace_file,
)
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.directories import read_as_inventory
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.documents import documents
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.kept_plans import bounded
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.yaml_text import dump


class ActionModule(ActionBase):
    """Renders a plan and writes what differs."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        _result, arguments = self.validate_argument_spec(
            argument_spec={
                "plan": {"type": "dict", "required": True},
                "output_dir": {"type": "path", "default": "build"},
                "password": {"type": "str", "no_log": True},
                "render_secrets": {"type": "bool", "default": False},
            }
        )
        wrong = read_as_inventory(arguments["output_dir"], task_vars.get("ansible_inventory_sources") or ())
        if wrong:
            raise AnsibleActionFail(f"{wrong}. No file was written there")
        given = plain(arguments["plan"])
        try:
            plan = accept(given)
        except PlanError as error:
            return refused(error)
        secret = arguments["render_secrets"]
        directory = os.path.join(os.path.abspath(arguments["output_dir"]), plan["cluster"])
        try:
            files = documents(plan, plain(arguments["password"]) if secret else None)
            files["plan.yml"] = dump(given)  # without the defaults of what it leaves out
        except (BuildError, ClusterError) as error:
            raise AnsibleActionFail(f"the plan of {plan['cluster']} cannot be rendered: {error}") from error
        result = self._write({os.path.join(directory, name): text for name, text in files.items()}, secret)
        if result["changed"] and in_job(task_vars) and directory.startswith(os.getcwd() + os.sep):
            self._display.display(
                f"The files in {directory} end with this job. To keep them, let kubefabric_output_dir name a directory "
                "that the execution environment mounts."
            )
        return result

    def _write(self, files: dict[str, str], secret: bool) -> dict:
        """Write the files that differ; a diff is made only where it was asked for, of what holds no secrets."""
        mode = 0o600 if secret else 0o644
        changed, diff = [], []
        for path, text in files.items():
            before = read_text(path)
            if before == text and os.stat(path).st_mode & 0o777 == mode:
                continue
            changed.append(path)
            if self._task.diff and not secret:
                diff.append({"before": before or "", "after": text, "before_header": path, "after_header": path})
            if not self._task.check_mode:
                _write(path, text, mode)
        return bounded({"changed": bool(changed), "files": list(files), "changed_files": changed, "diff": diff})


def _write(path: str, text: str, mode: int) -> None:
    try:
        replace_file(path, text, mode)
    except OSError as error:
        raise AnsibleActionFail(
            f"{path} cannot be written: {error.strerror}. Set kubefabric_output_dir to a directory that can be "
            "written, and that outlives the run where the project does not"
        ) from error
