# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the hosts of a play as a task of each host has them, for one task that works for all of them.

``hostvars`` knows nothing of what plays, roles and tasks say. A task for each host would cost a process for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError

from .controller import plain


class PlayHosts:
    """The hosts of the play in which a task runs. ``task`` and ``templar`` are the action's."""

    def __init__(self, task: Any, task_vars: Mapping[str, Any], templar: Any) -> None:
        self._task, self._templar = task, templar
        self._manager = task.get_variable_manager()
        self._inventory = task_vars["hostvars"]._inventory
        self._all = list(task_vars.get("ansible_play_hosts_all", ()))
        self._hosts = list(task_vars.get("ansible_play_hosts", ()))
        self.names: list[str] = plain(self._hosts)

    def variables(self, host: str) -> HostVariables:
        """The variables of one host."""
        found = self._manager.get_vars(
            play=_play_of(self._task),
            host=self._inventory.get_host(host),
            task=self._task,
            include_hostvars=False,
            _hosts=self._hosts,
            _hosts_all=self._all,
        )
        return HostVariables(host, found, self._templar.copy_with_new_env(available_variables=found))


class HostVariables:
    """What one host says; a variable is templated when it is asked for."""

    def __init__(self, host: str, variables: Mapping[str, Any], templar: Any) -> None:
        self._host, self._variables, self._templar = host, variables, templar

    def __contains__(self, name: str) -> bool:
        return name in self._variables

    def get(self, name: str, default: Any = None) -> Any:
        """The variable as plain data. Raises AnsibleError with the host where it cannot be read."""
        if name not in self._variables:
            return default
        try:
            return plain(self._templar.template(self._variables[name]))
        except AnsibleError as error:
            raise AnsibleError(f"{name} of host {self._host} cannot be read: {error}") from error


def _play_of(task: Any) -> Any:
    """The play of a task: blocks and includes are between both."""
    parent = task._parent
    while parent is not None:
        play = getattr(parent, "_play", None)
        if play is not None:
            return play
        parent = parent._parent
    return None
