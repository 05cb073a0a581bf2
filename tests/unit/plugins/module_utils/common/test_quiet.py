"""What Ansible logs and returns of a module's parameters holds no secret, and stays readable."""

from __future__ import annotations

import json
from typing import ClassVar

import pytest
from ansible.module_utils import basic

from ansible_collections.kubefabric.bgp.plugins.module_utils.common import quiet


class Ended(Exception):
    """The module has ended."""


class Module(quiet.QuietModule):
    """One with a secret in an option that has no ``no_log``."""

    logged: ClassVar[list] = []

    @staticmethod
    def shown(params: dict) -> dict:
        return {**params, "things": [{**item, "pwd": "hidden"} for item in params.get("things") or []]}

    def log(self, msg: str, log_args: dict | None = None) -> None:  # noqa: ARG002
        self.logged.append(msg)


SPEC = {
    "name": {"type": "str", "required": True},
    "password": {"type": "str", "no_log": True},
    "peers": {
        "type": "list",
        "elements": "dict",
        "options": {"key": {"type": "str", "no_log": True, "aliases": ["k"]}},
    },
    "things": {"type": "list", "elements": "dict"},
}


@pytest.fixture
def run(monkeypatch, capsys):
    """Make the module with parameters, end it, and return (what it printed, what it logged)."""

    def call(end, **params: object) -> tuple[dict, str]:
        Module.logged = []
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": params}).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            end(Module(argument_spec=SPEC))
        return json.loads(capsys.readouterr().out), " ".join(Module.logged)

    return call


def test_a_secret_within_another_option_is_neither_logged_nor_returned(run):
    given = {"name": "a", "things": [{"name": "x", "pwd": "geheim"}]}
    result, logged = run(lambda module: module.exit_json(changed=False), **given)
    assert result["invocation"]["module_args"]["things"] == [{"name": "x", "pwd": "hidden"}]
    assert "geheim" not in logged
    assert "hidden" in logged
    result, _logged = run(lambda module: module.fail_json(msg="no"), **given)
    assert "geheim" not in str(result)


@pytest.mark.parametrize("key", ["key", "k"])
def test_a_short_secret_of_a_nested_option_is_not_logged(run, key):
    """Shorter ones than SHORTEST are no texts that can be told apart: their place hides them."""
    result, logged = run(lambda module: module.exit_json(), name="a", peers=[{key: "q7"}])
    assert "q7" not in logged
    assert "q7" not in str(result)
    assert quiet.NOT_SHOWN in logged


def test_the_module_itself_still_has_the_secret(run):
    seen = []
    run(lambda module: (seen.append(module.params["things"]), module.exit_json()), name="a", things=[{"pwd": "geheim"}])
    assert seen == [[{"pwd": "geheim"}]]


def test_a_module_that_ends_before_it_has_begun_shows_none_either(run):
    result, _logged = run(Module.exit_json, things=[{"pwd": "geheim"}], password="abcdefg")
    assert result["msg"] == "missing required arguments: name"
    assert "geheim" not in str(result)
    assert "abcdefg" not in str(result)


def test_a_password_of_one_letter_garbles_nothing_and_is_not_shown(run):
    given = {"name": "a leaf", "password": "a", "peers": [{"k": "e"}]}
    result, logged = run(lambda module: module.exit_json(said="a leaf has it"), **given)
    assert result["said"] == "a leaf has it"
    assert result["invocation"]["module_args"]["password"] == quiet.NOT_SHOWN
    assert result["invocation"]["module_args"]["peers"] == [{"k": quiet.NOT_SHOWN, "key": quiet.NOT_SHOWN}]
    assert "name=a leaf" in logged


def test_a_longer_one_is_hidden_wherever_it_is(run):
    result, _logged = run(lambda module: module.exit_json(said="it is geheim"), name="a", password="geheim")
    assert result["said"] == "it is ********"
