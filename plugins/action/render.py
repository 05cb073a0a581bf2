# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write clusters' files; the documentation is in plugins/modules/render.py."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import BuildError
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.common.words import listed
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import PlanError, accept
from ansible_collections.kubefabric.bgp.plugins.plugin_utils import kept_plans
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import (
    in_job,
    plain,
    read_text,
    refused,
    replace_file,
    without_collector,
)
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.directories import read_as_inventory
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.documents import documents
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.play_hosts import HostVariables, PlayHosts

OUTPUT = "build"


class Cluster(NamedTuple):
    """What is rendered of one cluster: the plan as it was given, and complete; password: to be written into files."""

    given: dict[str, Any]
    plan: dict[str, Any]
    output: str
    password: str | None = None
    secret: bool = False
    next_password: str | None = None

    @property
    def directory(self) -> str:
        return os.path.join(os.path.abspath(self.output), self.plan["cluster"])


class Found(NamedTuple):
    """What rendering found: paths of all files, of those that differ, clusters that have some, their difference."""

    files: list[str]
    changed_files: list[str]
    changed_clusters: list[str]
    diff: list[dict[str, str]]


class ActionModule(ActionBase):
    """Renders plans and writes what differs."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _result, arguments = self.validate_argument_spec(
            argument_spec={
                "plan": {"type": "dict"},
                "planned": {"type": "dict"},
                "output_dir": {"type": "path", "default": OUTPUT},
                "password": {"type": "str", "no_log": True},
                "render_secrets": {"type": "bool", "default": False},
            },
            required_one_of=[("plan", "planned")],
            mutually_exclusive=[("plan", "planned")],
        )
        try:
            with without_collector():
                clusters = list(self._clusters(arguments, task_vars))
                self._refuse_inventories(clusters, task_vars)
                found = self._write(clusters)
        except PlanError as error:
            return refused(error)
        if arguments["planned"] is not None and found.changed_clusters:  # the recap has the first cluster alone
            verb = "would change" if self._task.check_mode else "changed"
            self._display.display(f"Files {verb} of {listed(found.changed_clusters, 20)}.")
        if found.changed_files and in_job(task_vars):
            self._say_what_ends(clusters)
        return kept_plans.bounded({"changed": bool(found.changed_files), **found._asdict()}, self._display.warning)

    def _clusters(self, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]) -> Iterator[Cluster]:
        """The cluster of the option ``plan``, or all of the play. Raises PlanError with all mistakes of all plans."""
        if arguments["plan"] is not None:
            given, secret = plain(arguments["plan"]), arguments["render_secrets"]
            password = plain(arguments["password"]) if secret else None
            yield Cluster(given, accept(given, networks=NETWORKS), arguments["output_dir"], password, secret)
            return
        plans = kept_plans.read(arguments["planned"])
        hosts = PlayHosts(self._task, task_vars, self._templar)
        mistakes = []
        for name in hosts.names:
            try:
                yield _of_host(name, hosts.variables(name), plans)
            except PlanError as error:
                mistakes += error.findings
        if mistakes:
            raise PlanError(mistakes)

    def _refuse_inventories(self, clusters: Iterable[Cluster], task_vars: Mapping[str, Any]) -> None:
        sources = task_vars.get("ansible_inventory_sources") or ()
        for output in dict.fromkeys(cluster.output for cluster in clusters):
            wrong = read_as_inventory(output, sources)
            if wrong:
                raise AnsibleActionFail(f"{wrong}. No file was written there")

    def _write(self, clusters: Iterable[Cluster]) -> Found:
        """Render all before anything is written, then write the files that differ."""
        found = Found([], [], [], [])
        rendered = [(cluster, _rendered(cluster)) for cluster in clusters]
        for cluster, files in rendered:
            found.files.extend(files)
            changed = [path for path, text in files.items() if self._replace(path, text, cluster.secret, found)]
            found.changed_files.extend(changed)
            found.changed_clusters.extend([cluster.plan["cluster"]] if changed else [])
        return found

    def _replace(self, path: str, text: str, secret: bool, found: Found) -> bool:
        """Whether a file differs; a diff is made only where it was asked for, of what holds no secrets."""
        mode = 0o600 if secret else 0o644
        before = read_text(path)
        if before == text and os.stat(path).st_mode & 0o777 == mode:
            return False
        if self._task.diff and not secret:
            found.diff.append({"before": before or "", "after": text, "before_header": path, "after_header": path})
        if not self._task.check_mode:
            _write(path, text, mode)
        return True

    def _say_what_ends(self, clusters: Iterable[Cluster]) -> None:
        for directory in dict.fromkeys(os.path.abspath(cluster.output) for cluster in clusters):
            if f"{directory}{os.sep}".startswith(os.getcwd() + os.sep):
                self._display.display(
                    f"The files in {directory} end with this job. To keep them, let kubefabric_output_dir name a "
                    "directory that the execution environment mounts."
                )


def _of_host(name: str, variables: HostVariables, plans: Mapping[str, dict[str, Any]]) -> Cluster:
    """A cluster of the play: its own plan, or the one that was made for it; its variables say where files go."""
    given = variables.get("kubefabric_plan", plans.get(name))
    if given is None:
        raise AnsibleActionFail(
            f"{name} is not in the group clusters, whose hosts are planned, one for each Kubernetes cluster. Add it "
            "there, or give it a plan (kubefabric_plan). Nothing was done"
        )
    plan = accept(given, f"{name}: kubefabric_plan", NETWORKS)
    output = os.path.expanduser(os.path.expandvars(str(variables.get("kubefabric_output_dir", OUTPUT))))
    if not boolean(variables.get("kubefabric_render_secrets", False)):
        return Cluster(given, plan, output)
    bgp = (variables.get("kubefabric_cluster") or {}).get("bgp") or {}
    return Cluster(given, plan, output, bgp.get("password"), secret=True, next_password=bgp.get("next_password"))


def _rendered(cluster: Cluster) -> dict[str, str]:
    """A cluster's files by path."""
    try:
        files = documents(cluster.plan, cluster.password, cluster.given, cluster.next_password)
    except (BuildError, ClusterError) as error:
        raise AnsibleActionFail(f"the plan of {cluster.plan['cluster']} cannot be rendered: {error}") from error
    return {os.path.join(cluster.directory, name): text for name, text in files.items()}


def _write(path: str, text: str, mode: int) -> None:
    try:
        replace_file(path, text, mode)
    except OSError as error:
        raise AnsibleActionFail(
            f"{path} cannot be written: {error.strerror}. Set kubefabric_output_dir to a directory that can be "
            "written, and that outlives the run where the project does not"
        ) from error
