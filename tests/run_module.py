"""Runs an Ansible module's ``main`` in this process, with the options that a task would give it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator

from ansible.module_utils import _internal
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args


class ModuleFailed(Exception):
    """The module called fail_json; ``result`` is everything it said."""

    def __init__(self, result: dict) -> None:
        super().__init__(result["msg"])
        self.result = result


@contextlib.contextmanager
def _as_on_a_host() -> Iterator[None]:
    """Once a test here has loaded controller code, modules would warn on its terminal, not in their result."""
    before, _internal.is_controller = _internal.is_controller, False
    try:
        yield
    finally:
        _internal.is_controller = before


def module_name(module) -> str:
    """A module's name as its tests' ids have it."""
    return module.__name__.rpartition(".")[2]


def run_module(module, options: dict, *, check: bool = False, diff: bool = True) -> dict:
    """The result of the module; raises ModuleFailed where the task would fail."""
    arguments = {**options, "_ansible_check_mode": check, "_ansible_diff": diff}
    output = io.StringIO()
    warnings._global_warnings.clear()  # a process has one list of them, and a task a process of its own
    with (
        _as_on_a_host(),
        patch_module_args(arguments),
        contextlib.redirect_stdout(output),
        contextlib.suppress(SystemExit),
    ):
        module.main()
    result = json.loads(output.getvalue())
    if result.get("failed"):
        raise ModuleFailed(result)
    return result
