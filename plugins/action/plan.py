# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan all clusters of the inventory; the documentation is in plugins/modules/plan.py."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import companions
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import Finding, Findings, IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan import lost
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import Result, build
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.redesign import named
from ansible_collections.kubefabric.bgp.plugins.plugin_utils import allocations_file, kept_plans
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import (
    in_job,
    plain,
    read_text,
    replace_file,
    without_collector,
)
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.inventory import Inventory
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.play_hosts import PlayHosts


class ActionModule(ActionBase):
    """Collects the intent of every cluster, whatever --limit says: addresses are planned for all of them together."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: Any = None, task_vars: Any = None) -> Any:
        super().run(tmp, task_vars)
        _result, arguments = self.validate_argument_spec(
            argument_spec={
                "allocations_file": {"type": "path"},
                "allocate": {"type": "str", "choices": ["write", "fail"]},
                "missing_only": {"type": "bool", "default": False},
            }
        )
        if arguments["missing_only"] and self._all_planned(task_vars):
            return {"changed": False, "skipped": True, "skip_reason": "Every cluster of the play has a plan of its own"}
        with without_collector():
            return self._plan(arguments, task_vars)

    def _all_planned(self, task_vars: Mapping[str, Any]) -> bool:
        """Whether every host of the play has a plan of its own."""
        hosts = PlayHosts(self._task, task_vars, self._templar)
        return all("kubefabric_plan" in hosts.variables(name) for name in hosts.names)

    def _plan(self, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        inventory = Inventory(task_vars, self._templar)
        path = _path(arguments["allocations_file"], inventory, task_vars)
        before = read_text(path) if path else None
        # the file is newer than the variable if this very run wrote it
        found = plain(task_vars.get(allocations_file.VARIABLE))
        found = found if before is None else allocations_file.parse(before, path or "")
        results, findings = _build(inventory, found)
        if findings.errors:
            return self._mistakes(findings.errors)
        keep = (arguments["allocate"] or _customary(task_vars)) == "write"
        return self._finish(results, findings.warnings, path, before, keep)

    def _finish(
        self, results: list[Result], warnings: list[Finding], path: str | None, before: str | None, keep: bool
    ) -> dict[str, Any]:
        """Keep the allocations and return the plans."""
        allocations = _merge(result.allocations for result in results)
        new = _merge(result.new for result in results)
        if new and not keep:
            return _refusal(new)
        after = allocations_file.document(allocations)
        changed = keep and (before or allocations_file.document({})) != after
        if changed and not path:
            raise AnsibleError(
                "allocations cannot be stored: this inventory has no directory; set kubefabric_allocations_file"
            )
        if changed and not self._task.check_mode:
            changed = self._write(path, after, new)
        plans = _merge(result.plans for result in results)
        kept = kept_plans.keep(plans)
        outcome = {
            "changed": changed,
            "plans_file": kept.path,
            "large_plans": kept.large,
            "l3outs": companions.l3outs(plans),
            **({"plans": plans} if kept.small else {}),
            "allocations": allocations,
            "allocated": new,
            "warnings": [str(finding) for finding in warnings],
        }
        if changed and self._task.diff:
            outcome["diff"] = {"before": before or "", "after": after, "before_header": path, "after_header": path}
        return kept_plans.bounded(outcome, self._display.warning)

    def _write(self, path: str | None, text: str, new: dict[str, Any]) -> bool:
        """Write the allocations file, which has to be where something ``new`` is in it; whether it was written."""
        try:
            replace_file(path, text, 0o644)
        except OSError as error:
            said = (
                f"the allocations file {path} cannot be written: {error.strerror}. Run kubefabric.bgp.plan where the "
                "inventory can be written and committed, or name another file by kubefabric_allocations_file"
            )
            if new:
                raise AnsibleError(f"{said}. Nothing was written") from error
            self._display.warning(said)
            return False
        if new:
            count = sum(map(len, new.values()))
            self._display.display(f"{count} new allocations are in {path}. Commit it: a run without it renumbers.")
        return True

    def _mistakes(self, findings: list[Finding]) -> dict[str, Any]:
        """Fail with all mistakes, each on a line of its own before the task's result, which is one long line."""
        headline = f"The intent has {len(findings)} mistake{'s' if len(findings) > 1 else ''}; nothing was written."
        for line in (headline, *(f"{number:>3}. {finding}" for number, finding in enumerate(findings, start=1))):
            self._display.display(line, color=constants.COLOR_ERROR)
        return {"failed": True, "msg": headline, "findings": [finding.to_dict() for finding in findings]}


def _build(inventory: Inventory, found: object) -> tuple[list[Result], Findings]:
    """The plans of every fabric, and what is wrong or doubtful with the intents of all of them."""
    intents, results, findings = inventory.intents(), [], Findings()
    members = {name: one["nodes"] for intent in intents for name, one in intent["clusters"].items()}
    change = _names(inventory, "kubefabric_change_svi")
    for intent in intents:
        try:
            result = build({**intent, "allocations": found, "change_svi": change})
        except IntentError as error:
            for finding in error.findings:
                findings.add(finding.path, finding.rule, finding.remedy)
        else:
            results.append(result)
            for finding in result.warnings:
                findings.warn(finding.path, finding.rule, finding.remedy)
    plans = _merge(result.plans for result in results)
    leaves = {name: plan.get("leaves") or {} for name, plan in plans.items()}  # a nested cluster has none
    lost.check(found, members, leaves, _names(inventory, lost.VARIABLE), findings)
    return results, findings


def _names(inventory: Inventory, variable: str) -> list[str]:
    """The names in a variable, which may stand on the command line, for all clusters, or with one of them."""
    return list(dict.fromkeys(name for value in inventory.of_clusters(variable) for name in named(value)))


def _path(given: str | None, inventory: Inventory, task_vars: Mapping[str, Any]) -> str | None:
    """Where allocations are kept: a file that does not depend on the hosts of this run."""
    chosen = [_absolute(str(value)) for value in inventory.of_clusters("kubefabric_allocations_file") if value]
    if given and _absolute(given) not in chosen:  # not by the variable, as the role intent does
        chosen = [given]
    directories = allocations_file.directories(
        task_vars.get("ansible_inventory_sources") or (), inventory.of_clusters("inventory_dir")
    )
    return allocations_file.path_of(chosen, directories)


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(os.path.expandvars(path)))


def _customary(task_vars: Mapping[str, Any]) -> str:
    """What is done where the option is not set: what a job writes is gone with it."""
    return "fail" if in_job(task_vars) else "write"


def _refusal(new: dict[str, Any]) -> dict[str, Any]:
    listed = "; ".join(f"{cluster}: {', '.join(items)}" for cluster, items in new.items())
    return {
        "failed": True,
        "msg": "This run would allocate addresses, and kubefabric_allocate is fail, its default in jobs of AWX "
        f"({listed}). Run kubefabric.bgp.plan where the inventory can be committed, and commit the allocations file.",
        "allocated": new,
    }


def _merge(parts: Any) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}
