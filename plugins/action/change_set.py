# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what a run would change, and compare it with what was approved; see plugins/modules/change_set.py."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.kubefabric.bgp.plugins.module_utils.changes import change_set, collect, losses
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.common.printable import everywhere
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import PlanError, accept
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.change_page import page
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain, read_text, refused, replace_file
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.directories import read_as_inventory

SHOWN = 40  # lines of changes on the terminal; the files have all
# The variables in which the roles keep the results of what writes.
FABRIC = ("aci_fabric_bgp_result", "aci_l3out_result", "aci_contracts_result")
CLUSTER = tuple(f"{name}_result" for name in ("kube_router", "calico", "cilium", "ovn_kubernetes"))
HOST = ("node_peering_result",)
TASKS = {"cilium_installed": ("cluster", "Helm release cilium")}


class ActionModule(ActionBase):
    """Collects the results of roles in check mode from the variables of the hosts."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _result, given = self.validate_argument_spec(
            argument_spec={
                "clusters": {"type": "list", "elements": "str", "required": True},
                "hosts": {"type": "list", "elements": "str", "default": []},
                "output_dir": {"type": "path", "default": "build"},
                "approved": {"type": "str"},
                "fail_on_changes": {"type": "bool", "default": False},
                "read_at": {"type": "float"},
            }
        )
        given = plain(given)
        wrong = read_as_inventory(given["output_dir"], task_vars.get("ansible_inventory_sources") or ())
        if wrong:
            raise AnsibleActionFail(f"{wrong}. No file was written there")
        try:
            found = self._change_set(given, task_vars["hostvars"])
        except PlanError as error:
            return refused(error)
        approved = self._approved(given)
        files = self._write(given["output_dir"], found)
        self._show(found, files)
        result = {"changed": False, "would_change": bool(found["changes"]), "digest": found["digest"], "files": files}
        result |= {key: len(found[key]) for key in ("changes", "resets", "losses")}
        complaint = _objection(given, found, approved)
        return {**result, "failed": True, "msg": complaint} if complaint else result

    # -- what would change -----------------------------------------------------------------------------

    def _change_set(self, given: dict[str, Any], hostvars: Mapping[str, Any]) -> Any:
        """The change set of the clusters and hosts of the run. Raises PlanError."""
        clusters = {name: _Results(hostvars[name]) for name in given["clusters"]}
        hosts = {name: _Results(hostvars[name]) for name in given["hosts"]}
        changes = [change for name, one in clusters.items() for change in _of_cluster(name, one)]
        changes += [change for name, one in hosts.items() for change in _of_host(name, one)]
        resets, lost, remarks = [], [], []
        for name, one in clusters.items():
            wanted = list(_resets(one, hosts))
            if not wanted:
                continue
            plan, bgp = accept(one.get("kubefabric_plan"), networks=NETWORKS), one.get("kubefabric_leaves").get("bgp")
            if bgp is None:
                remarks.append(f"{name}: the change resets sessions, and there is no leaf to ask which routes use them")
                continue
            reset = losses.resets_of(name, plan, bgp, wanted)
            resets += reset
            lost += losses.losses(bgp, reset)
        read_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(given["read_at"] or time.time()))
        remarks += [f"{name}: {text}" for name, one in (clusters | hosts).items() for text in one.remarks()]
        return everywhere(change_set.build(read_at, list(clusters), list(hosts), changes, resets, lost, remarks))

    # -- what was approved -----------------------------------------------------------------------------

    def _approved(self, given: dict[str, Any]) -> Any:
        """The change set of an earlier preview with the approved digest, where it is in the output directory."""
        text = read_text(_path(given["output_dir"], "json")) if given["approved"] else None
        try:
            found = json.loads(text) if text else None
        except ValueError:
            return None
        known = isinstance(found, dict) and change_set.approves(given["approved"], str(found.get("digest")))
        return found if known else None

    # -- what people and programs get ------------------------------------------------------------------

    def _write(self, directory: str, found: Any) -> list[str]:
        """Write the files, which every check mode does: they are what the run is for. Return their paths."""
        texts = {"json": json.dumps(found, indent=1, sort_keys=True) + "\n", "md": page(found)}
        files = [_path(directory, kind) for kind in texts]
        for path, text in zip(files, texts.values()):
            try:
                replace_file(path, text, 0o644)
            except OSError as error:
                raise AnsibleActionFail(f"output_dir: {path} cannot be written: {error.strerror}") from error
        return files

    def _show(self, found: Any, files: list[str]) -> None:
        lines = [f"{one['place']}: {one['action']} {one['name']}" for one in found["changes"]]
        if len(lines) > SHOWN:
            lines = [*lines[:SHOWN], f"and {len(lines) - SHOWN} more"]
        text = ["", f"Change set {found['digest']}: {change_set.summary(found)}", *lines, *found["remarks"], *files]
        self._display.display(
            "\n".join(text), color=constants.COLOR_CHANGED if found["changes"] else constants.COLOR_OK
        )


class _Results:
    """The registered results among a host's variables."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables

    def get(self, name: str) -> dict[str, Any]:
        """A result, or {} where the task did not run."""
        found = plain(self._variables.get(name))
        return found if isinstance(found, dict) else {}

    def remarks(self) -> Iterator[str]:
        """What modules warned of."""
        for name in (*FABRIC, *CLUSTER, *HOST):
            yield from self.get(name).get("remarks") or []


def _of_cluster(name: str, results: _Results) -> Iterator[Any]:
    yield from _by(collect.of_fabric, name, results, FABRIC)
    yield from _by(collect.of_cluster, name, results, CLUSTER)
    for variable, (world, what) in TASKS.items():
        yield from collect.of_task(world, name, what, results.get(variable))


def _of_host(name: str, results: _Results) -> Iterator[Any]:
    yield from _by(collect.of_host, name, results, HOST)


def _by(collected: Callable[[str, Any], list[Any]], name: str, results: _Results, variables: tuple[str, ...]) -> Any:
    for variable in variables:
        yield from collected(name, results.get(variable))


def _resets(cluster: _Results, hosts: Mapping[str, _Results]) -> Iterator[Any]:
    """What the changes of a cluster and of its hosts reset."""
    for variable in (*FABRIC, *CLUSTER):
        yield from cluster.get(variable).get("resets") or []
    nodes = (cluster.get("kubefabric_plan").get("nodes")) or {}
    for name, one in hosts.items():
        if name in nodes and one.get("node_peering_result").get("restarts"):
            yield {"node": name}


def _objection(given: dict[str, Any], found: Any, approved: Any) -> str | None:
    """Why the run must not go on; None where it may."""
    if given["approved"]:
        if change_set.approves(given["approved"], found["digest"]):
            return None
        moved = change_set.difference(approved["changes"], found["changes"]) if approved else []
        what = "; ".join(moved[:SHOWN]) or "the change set that was approved is not here to compare with"
        return (
            f"The changes are not those that were approved ({given['approved']}); now they are {found['digest']}: "
            f"{what}. Nothing was written. Look at {_path(given['output_dir'], 'md')} and approve it, if it is right"
        )
    if given["fail_on_changes"] and found["changes"]:
        return f"There are changes (kubefabric_changes_fail): {change_set.summary(found)}. Nothing was written"
    return None


def _path(directory: str, kind: str) -> str:
    return os.path.join(os.path.abspath(directory), f"changes.{kind}")
