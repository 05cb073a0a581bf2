# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few variables of thousands of hosts, in a tenth of the time that ``hostvars`` takes for all variables of each.

Only where the answer is certain to be the same: hosts of the same groups share what their groups say, and a host adds
what the inventory's source says of it. A host with files of its own, facts, or an expression among these variables is
left to ``hostvars``, and all hosts where other plugins or settings have a say.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible import constants
from ansible.inventory.host import Host
from ansible.plugins.loader import vars_loader

from .controller import Expression, plain, static

BARE_HOST = "a host of the same groups without variables of its own"
PLUGINS = ["host_group_vars"]
MEMORY = ("memory", "ansible.builtin.memory")


class QuickVariables:
    """Reads variables of hosts; ``hostvars`` and what else ``task_vars`` hold are Ansible's."""

    def __init__(self, task_vars: Mapping[str, Any], names: Collection[str]) -> None:
        self._names = names
        self._of_groups: dict[tuple[str, ...], Mapping[str, Any]] = {}
        self._usable = False
        hostvars = task_vars["hostvars"]
        try:
            self._inventory, self._manager = hostvars._inventory, hostvars._variable_manager
            self._usable = _is_plain_ansible() and not set(names) & set(self._manager.extra_vars)
            self._apart = _with_facts(self._manager) | _with_files(_directories(task_vars)) if self._usable else set()
        except AttributeError:  # another release keeps them elsewhere
            self._usable = False

    def read(self, name: str) -> dict[str, Any] | None:
        """The variables that this host has, as plain data; None where only ``hostvars`` knows."""
        if not self._usable or name in self._apart:
            return None
        host = self._inventory.get_host(name)
        if host is None:
            return None
        known = {**self._group_variables(host), **host.vars}
        try:
            return {key: static(known[key]) for key in self._names if key in known}
        except Expression:
            return None

    def _group_variables(self, host: Host) -> Mapping[str, Any]:
        """What the groups of a host say, as Ansible merges it."""
        groups = host.get_groups()
        key = tuple(group.name for group in groups)
        if key not in self._of_groups:
            bare = Host(BARE_HOST)
            bare.groups = list(groups)
            found = self._manager.get_vars(host=bare, include_hostvars=False)
            self._of_groups[key] = {name: found[name] for name in self._names if name in found}
        return self._of_groups[key]


def _is_plain_ansible() -> bool:
    """Whether no setting and no plugin of others changes how variables come together."""
    return (
        constants.DEFAULT_HASH_BEHAVIOUR == "replace"
        and list(constants.VARIABLE_PLUGINS_ENABLED) == PLUGINS
        and [found.__module__.rpartition(".")[2] for found in vars_loader.all(class_only=True)] == PLUGINS
        and constants.CACHE_PLUGIN in MEMORY
    )


def _with_facts(manager: Any) -> set[str]:
    """The hosts with facts, of any kind."""
    caches = (manager._fact_cache, manager._nonpersistent_fact_cache, manager._vars_cache)
    return {str(plain(name)) for cache in caches for name in cache.keys()}  # noqa: SIM118 - a plugin is no mapping


def _directories(task_vars: Mapping[str, Any]) -> Iterable[str]:
    """Beside what files of variables are looked for: the inventory's sources, and the playbook."""
    yield str(task_vars["playbook_dir"])
    for source in task_vars.get("ansible_inventory_sources") or ():
        yield source if os.path.isdir(source) else os.path.dirname(source)


def _with_files(directories: Iterable[str]) -> set[str]:
    """The names that files and directories of host_vars have, with and without what YAML's files end with."""
    found: set[str] = set()
    for directory in directories:
        path = os.path.join(directory or ".", "host_vars")
        for entry in os.listdir(path) if os.path.isdir(path) else ():
            found.add(entry)
            found.update(entry[: -len(end)] for end in constants.YAML_FILENAME_EXTENSIONS if entry.endswith(end))
    return found
