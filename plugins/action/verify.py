# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the operational state against the plan; the documentation is in plugins/modules/verify.py."""

from __future__ import annotations

import time

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci import l3out, reading
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import (
    agents,
    assess,
    contracts,
    fabric,
    faults,
    hosts,
    nested,
    restarted,
    table,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources, without_marks
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain

PAUSE = 2  # seconds between two looks while something is still missing
OPTIONS = {
    "plan": {"type": "dict", "required": True},
    "apic": {"type": "dict", "required": True},
    "kubernetes": {"type": "dict", "default": {}},
    "parents": {"type": "list", "elements": "dict", "default": []},
    "parents_kubernetes": {"type": "list", "elements": "dict", "default": []},
    "wait": {"type": "int", "default": 0},
    "nodes": {"type": "list", "elements": "str"},
    "originated": {"type": "dict", "default": {}},
    "established_after": {"type": "float"},
    "changed_at": {"type": "float"},
    "show": {"type": "bool", "default": True},
}


class ActionModule(ActionBase):
    """Reads the leaves and the cluster until everything is as planned or the time is up."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = False

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        _result, given = self.validate_argument_spec(argument_spec=OPTIONS)
        given = plain(given)
        _check_nodes(given)
        _check_parents(given)
        wait, until = (0, 0.0) if self._task.check_mode else (given["wait"], _believed_from(given))
        outcome = self._until_ok(given, time.monotonic() + wait, until, task_vars)
        if given["show"]:
            self._show(given["plan"], outcome)
        if outcome["ok"]:
            return outcome
        messages = [problem["message"] for problem in outcome["problems"]]
        headline = f"cluster {given['plan']['cluster']}: {len(messages)} problem{'s'[: len(messages) > 1]} found"
        if self._task.check_mode:  # nothing was changed, so nothing has to be right yet
            return {**outcome, "warnings": [*outcome["warnings"], *messages]}
        return {**outcome, "failed": True, "msg": f"{headline}: {' | '.join(messages)}"}

    # -- reading ---------------------------------------------------------------------------------------

    def _until_ok(self, given: dict, deadline: float, until: float, task_vars: dict) -> dict:
        """Look, and look again while there are problems and time; the last look counts. That all is well is believed
        only of a look that began at ``until`` (seconds since the epoch) or later.
        """
        while True:
            began = time.time()
            left = max(int(deadline - time.monotonic()), 0)
            leaves = self._module("kubefabric.bgp.aci_bgp_info", _bgp_options(given, left), task_vars)
            bgp = leaves["bgp"]
            if given["established_after"] is not None:
                bgp = restarted.only_since(bgp, given["established_after"], time.time())
            if time.monotonic() + PAUSE <= deadline and _sessions_missing(given, bgp):
                time.sleep(PAUSE)  # the cluster is asked for what it has once its sessions are up
                continue
            outcome = self._assess(given, bgp, task_vars)
            _add_faults(given, outcome, leaves["faults"])
            self._add_contracts(given, outcome, task_vars)
            outcome["ok"] = not outcome["problems"]
            if began >= until and (outcome["ok"] or time.monotonic() + PAUSE > deadline):
                return outcome
            time.sleep(PAUSE)

    def _assess(self, given: dict, bgp: dict, task_vars: dict) -> dict:
        state = self._cluster_state(given, task_vars)
        if not given["parents"]:
            return assess(given["plan"], bgp, state, given["nodes"])
        places = [
            self._place(where, parent, task_vars)
            for parent, where in zip(given["parents"], given["parents_kubernetes"])
        ]
        return nested.assess(given["plan"], given["parents"], bgp, state, places)

    def _place(self, where: dict, parent: dict, task_vars: dict) -> dict:
        """Where a parent's workloads run; its Nodes are asked for only if it has a parent itself."""
        asked = {"kubernetes": where}
        pods = self._objects(asked, task_vars, "v1", "Pod", field_selectors=["status.phase=Running"])
        machines = self._objects(asked, task_vars, "kubevirt.io/v1", "VirtualMachineInstance")
        nodes = self._objects(asked, task_vars, "v1", "Node") if "nested_in" in parent else []
        return nested.place(pods, nodes, machines)

    def _add_contracts(self, given: dict, outcome: dict, task_vars: dict) -> None:
        """What the fabric has of the contracts, where the plan names any and the whole cluster is looked at."""
        reachability = given["plan"].get("l3out", {}).get("reachability")
        if not reachability or given["nodes"] is not None:
            return
        arguments = {**_connection(given), "reachability": reachability}
        found = self._module("kubefabric.bgp.aci_contract_info", arguments, task_vars)["contracts"]
        outcome["problems"] += contracts.problems(given["plan"], found)
        outcome["contracts"] = found
        outcome["warnings"] += contracts.remarks(given["plan"], found)

    def _cluster_state(self, given: dict, task_vars: dict) -> dict:
        """Nodes and agents; Services and their endpoints only where routes are looked at. Nothing of
        a cluster whose hosts speak in its CNI's place.
        """
        if hosts.speak(given["plan"]):
            return {**from_resources([], [], [], []), "originated": given["originated"]}
        agent = agents.of(given["plan"])
        where = {"namespace": agent.namespace(given["plan"]), "label_selectors": [agent.selector(given["plan"])]}
        nodes = self._objects(given, task_vars, "v1", "Node")
        pods = self._objects(given, task_vars, "v1", "Pod", **where)
        if given["nodes"] is not None:
            return without_marks(from_resources(nodes, pods, [], []))  # their restart is what we wait for
        services = self._objects(given, task_vars, "v1", "Service")
        slices = self._objects(given, task_vars, "discovery.k8s.io/v1", "EndpointSlice")
        blocks = self._objects(given, task_vars, *agent.blocks) if agent.blocks else None
        state = from_resources(nodes, pods, services, slices, blocks and agent.pod_networks(blocks))
        reports = self._objects(given, task_vars, *agent.reports) if agent.reports else []
        others = self._objects(given, task_vars, *agent.others) if agent.others else []
        verdicts = reports  # Cilium's are in the same objects
        if agent.verdicts != agent.reports:
            verdicts = self._objects(given, task_vars, *agent.verdicts) if agent.verdicts else []
        return {
            **state,
            "verdicts": agent.read_verdicts(verdicts) if agent.verdicts else {},
            "reports": agent.read_reports(reports) if reports else {},
            "further": agent.read_others(given["plan"], others, nodes) if others else {},
        }

    def _objects(self, given: dict, task_vars: dict, api_version: str, kind: str, **options: object) -> list:
        arguments = {**given["kubernetes"], "api_version": api_version, "kind": kind, **options}
        return self._module("kubernetes.core.k8s_info", arguments, task_vars)["resources"]

    def _module(self, name: str, arguments: dict, task_vars: dict) -> dict:
        """The result of a module; AnsibleActionFail if it failed."""
        result = self._execute_module(module_name=name, module_args=arguments, task_vars=task_vars)
        if result.get("failed"):
            raise AnsibleActionFail(f"{name}: {result.get('msg') or result.get('module_stderr') or 'failed'}")
        return result

    # -- showing ---------------------------------------------------------------------------------------

    def _show(self, plan: dict, outcome: dict) -> None:
        """The table and the problems, each on lines of their own; callbacks show a result as one long line."""
        cluster, leaf = plan["cluster"], "HOST" if "nested_in" in plan else "LEAF"
        up = sum(row["state"] == "established" for row in outcome["table"])
        headline = f"cluster {cluster}: {up} of {len(outcome['table'])} sessions Established"
        color = constants.COLOR_OK if outcome["ok"] else constants.COLOR_ERROR
        self._display.display("\n".join(["", headline, *table.lines(outcome["table"], leaf)]), color=color)
        for number, problem in enumerate(outcome["problems"], start=1):
            self._display.display(f"{number:>3}. {problem['message']}", color=constants.COLOR_ERROR)


def _sessions_missing(given: dict, bgp: dict) -> bool:
    """Whether a planned session is not Established on its leaf; a nested cluster's are not looked for on leaves."""
    if given["parents"]:
        return False
    return any(session.state != "established" for session in fabric.sessions(given["plan"], bgp, given["nodes"]))


def _believed_from(given: dict) -> float:
    """When a session that cannot live with a change is gone for sure: it outlives it for the hold time at most.

    Only a session that the leaf itself resets goes at once. One that the change cut off (another password, another
    VLAN) is shown as Established until then.
    """
    return given["changed_at"] + given["plan"]["bgp"]["hold"] + PAUSE if given["changed_at"] is not None else 0.0


def _add_faults(given: dict, outcome: dict, found: list) -> None:
    """APIC's faults of what was written, where the whole cluster is looked at."""
    whole = given["nodes"] is None
    outcome["faults"] = found
    outcome["problems"] += faults.problems(found) if whole else []
    outcome["warnings"] = faults.remarks(found) if whole else []


def _check_nodes(given: dict) -> None:
    unknown = sorted(set(given["nodes"] or []) - set(given["plan"]["nodes"]))
    if unknown:
        raise AnsibleActionFail(f"nodes: {', '.join(unknown)} is not in the plan of {given['plan']['cluster']}")


def _check_parents(given: dict) -> None:
    """A nested cluster is seen on the leaves of the outermost of its parents."""
    path = given["plan"].get("nested_in", {}).get("path", [])
    named = [parent["cluster"] for parent in given["parents"]]
    if named != path or len(given["parents_kubernetes"]) != len(path):
        raise AnsibleActionFail(
            f"parents: the plan of {given['plan']['cluster']} needs {', '.join(path) or 'none'}, each with an entry in "
            f"parents_kubernetes; given: {', '.join(named) or 'none'}"
        )


def _connection(given: dict) -> dict:
    """The connection's options of the ACI modules."""
    connection = {key: value for key, value in given["apic"].items() if value is not None}
    if "hosts" in connection:
        connection["host"] = connection.pop("hosts")
    return connection


def _bgp_options(given: dict, wait: int) -> dict:
    """The options of aci_bgp_info: the connection, the L3Out, its leaves, and the sessions to wait for."""
    plan = given["parents"][-1] if given["parents"] else given["plan"]
    names = given["nodes"] if given["nodes"] is not None else list(plan["nodes"])
    peers = [peer for name in names for peer in plan["nodes"][name]["peers"]]
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
