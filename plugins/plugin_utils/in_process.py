# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that only talk to a controller, run in Ansible's own worker process where that makes no difference.

A module of its own process costs a packed archive, four shells and a Python that imports everything anew: half a second
of CPU for 0.03 seconds of work. In the worker, arguments, checks, check mode, diff, log and secrets are those of
AnsibleModule, as ever. Where the task names another Python, another user, another machine or a connection of a network
device, the module runs as any other.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from ansible import constants
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase
from ansible.release import __version__
from ansible.utils.unsafe_proxy import wrap_var
from ansible.utils.vars import merge_hash

from ansible_collections.kubefabric.bgp.plugins.module_utils.common.printable import printable

from .controller import plain

# Later releases know of every text whether it may be a template; before, results of actions are marked by hand
MARKS_RESULTS = tuple(map(int, __version__.split(".")[:2])) < (2, 19)


class Ended(SystemExit):
    """The module is done, as SystemExit says in a process of its own; ``result`` is what it returns."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__(0)
        self.result = result


class InWorker:
    """To be named before a module's own class among the bases: takes arguments and hands over results in memory."""

    arguments: Mapping[str, Any]
    params: dict[str, Any]
    no_log_values: set[str]

    def _check_locale(self) -> None:
        """Ansible has set that of its own process."""

    def _load_params(self) -> None:
        self.params = dict(self.arguments)
        self._warned: list[str] = []

    def warn(self, warning: str, **_options: Any) -> None:
        self._warned.append(printable(str(warning)))

    def _return_formatted(self, kwargs: dict[str, Any]) -> NoReturn:
        """What AnsibleModule prints, raised: its own callers end the process next."""
        known = {"invocation": {"module_args": self.params}, **kwargs}
        if self._warned:
            known["warnings"] = [*known.get("warnings", []), *self._warned]
        raise Ended(remove_values(known, self.no_log_values))


class RunsModules(ActionBase):
    """An action plugin that runs such modules. ``main`` is a module's, ``module_class`` the class that it makes."""

    def _is_here(self, task_vars: Mapping[str, Any]) -> bool:
        """Whether the module's process would be one of this user on this machine with this Python."""
        own = task_vars
        if self._task.delegate_to:
            own = (task_vars.get("ansible_delegated_vars") or {}).get(self._task.delegate_to) or {}
        return (
            self._connection.transport == "local"
            and self._connection.become is None
            and not self._task.async_val
            and not constants.DEFAULT_KEEP_REMOTE_FILES  # who asks for the module's files wants to run them
            and not os.environ.get("ENABLE_TURBO_MODE")  # kubernetes.core's own process for many modules
            and _is_this_python(plain(self._templar.template(own.get("ansible_python_interpreter"))))
        )

    def _run_here(
        self,
        name: str,
        main: Callable[[type], None],
        module_class: type,
        arguments: Mapping[str, Any],
        task_vars: Mapping[str, Any],
    ) -> dict[str, Any]:
        given: dict[str, Any] = _through_json(plain(arguments))
        self._update_module_args(name, given, task_vars)
        given["_ansible_tmpdir"] = constants.DEFAULT_LOCAL_TMP  # ends with the run; a module's own would not
        given["_ansible_socket"] = None
        kind = type(module_class.__name__, (InWorker, module_class), {"arguments": given})
        variables: dict[str, Any] = {}
        self._compute_environment_string(variables)
        with _environment(variables), _directory(self._loader.get_basedir()):
            try:
                main(kind)
            except Ended as ended:
                return _returned(ended.result)
        raise RuntimeError(f"{name} ended without a result")


class InProcessAction(RunsModules):
    """The action plugin of such a module: ``main`` is the module's, ``module_class`` the class that it makes."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_diff = True
    _supports_async = True
    main: Callable[[type], None]
    module_class: type

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        if self._is_here(task_vars):
            main, module_class = type(self).main, self.module_class
            return merge_hash(result, self._run_here(self._task.action, main, module_class, self._task.args, task_vars))
        wrap_async = self._task.async_val and not self._connection.has_native_async
        result = merge_hash(result, self._execute_module(task_vars=task_vars, wrap_async=wrap_async))
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result


def _is_this_python(interpreter: object) -> bool:
    """Whether a path names the Python that runs this: of a virtual environment ``python`` and ``python3`` are one."""
    path = os.path.expanduser(str(interpreter or ""))
    if not os.path.isabs(path) or os.path.dirname(path) != os.path.dirname(sys.executable):
        return False
    return os.path.realpath(path) == os.path.realpath(sys.executable)


def _returned(result: dict[str, Any]) -> dict[str, Any]:
    """The result as it comes from a process: plain JSON, and no text in it is a template."""
    traceback = result.pop("exception", None)
    found = _through_json(result)
    if isinstance(traceback, str):
        found["exception"] = traceback
    return wrap_var(found) if MARKS_RESULTS else found


def _through_json(value: Any) -> Any:
    """A copy with what JSON makes of it: names of keys are texts, there are no tuples and no sets."""
    return json.loads(json.dumps(value, default=list))


@contextlib.contextmanager
def _environment(variables: Mapping[str, Any]) -> Iterator[None]:
    """The task's ``environment`` for a while: a worker may run many items of a loop."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update({str(name): str(value) for name, value in variables.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _directory(path: str) -> Iterator[None]:
    """The directory in which the local connection starts modules: relative names of files are from there."""
    before = os.getcwd()
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(before)
