# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the operational state with the plan; the documentation is in plugins/modules/verify.py."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import reading
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import foreign
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.common.printable import everywhere, one_line
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import PlanError, accept
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import (
    assess,
    contracts,
    fabric,
    faults,
    further,
    nested,
    objects,
    resets,
    restarted,
    routed,
    table,
)
from ansible_collections.kubefabric.bgp.plugins.modules import aci_bgp_info, aci_contract_info, cluster_info
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import complaint, plain, refused, replace_file
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.in_process import RunsModules

# Each with its entry and the class of module that it makes.
MODULES = {
    "kubefabric.bgp.aci_bgp_info": (aci_bgp_info.main, aci_bgp_info.planned.PlanModule),
    "kubefabric.bgp.aci_contract_info": (aci_contract_info.main, aci_contract_info.planned.PlanModule),
    "kubefabric.bgp.cluster_info": (cluster_info.main, cluster_info.Module),
}
PAUSE = 2  # seconds between two looks while something is still missing
RESET = {
    "at": {"type": "float", "required": True},
    "leaf": {"type": "int"},
    "peer": {"type": "str"},
    "node": {"type": "str"},
    "leaf_address": {"type": "str"},
}
OPTIONS = {
    "plan": {"type": "dict", "required": True},
    "apic": {"type": "dict", "default": {}},
    "routers": {"type": "dict", "default": {}},
    "kubernetes": {"type": "dict", "default": {}},
    "parents": {"type": "list", "elements": "dict", "default": []},
    "parents_kubernetes": {"type": "list", "elements": "dict", "default": []},
    "wait": {"type": "int", "default": 0},
    "nodes": {"type": "list", "elements": "str"},
    "originated": {"type": "dict", "default": {}},
    "established_after": {"type": "float"},
    "changed_at": {"type": "float"},
    "resets": {"type": "list", "elements": "dict", "default": [], "options": RESET},
    "accepted": {"type": "list", "elements": "str", "default": []},
    "show": {"type": "bool", "default": True},
    "fail_on_problems": {"type": "bool", "default": True},
    "result_file": {"type": "path"},
}


