# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's variables as intents for the planner, one per fabric, of all clusters whatever the limit says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.release import __version__

from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.options_fabric import NODE

from .controller import Expression, plain, static
from .quick_variables import QuickVariables

GROUP = "clusters"
# hostvars of ansible-core before 2.19 hands out an expression that it cannot resolve, where later ones raise
LEAVES_UNDEFINED = tuple(map(int, __version__.split(".")[:2])) < (2, 19)
# What the plan does not need to know of a cluster that is not in the run: whether it is there is enough
UNNEEDED = (
    "password",
    "password_key",
    "next_password",
    "private_key",
    "username",
    "certificate_name",
    "kubeconfig",
    "context",
)


class Inventory:
    """What the planner wants to know of an inventory; ``templar`` is the action's."""

    def __init__(self, task_vars: Mapping[str, Any], templar: Any) -> None:
        self._vars, self._templar = task_vars, templar
        self._running = set(plain(list(task_vars.get("ansible_play_hosts_all", ()))))
        self.clusters: list[str] = plain(list(task_vars.get("groups", {}).get(GROUP, ())))
        if not self.clusters:
            raise AnsibleError(f"the inventory has no group {GROUP} with one host per Kubernetes cluster")
        self._hosts = {name: _variables(task_vars, name) for name in self.clusters}
        self._nodes = QuickVariables(task_vars, NODE)
        self._static: dict[int, tuple[object, object]] = {}

    def of_clusters(self, name: str) -> list[Any]:
        """The values that a variable has on the clusters and in the task, each once; the clusters' come first.

        Raises AnsibleError where one cannot be read.
        """
        found = [_variable(variables, host, name) for host, variables in self._hosts.items()]
        if name in self._vars:  # as it was written: only hostvars templates what it hands out
            found.append(plain(self._templar.template(self._vars[name])))
        return [value for index, value in enumerate(found) if value is not None and value not in found[:index]]

    def intents(self) -> list[dict[str, Any]]:
        """One intent per fabric, each with the clusters that name this fabric.

        Raises AnsibleError with every variable that cannot be read.
        """
        intents: list[dict[str, Any]] = []
        wrong: list[str] = []
        for name in self.clusters:
            fabric = _tried(wrong, self._read, name, "kubefabric_fabric")
            intent = next((known for known in intents if _same(known["fabric"], fabric)), None)
            if intent is None:
                intent = {"fabric": fabric, "clusters": {}}
                intents.append(intent)
            nodes = plain(list(self._vars["groups"].get(f"{name.replace('-', '_')}_nodes", ())))
            intent["clusters"][name] = {
                "cluster": _tried(wrong, self._read, name, "kubefabric_cluster"),
                "nodes": {node: _tried(wrong, self._node, node) for node in nodes},
            }
        if wrong:
            raise AnsibleError(". ".join(dict.fromkeys(wrong)))
        return intents

    def _read(self, host: str, name: str) -> object:
        """A cluster's variable; of a cluster that is not in this run without what only its own run needs."""
        if name not in self._hosts[host] and self._in_play(host, name):
            return _value(lambda: self._templar.template(self._vars[name]), host, name)  # as it was written
        try:
            return self._without_expressions(host, name)
        except Expression:
            pass
        try:
            return _variable(self._hosts[host], host, name)
        except AnsibleError:
            if host in self._running:
                raise
            found = self._vars["hostvars"].raw_get(host)
            if not isinstance(found.get(name), Mapping):
                raise
            known = {**found, "hostvars": self._vars["hostvars"]}
            templar = self._templar.copy_with_new_env(available_variables=known)
            return _readable(templar, found[name], f"{name} of host {host}")

    def _without_expressions(self, host: str, name: str) -> object:
        """A variable that needs no templating. What hosts have from a group is one object, and is read once.

        Raises Expression.
        """
        written = getattr(self._hosts[host], "_vars", {})  # of HostVarsVars: as it was written
        if name not in written:
            raise Expression
        value = written[name]
        if id(value) not in self._static:
            self._static[id(value)] = (value, static(value))
        return self._static[id(value)][1]

    def _node(self, node: str) -> dict[str, Any]:
        given = self._nodes.read(node)
        if given is None:
            variables = _variables(self._vars, node)
            given = {key: _variable(variables, node, key) for key in NODE}
        return {key: value for key, value in given.items() if value is not None}

    def _in_play(self, host: str, name: str) -> bool:
        """Whether the play or the role has a variable that the inventory does not have, and has it for this cluster.

        ``hostvars`` knows nothing of variables of plays, roles and tasks. The fabric's hold for all clusters of the
        play; a cluster's own are those of the host for which this task runs.
        """
        if name not in self._vars:
            return False
        return host in self._running if name == "kubefabric_fabric" else host == self._vars.get("inventory_hostname")


def _variables(task_vars: Mapping[str, Any], host: str) -> Mapping[str, Any]:
    """``hostvars[host]``, asked for once a host: each time Ansible gathers all of them anew."""
    try:
        return task_vars["hostvars"][host]
    except AnsibleError as error:
        raise AnsibleError(f"the variables of host {host} cannot be read: {error}") from error


def _tried(wrong: list[str], read: Callable[..., Any], *arguments: object) -> object:
    """What ``read`` returns; None where it cannot, and why in ``wrong``."""
    try:
        return read(*arguments)
    except AnsibleError as error:
        wrong.append(str(error))
        return None


def _variable(variables: Mapping[str, Any], host: str, name: str) -> object:
    """One of a host's variables, templated; None if it is not defined."""
    return _value(lambda: variables[name], host, name) if name in variables else None


def _value(templated: Callable[..., Any], host: str, name: str) -> object:
    """What ``templated`` returns as plain data; an AnsibleError that names the variable where it cannot be read."""
    try:
        value = plain(templated())
    except AnsibleError as error:
        raise AnsibleError(f"{name} of host {host} cannot be read: {error}") from error
    for expression in _left_over(value) if LEAVES_UNDEFINED else ():
        raise AnsibleError(f"{name} of host {host} cannot be read: {expression} uses a variable that is not defined")
    return value


def _readable(templar: Any, value: object, at: str, key: object = None) -> object:
    """A variable templated value by value: one that cannot be read and is not needed becomes a text in its place."""
    if isinstance(value, Mapping):
        return {plain(name): _readable(templar, item, at, plain(name)) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_readable(templar, item, at, key) for item in value]
    try:
        return plain(templar.template(value))
    except AnsibleError as error:
        if key in UNNEEDED:
            return f"unreadable-{str(key).replace('_', '-')}-of-a-cluster-not-in-this-run"
        raise AnsibleError(f"{at} cannot be read: {error}") from error


def _public(value: object) -> object:
    """A fabric without what only a login needs: clusters of one fabric may log in in different ways."""
    if not isinstance(value, dict):
        return value
    return {key: _public(item) for key, item in value.items() if key not in UNNEEDED}


def _same(fabric: object, other: object) -> bool:
    """Whether both are one fabric."""
    return fabric is other or _public(fabric) == _public(other)


def _left_over(value: object) -> Iterator[str]:
    """Expressions that templating has left as they were."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _left_over(item)
    elif isinstance(value, str) and "{{" in value:
        yield value
