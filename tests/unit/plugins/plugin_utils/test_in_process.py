"""Modules that run in Ansible's own process: when they do, and that arguments and results are those of a process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.kubefabric.bgp.plugins.module_utils.common.quiet import QuietModule
from ansible_collections.kubefabric.bgp.plugins.plugin_utils import in_process

SECRET = "a-password-to-hide"


class Action(in_process.InProcessAction):
    """An action without Ansible around it; the template engine returns what it gets."""

    module_class = QuietModule

    def __init__(self, run: Any, directory: Path, **arguments: Any) -> None:
        self.ran = run
        task = Mock(args=arguments, async_val=0, check_mode=False, diff=False, delegate_to=None, environment=None)
        task.no_log, task.action, task.collections = False, "kubefabric.bgp.example", None
        connection = Mock(transport="local", become=None, socket_path=None)
        loader, templar = Mock(), Mock(template=lambda value: value)
        loader.get_basedir.return_value = str(directory)
        context = SimpleNamespace(check_mode=False, executable="/bin/sh")
        super().__init__(task, connection, context, loader, templar, Mock())
        self._execute_module = Mock(return_value={"changed": False, "process": True})  # type: ignore[method-assign]
        type(self).main = staticmethod(run)

    def result(self, **variables: Any) -> dict[str, Any]:
        return self.run(task_vars={"ansible_python_interpreter": sys.executable, **variables})


@pytest.fixture
def action(tmp_path):
    def action(run: Any, **arguments: Any) -> Action:
        return Action(run, tmp_path, **arguments)

    return action


def example(module_class: type[AnsibleModule]) -> None:
    """A module that returns what it got."""
    spec = {"word": {"type": "str"}, "secret": {"type": "str", "no_log": True}, "numbers": {"type": "dict"}}
    module = module_class(argument_spec=spec, supports_check_mode=True)
    if module.params["word"] == "warn":
        module.warn("take care \x1b[2J")
    if module.params["word"] == "fail":
        module.fail_json(msg=f"no, {module.params['secret']}")
    module.exit_json(
        changed=module.check_mode,
        **{key: module.params[key] for key in ("word", "numbers")},
        at=(str(Path.cwd()), os.environ.get("EXAMPLE")),
        tmpdir=module.tmpdir,
    )


def test_a_module_gets_its_arguments_and_returns_its_result_as_through_json(action) -> None:
    result = action(example, word="a", numbers={101: (1, 2)}).result()
    assert result["numbers"] == {"101": [1, 2]}
    assert result["invocation"]["module_args"]["word"] == "a"
    assert "process" not in result
    assert "warnings" not in result


def test_check_mode_reaches_the_module(action) -> None:
    run = action(example)
    run._task.check_mode = True
    assert run.result()["changed"] is True


def test_secrets_are_hidden_in_the_result_and_in_the_failure(action) -> None:
    result = action(example, word="fail", secret=SECRET).result()
    assert result["failed"] is True
    assert result["msg"].startswith("no, ")
    assert SECRET not in str(result)


def test_an_argument_that_there_is_not_is_refused_in_ansibles_words(action) -> None:
    result = action(example, wrod="a").result()
    assert result["msg"].startswith("Unsupported parameters for (kubefabric.bgp.example) module: wrod.")


def test_warnings_are_in_the_result_and_printable(action) -> None:
    assert action(example, word="warn").result()["warnings"] == ["take care \\x1b[2J"]


def test_the_tasks_environment_holds_while_the_module_runs_in_the_playbooks_directory(action, tmp_path) -> None:
    run = action(example)
    run._task.environment = [{"EXAMPLE": "proxy"}]
    before = Path.cwd()
    assert run.result()["at"] == [str(tmp_path), "proxy"]
    assert Path.cwd() == before
    assert "EXAMPLE" not in os.environ


def test_a_mistake_of_the_module_leaves_environment_and_directory_as_they_were(action) -> None:
    def broken(_module_class: type) -> None:
        raise ValueError("a mistake")

    before = Path.cwd()
    with pytest.raises(ValueError, match="a mistake"):
        action(broken).result()
    assert Path.cwd() == before


def test_a_module_that_does_not_end_is_a_mistake(action) -> None:
    with pytest.raises(RuntimeError, match=r"kubefabric\.bgp\.example ended without a result"):
        action(lambda _module_class: None).result()


def _over_httpapi(action: Action) -> None:
    action._connection.transport = "httpapi"


def _as_another_user(action: Action) -> None:
    action._connection.become = Mock()


def _later(action: Action) -> None:
    action._task.async_val = 60


def _elsewhere(action: Action) -> None:
    action._task.delegate_to = "jump"


@pytest.mark.parametrize("change", [_over_httpapi, _as_another_user, _later, _elsewhere])
def test_what_is_not_this_process_runs_in_one_of_its_own(action, change) -> None:
    run = action(example)
    change(run)
    assert run.result()["process"] is True


@pytest.mark.parametrize("interpreter", [None, "auto", "/usr/bin/another-python3", "python3"])
def test_another_python_runs_in_a_process_of_its_own(action, interpreter) -> None:
    assert action(example).result(ansible_python_interpreter=interpreter)["process"] is True


def test_a_task_for_this_machine_by_delegation_runs_here(action) -> None:
    run = action(example)
    run._task.delegate_to = "localhost"
    here = {"localhost": {"ansible_python_interpreter": sys.executable}}
    assert "process" not in run.result(ansible_python_interpreter="/usr/bin/python2", ansible_delegated_vars=here)


def test_python_and_python3_of_one_environment_are_the_same(tmp_path, monkeypatch) -> None:
    for name in ("python", "python3"):
        (tmp_path / name).symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    assert in_process._is_this_python(str(tmp_path / "python"))
    assert not in_process._is_this_python("/usr/bin/python3")