class ActionModule(RunsModules):
    """Reads the leaves and the cluster until everything is as planned or the time is up."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> Any:
        super().run(tmp, task_vars)
        _result, given = self.validate_argument_spec(argument_spec=OPTIONS)
        given = plain(given)
        try:
            given["plan"] = accept(given["plan"], networks=NETWORKS)
            given["parents"] = [accept(plan, f"parents[{at}]", NETWORKS) for at, plan in enumerate(given["parents"])]
        except PlanError as error:
            return refused(error)
        _check_nodes(given)
        _check_parents(given)
        wait, until = (0, 0.0) if self._task.check_mode else (given["wait"], _believed_from(given))
        # what is reset then needs time to come up
        late = max(until - time.time(), 0) if given["resets"] and wait else 0
        # names, reasons and faults are others' text, and go to the terminal as they are
        outcome = everywhere(self._until_ok(given, time.monotonic() + late + wait, until, task_vars))
        if given["show"]:
            self._show(given["plan"], outcome)
        self._write(given["result_file"], outcome)
        return outcome if outcome["ok"] else self._with_problems(given, outcome)

    def _with_problems(self, given: dict[str, Any], outcome: dict[str, Any]) -> dict[str, Any]:
        """The result where something is wrong. Ansible prints the result of a failed task as one long line: below -v it
        is the problems alone.
        """
        messages = [problem["message"] for problem in outcome["problems"]]
        if self._task.check_mode:  # nothing was changed, so nothing has to be right yet
            return {**outcome, "warnings": [*outcome["warnings"], *messages]}
        if not given["fail_on_problems"]:
            return outcome
        headline = f"cluster {given['plan']['cluster']}: {len(messages)} problem{'s'[: len(messages) > 1]} found"
        shown = outcome if self._display.verbosity else {"warnings": outcome["warnings"]}
        return {**shown, "failed": True, "msg": f"{headline}: {' | '.join(messages)}"}

    def _write(self, path: str | None, outcome: dict[str, Any]) -> None:
        """The whole result for programs, also where it is a failure."""
        if path and not self._task.check_mode:
            try:
                replace_file(os.path.abspath(path), json.dumps(outcome, indent=1, sort_keys=True) + "\n", 0o644)
            except OSError as error:
                raise AnsibleActionFail(f"result_file {path}: cannot be written: {error.strerror}") from error

    # -- reading ---------------------------------------------------------------------------------------

    def _until_ok(
        self, given: dict[str, Any], deadline: float, until: float, task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        """Look, and look again while there are problems and time; the last look counts. That all is well is believed
        only of a look that began at ``until`` (seconds since the epoch) or later.
        """
        while True:
            began = time.time()
            left = max(int(deadline - time.monotonic()), 0)
            leaves = self._leaves(given, left, task_vars)
            bgp = leaves["bgp"]
            if given["established_after"] is not None:
                bgp = restarted.only_since(bgp, given["established_after"], time.time())
            bgp = self._without_stale(given, bgp)
            if time.monotonic() + PAUSE <= deadline and _sessions_missing(given, bgp):
                time.sleep(PAUSE)  # the cluster is asked for what it has once its sessions are up
                continue
            outcome = self._assess(given, bgp, task_vars)
            _add_faults(given, outcome, leaves["faults"])
            self._add_contracts(given, outcome, task_vars)
            outcome["remarks"] = list(outcome["warnings"])  # Ansible shows warnings, and takes them out of the result
            outcome["ok"] = not outcome["problems"]
            if began >= until and (outcome["ok"] or time.monotonic() + PAUSE > deadline):
                return outcome
            time.sleep(PAUSE)

    def _leaves(self, given: dict[str, Any], wait: int, task_vars: dict[str, Any]) -> dict[str, Any]:
        """What leaves say, and the faults of the fabric; of routers what they said before."""
        if "l3out" in _root(given):
            return self._module("kubefabric.bgp.aci_bgp_info", _bgp_options(given, wait), task_vars)
        return {"bgp": routed.answers(given["routers"]), "faults": []}

    def _without_stale(self, given: dict[str, Any], bgp: dict[str, Any]) -> dict[str, Any]:
        """Sessions that a change of this run reset do not count until they are newer than it."""
        if not given["resets"] or given["parents"] or routed.is_routed(given["plan"]) or self._task.check_mode:
            return bgp
        return resets.without_stale(given["plan"], bgp, given["resets"], time.time(), given["nodes"])

    def _assess(self, given: dict[str, Any], bgp: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        plan, nodes = given["plan"], given["nodes"]
        found, unread = self._read(plan, given["kubernetes"], objects.wanted(plan, nodes, bgp), task_vars)
        state = objects.state(plan, found, nodes, given["originated"], bgp)
        if given["parents"]:
            places = [
                objects.place(self._read(parent, where, objects.wanted_of_parent(parent), task_vars)[0])
                for parent, where in zip(given["parents"], given["parents_kubernetes"])
            ]
            outcome = nested.assess(plan, given["parents"], bgp, state, places)
        elif routed.is_routed(plan):
            outcome = routed.assess(plan, bgp, state, nodes)
        else:
            outcome = assess(plan, bgp, state, nodes)
        others, left = objects.of_others(plan, found, given["accepted"]) if nodes is None else ([], [])
        ours, kept = objects.of_ours(plan, found, given["accepted"]) if nodes is None else ([], [])
        left += [*(further.remarks(plan, state) if nodes is None else []), *outcome.pop("remarks", [])]
        return {**outcome, "problems": [*others, *ours, *outcome["problems"]], "warnings": [*unread, *left, *kept]}

    def _add_contracts(self, given: dict[str, Any], outcome: dict[str, Any], task_vars: dict[str, Any]) -> None:
        """What the fabric has of the contracts, where the plan names any and the whole cluster is looked at."""
        reachability = given["plan"].get("l3out", {}).get("reachability")
        if not reachability or given["nodes"] is not None:
            return
        arguments = {**_connection(given), "reachability": reachability}
        found = self._module("kubefabric.bgp.aci_contract_info", arguments, task_vars)["contracts"]
        outcome["problems"] += contracts.problems(given["plan"], found)
        outcome["contracts"] = found
        outcome["warnings"] += contracts.remarks(given["plan"], found)

    def _read(
        self, plan: dict[str, Any], where: dict[str, Any], wanted: dict[str, Any], task_vars: dict[str, Any]
    ) -> tuple[Any, ...]:
        """What is wanted of a plan's cluster, by name, in one run of a module, and sentences about what the user may
        not read of it.
        """
        if not wanted:
            return {}, []
        asked = [one for at, one in enumerate(wanted.values()) if one not in list(wanted.values())[:at]]
        try:
            found = self._module("kubefabric.bgp.cluster_info", {**where, "objects": asked}, task_vars)["objects"]
        except AnsibleActionFail as error:
            raise AnsibleActionFail(f"{_named(plan, where)}: {one_line(error.message)}") from error
        return {name: found[asked.index(one)]["resources"] for name, one in wanted.items()}, foreign.unread(found)

    def _module(self, name: str, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The result of a module; AnsibleActionFail if it failed."""
        main, kind = MODULES[name]
        if self._is_here(task_vars):  # it looks again and again, and a process costs more than a look
            result = self._run_here(name, main, kind, arguments, task_vars)
        else:
            result = self._execute_module(module_name=name, module_args=arguments, task_vars=task_vars)
        if result.get("failed"):
            raise AnsibleActionFail(f"{name}: {one_line(complaint(result))}")
        return result

    # -- showing ---------------------------------------------------------------------------------------

    def _show(self, plan: dict[str, Any], outcome: dict[str, Any]) -> None:
        """The table and the problems, each on lines of their own; callbacks show a result as one long line."""
        cluster = plan["cluster"]
        leaf = "HOST" if "nested_in" in plan else "ROUTER" if routed.is_routed(plan) else "LEAF"
        up = sum(row["state"] == "established" for row in outcome["table"])
        headline = f"cluster {cluster}: {up} of {len(outcome['table'])} sessions Established"
        color = constants.COLOR_OK if outcome["ok"] else constants.COLOR_ERROR
        self._display.display("\n".join(["", headline, *table.lines(outcome["table"], leaf)]), color=color)
        for number, problem in enumerate(outcome["problems"], start=1):
            self._display.display(f"{number:>3}. {problem['message']}", color=constants.COLOR_ERROR)


