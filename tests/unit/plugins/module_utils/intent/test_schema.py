"""Nested variables read against their options, and the options against the role's argument specs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.kube_router.options import KUBE_ROUTER
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.kube_router.settings import DEFAULTS
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import Findings
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.options_fabric import FABRIC, NODE
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.schema import KINDS, form, read
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.networks import KNOWN
from docs import argument_specs

OPTIONS = {
    "colour": {"type": "str", "choices": ["red", "green"], "default": "red"},
    "size": {"type": "int", "minimum": 1, "maximum": 9},
    "deep": {"type": "dict", "options": {"on": {"type": "bool", "default": True}, "who": {"type": "str"}}},
    "names": {"type": "list", "elements": "str"},
    "rules": {
        "type": "list",
        "elements": "dict",
        "options": {"name": {"type": "str", "required": True}, "wide": {"type": "bool", "default": False}},
    },
}


def _walk(options: dict[str, Any], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, option in options.items():
        yield f"{at}.{name}", option
        yield from _walk(option.get("options", {}), f"{at}.{name}")


EVERY = [*_walk(FABRIC, "fabric"), *_walk(KNOWN.cluster, "cluster"), *_walk(NODE, "node")]


def test_what_is_absent_gets_its_default_at_every_depth() -> None:
    assert read({}, OPTIONS, "x", Findings()) == {
        "colour": "red",
        "size": None,
        "deep": {"on": True, "who": None},
        "names": [],
        "rules": [],
    }


@pytest.mark.parametrize(("given", "value"), [("7", 7), (7, 7), (" 7 ", 7)])
def test_text_that_reads_as_a_number_is_one(given: object, value: int) -> None:
    assert read({"size": given}, OPTIONS, "x", Findings())["size"] == value


@pytest.mark.parametrize(("given", "value"), [("yes", True), ("off", False), (0, False), ("True", True)])
def test_truth_is_read_as_ansible_reads_it(given: object, value: bool) -> None:
    assert read({"deep": {"on": given}}, OPTIONS, "x", Findings())["deep"]["on"] is value


def test_text_with_commas_is_a_list() -> None:
    assert read({"names": "a, b"}, OPTIONS, "x", Findings())["names"] == ["a", "b"]


def test_a_list_of_dictionaries_is_read_one_by_one_and_each_mistake_has_its_place() -> None:
    findings = Findings()
    given = {"rules": [{"name": "a"}, {"wide": "yes", "wdie": 1}, "b"]}
    assert read(given, OPTIONS, "x", findings)["rules"][:2] == [
        {"name": "a", "wide": False},
        {"name": None, "wide": True},
    ]
    assert [str(finding) for finding in findings.errors] == [
        "x.rules[1].wdie: is not a known key; did you mean wide?",
        "x.rules[1].name: is missing; add it",
        "x.rules[2]: is text, not a dictionary; give its keys: name, wide",
    ]


@pytest.mark.parametrize("value", [True, 1.5, "1.5", "one", [1], {"a": 1}])
def test_what_is_no_whole_number_is_reported(value: object) -> None:
    findings = Findings()
    assert read({"size": value}, OPTIONS, "x", findings)["size"] is None
    assert [finding.path for finding in findings.errors] == ["x.size"]


@pytest.mark.parametrize(("path", "option"), EVERY, ids=[path for path, _option in EVERY])
def test_an_option_s_description_is_sound(path: str, option: dict[str, Any]) -> None:
    assert option["type"] in KINDS, path
    assert re.search(r"[.;:)]$", option["description"]), f"{path}: the description is a sentence"
    assert ("minimum" in option) == ("maximum" in option)
    assert "format" not in option or callable(form(option["format"]))
    assert not (option.get("required") and "default" in option)
    assert not option.get("required") or "example" in option or "options" in option
    assert "choices" not in option or option.get("default", option["choices"][0]) in option["choices"]


def test_the_role_s_argument_specs_are_those_generated_from_the_planner_s_options() -> None:
    assert argument_specs.TARGET.read_text() == argument_specs.document(), "run make docs"


def test_the_role_s_documented_defaults_are_its_defaults() -> None:
    defaults = yaml.safe_load((argument_specs.ROLE / "defaults" / "main.yml").read_text())
    options = argument_specs.argument_specs()["argument_specs"]["main"]["options"]
    assert {name: option["default"] for name, option in options.items() if "default" in option} == defaults


def test_kube_router_s_documented_defaults_are_those_that_its_resources_get() -> None:
    documented = {name: option["default"] for name, option in KUBE_ROUTER.items() if "default" in option}
    assert documented == {name: DEFAULTS[name] for name in documented}
    assert set(DEFAULTS) == set(KUBE_ROUTER)
