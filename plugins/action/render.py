# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a cluster's files; the documentation is in plugins/modules/render.py."""

from __future__ import annotations

import os

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.mo import BuildError
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain, read_text, replace_file
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.documents import documents
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.kept_plans import bounded


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
        plan = plain(arguments["plan"])
        secret = arguments["render_secrets"]
        directory = os.path.join(os.path.abspath(arguments["output_dir"]), plan["cluster"])
        try:
            files = documents(plan, plain(arguments["password"]) if secret else None)
        except (BuildError, ClusterError) as error:
            raise AnsibleActionFail(f"the plan of {plan['cluster']} cannot be rendered: {error}") from error
        return self._write({os.path.join(directory, name): text for name, text in files.items()}, secret)

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
                replace_file(path, text, mode)
        return bounded({"changed": bool(changed), "files": list(files), "changed_files": changed, "diff": diff})