def _named(plan: dict[str, Any], where: dict[str, Any]) -> str:
    """A cluster and what leads to its API, for people; a kubeconfig that is no path is a secret."""
    given = [f"{key} {where[key]}" for key in ("kubeconfig", "context") if isinstance(where.get(key), str)]
    return f"cluster {plan['cluster']}" + (f" ({', '.join(given)})" if given else "")


def _sessions_missing(given: dict[str, Any], bgp: dict[str, Any]) -> bool:
    """Whether a planned session is not Established on its leaf; a nested cluster's are not looked for on leaves."""
    if given["parents"] or routed.is_routed(given["plan"]):
        return False
    return any(session.state != "established" for session in fabric.sessions(given["plan"], bgp, given["nodes"]))


def _believed_from(given: dict[str, Any]) -> float:
    """When a session that cannot live with a change is gone for sure: it outlives it for the hold time at most.

    Only a session that the leaf itself resets goes at once. One that the change cut off (another password, another
    VLAN) is shown as Established until then.
    """
    moments = [
        *([given["changed_at"]] if given["changed_at"] is not None else []),
        *(one["at"] for one in given["resets"]),
    ]
    return max(moments) + given["plan"]["bgp"]["hold"] + PAUSE if moments else 0.0


def _add_faults(given: dict[str, Any], outcome: dict[str, Any], found: list[Any]) -> None:
    """APIC's faults of what was written, where the whole cluster is looked at."""
    whole = given["nodes"] is None
    outcome["faults"] = found
    outcome["problems"] += faults.problems(found) if whole else []
    outcome["warnings"] += faults.remarks(found) if whole else []


def _check_nodes(given: dict[str, Any]) -> None:
    unknown = sorted(set(given["nodes"] or []) - set(given["plan"]["nodes"]))
    if unknown:
        raise AnsibleActionFail(f"nodes: {', '.join(unknown)} is not in the plan of {given['plan']['cluster']}")


def _check_parents(given: dict[str, Any]) -> None:
    """A nested cluster is seen on the leaves of the outermost of its parents."""
    path = given["plan"].get("nested_in", {}).get("path", [])
    named = [parent["cluster"] for parent in given["parents"]]
    if named != path or len(given["parents_kubernetes"]) != len(path):
        raise AnsibleActionFail(
            f"parents: the plan of {given['plan']['cluster']} needs {', '.join(path) or 'none'}, each with an entry in "
            f"parents_kubernetes; given: {', '.join(named) or 'none'}"
        )


def _connection(given: dict[str, Any]) -> dict[str, Any]:
    """The connection's options of the ACI modules."""
    connection = {key: value for key, value in given["apic"].items() if value is not None}
    if "hosts" in connection:
        connection["host"] = connection.pop("hosts")
    return connection


def _root(given: dict[str, Any]) -> dict[str, Any]:
    """The plan of the cluster that peers with leaves or routers: the outermost parent's, or its own."""
    return given["parents"][-1] if given["parents"] else given["plan"]


def _bgp_options(given: dict[str, Any], wait: int) -> dict[str, Any]:
    """The options of aci_bgp_info: the connection, the L3Out, its leaves, and the sessions to wait for."""
    plan = _root(given)
    names = given["nodes"] if given["nodes"] is not None else list(plan["nodes"])
    peers = [peer for name in names for peer in plan["nodes"][name]["peers"] if not peer.get("disabled")]
    return {
        **_connection(given),
        "tenant": plan["l3out"]["tenant"],
        "vrf": plan["l3out"]["vrf"],
        "vrf_tenant": plan["l3out"]["vrf_tenant"],
        "l3out": plan["l3out"]["name"],
        "objects": reading.roots(l3out.build(plan["l3out"])) if given["nodes"] is None else [],
        "leaves": [{"id": leaf["id"], "pod": leaf["pod"]} for leaf in plan["leaves"].values()],
        "wait": wait,
        "expect": [{"leaf": peer["leaf"], "peer": peer["local_address"]} for peer in peers],
    }
