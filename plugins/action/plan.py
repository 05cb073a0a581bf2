# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan all clusters of the inventory; the documentation is in plugins/modules/plan.py."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.release import __version__

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import Result, build
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.errors import Finding, IntentError
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain, read_text, replace_file
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.yaml_text import dump, load

GROUP = "clusters"
# hostvars of ansible-core before 2.19 hands out an expression that it cannot resolve, where later ones raise
LEAVES_UNDEFINED = tuple(map(int, __version__.split(".")[:2])) < (2, 19)
FILE = os.path.join("group_vars", "all", "kubefabric_allocations.yml")
HEADER = """---
# Addresses, networks and VLANs that kubefabric.bgp allocated. Commit this file, like a lock file: what stands here is
# never given to anybody else. It is rewritten by the plan; to choose an address, give it in the intent.
"""


class ActionModule(ActionBase):
    """Collects the intent of every cluster, whatever --limit says: addresses are planned for all of them together."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        _result, arguments = self.validate_argument_spec(
            argument_spec={
                "allocations_file": {"type": "path"},
                "allocate": {"type": "str", "choices": ["write", "fail"]},
            }
        )
        path = _allocations_path(arguments["allocations_file"], task_vars)
        before = read_text(path) if path else None
        try:
            results = [build(intent) for intent in _intents(task_vars, _allocations(before, path, task_vars))]
        except IntentError as error:
            return self._mistakes(error.findings)
        keep = (arguments["allocate"] or _customary(task_vars)) == "write"
        return self._finish(results, path, before, keep)

    def _finish(self, results: list[Result], path: str | None, before: str | None, keep: bool) -> dict:
        """Keep the allocations and return the plans."""
        allocations = _merge(result.allocations for result in results)
        new = _merge(result.new for result in results)
        if new and not keep:
            return _refusal(new)
        after = _document(allocations)
        changed = keep and (before or _document({})) != after
        if changed and not path:
            raise AnsibleError(
                "no place to keep allocations: this inventory has no directory; set kubefabric_allocations_file"
            )
        if changed and not self._task.check_mode:
            replace_file(path, after, 0o644)
        outcome = {
            "changed": changed,
            "plans": _merge(result.plans for result in results),
            "allocations": allocations,
            "allocated": new,
            "warnings": [str(finding) for result in results for finding in result.warnings],
        }
        if changed and self._task.diff:
            outcome["diff"] = {"before": before or "", "after": after, "before_header": path, "after_header": path}
        return outcome

    def _mistakes(self, findings: list[Finding]) -> dict:
        """Fail with all mistakes, each on a line of its own before the task's result, which is one long line."""
        headline = f"The intent has {len(findings)} mistake{'s' if len(findings) > 1 else ''}; nothing was written."
        for line in (headline, *(f"{number:>3}. {finding}" for number, finding in enumerate(findings, start=1))):
            self._display.display(line, color=constants.COLOR_ERROR)
        return {"failed": True, "msg": headline, "findings": [finding.to_dict() for finding in findings]}


def _customary(task_vars: dict) -> str:
    """What is done where nobody said: the file system of AWX's jobs, which have this variable, ends with the job."""
    return "fail" if {"awx_job_id", "tower_job_id"} & set(task_vars) else "write"


def _refusal(new: dict) -> dict:
    listed = "; ".join(f"{cluster}: {', '.join(items)}" for cluster, items in new.items())
    return {
        "failed": True,
        "msg": "This run would allocate addresses, and kubefabric_allocate is fail, its default in jobs of AWX "
        f"({listed}). Run kubefabric.bgp.plan where the inventory can be committed, and commit the allocations file.",
        "allocated": new,
    }


def _allocations_path(given: str | None, task_vars: dict) -> str | None:
    """Where allocations are kept: the file given, or the one beside the inventory."""
    if given:
        return os.path.abspath(given)
    inventory = task_vars.get("inventory_dir")
    return os.path.join(os.path.abspath(str(inventory)), FILE) if inventory else None


def _allocations(text: str | None, path: str | None, task_vars: dict) -> object:
    """What earlier runs allocated: from the file, which is newer than the variable if this very run wrote it."""
    if text is None:
        return plain(task_vars.get("kubefabric_allocations"))
    try:
        return (load(text) or {}).get("kubefabric_allocations")
    except (yaml.YAMLError, AttributeError) as error:
        raise AnsibleError(
            f"{path} is not what kubefabric.bgp wrote; restore it from version control: {error}"
        ) from error


def _document(allocations: dict) -> str:
    body = dump({"kubefabric_allocations": allocations})
    return HEADER + body


def _merge(parts) -> dict:
    return {name: value for part in parts for name, value in part.items()}


def _intents(task_vars: dict, allocations: object) -> list[dict]:
    """One intent per fabric of the inventory, each with the clusters that name this fabric."""
    names = plain(list(task_vars.get("groups", {}).get(GROUP, ())))
    if not names:
        raise AnsibleError(f"the inventory has no group {GROUP} with one host per Kubernetes cluster")
    intents: list[dict] = []
    for name in names:
        variables = task_vars["hostvars"][name]
        fabric = _variable(variables, name, "kubefabric_fabric")
        intent = next((known for known in intents if known["fabric"] == fabric), None)
        if intent is None:
            change = plain(task_vars.get("kubefabric_change_svi"))
            intent = {"fabric": fabric, "clusters": {}, "allocations": allocations, "change_svi": change}
            intents.append(intent)
        intent["clusters"][name] = {
            "cluster": _variable(variables, name, "kubefabric_cluster"),
            "nodes": {node: _node(task_vars, node) for node in _node_names(task_vars, name)},
        }
    return intents


def _node_names(task_vars: dict, cluster: str) -> list[str]:
    return plain(list(task_vars["groups"].get(f"{cluster.replace('-', '_')}_nodes", ())))


def _node(task_vars: dict, node: str) -> dict:
    variables = task_vars["hostvars"][node]
    given = {key: _variable(variables, node, key) for key in ("rack", "addresses", "vpc", "ports")}
    return {key: value for key, value in given.items() if value is not None}


def _variable(variables: Mapping, host: str, name: str) -> object:
    """One of a host's variables, templated; None if it is not defined.

    ``variables`` is ``hostvars[host]``, asked for once a host: each time Ansible gathers all of them anew.
    """
    if name not in variables:
        return None
    try:
        value = plain(variables[name])
    except AnsibleError as error:
        raise AnsibleError(f"{name} of host {host} cannot be read: {error}") from error
    for expression in _left_over(value) if LEAVES_UNDEFINED else ():
        raise AnsibleError(f"{name} of host {host} cannot be read: {expression} uses a variable that is not defined")
    return value


def _left_over(value: object) -> Iterator[str]:
    """Expressions that templating has left as they were."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _left_over(item)
    elif isinstance(value, str) and "{{" in value:
        yield value
