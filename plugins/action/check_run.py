# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fail if a run has nothing to work on; the documentation is in plugins/modules/check_run.py."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from typing import Any

from ansible import constants, context
from ansible.errors import AnsibleError
from ansible.playbook import Playbook
from ansible.playbook.block import Block
from ansible.plugins.action import ActionBase
from ansible.utils.collection_loader._collection_finder import _get_collection_playbook_path

from ansible_collections.kubefabric.bgp.plugins.plugin_utils import directories, run_scope
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain

OURS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))), "playbooks")


class ActionModule(ActionBase):
    """Looks at groups, limit and tags; asks no host."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> Any:
        super().run(tmp, task_vars)
        _result, given = self.validate_argument_spec(
            argument_spec={"needs": {"type": "list", "elements": "list", "default": [["clusters"]]}}
        )
        groups = plain({name: list(hosts) for name, hosts in task_vars.get("groups", {}).items()})
        limit = task_vars.get("ansible_limit")
        running = plain(list(task_vars.get("ansible_play_hosts_all", ()))) if limit else None
        needs = plain(given["needs"])
        wrong = [run_scope.without_hosts(groups, needed, running, limit, needs) for needed in needs]
        wrong.append(self._without_tasks(task_vars))
        told = [text for text in wrong if text]
        own = [path for path in context.CLIARGS.get("args") or () if not _get_collection_playbook_path(path)]
        warnings = directories.unread(own, directories.of_sources(task_vars.get("ansible_inventory_sources") or ()))
        if not told:
            return {"changed": False, "warnings": warnings}
        return {"failed": True, "changed": False, "msg": f"{'. '.join(told)}. Nothing was done.", "warnings": warnings}

    def _without_tasks(self, task_vars: dict[str, Any]) -> str | None:
        """What is wrong with --tags and --skip-tags."""
        only = plain(list(task_vars.get("ansible_run_tags") or ["all"]))
        skip = plain(list(task_vars.get("ansible_skip_tags") or []))
        own = set(self._task.tags) - {"always"}  # what the importing playbook gave all plays of ours
        if run_scope.selected(own, only, skip):
            return None
        try:
            return run_scope.without_tasks(list(self._tags_of_the_run()), only, skip)
        except AnsibleError:  # a playbook that only its own run can read
            return None

    def _tags_of_the_run(self) -> Iterator[Collection[str]]:
        """The tags of each task of the playbooks on the command line, but for those that check and those that run
        always without being ours.
        """
        for name in context.CLIARGS.get("args") or ():
            resource = _get_collection_playbook_path(name)
            path = resource[1] if resource else os.path.abspath(name)
            manager = self._task.get_variable_manager()
            playbook = Playbook.load(path, variable_manager=manager, loader=self._loader)
            for play in playbook.get_plays():
                for task in _tasks(play.compile()):
                    ours = os.path.realpath(task.get_path() or "").startswith(OURS + os.sep)
                    yield set(task.tags) if ours else set(task.tags) - {"always"}


def _tasks(blocks: list[Any]) -> Iterator[Any]:
    """The tasks in blocks, at any depth, that do something."""
    for item in blocks:
        if isinstance(item, Block):
            yield from _tasks([*item.block, *item.rescue, *item.always])
        elif item.action not in constants._ACTION_META and not item.action.endswith("check_run"):
            yield item
