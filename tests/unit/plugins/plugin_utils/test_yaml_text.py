"""YAML as files and terminals show it."""

from __future__ import annotations

import importlib
from pathlib import Path
from random import Random

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.plugin_utils import yaml_text

PLANS = Path(__file__).parents[3] / "golden" / "plan"
SECRETS = {"bgp_password": 'a "secret"', "placeholder": False}


@pytest.fixture
def without_libyaml(monkeypatch):
    """The module as it is where PyYAML was built without libyaml."""
    monkeypatch.delattr(yaml, "CSafeDumper")
    monkeypatch.delattr(yaml, "CSafeLoader")
    yield importlib.reload(yaml_text)
    monkeypatch.undo()
    importlib.reload(yaml_text)


@pytest.mark.parametrize("case", ["floating-dual", "standard-ipv4"])
def test_files_are_the_same_with_and_without_libyaml(case: str, request: pytest.FixtureRequest) -> None:
    plan = yaml_text.load((PLANS / case / "plan.yml").read_text())["plans"]["k8s-prod"]
    written = [yaml_text.dump(item) for item in [plan, *resources(plan, SECRETS)]]
    slow = request.getfixturevalue("without_libyaml")
    assert [slow.dump(item) for item in [plan, *resources(plan, SECRETS)]] == written
    assert [slow.load(text) for text in written] == [plan, *resources(plan, SECRETS)]


# What needs quotes in some place, or looks like something else than text
TEXTS = [
    *(
        "",
        "a",
        "a b",
        " lead",
        "a:",
        "a: b",
        "a #b",
        "#c",
        "- x",
        "-1",
        "{",
        "[",
        "*b",
        "&a",
        "!",
        "%",
        "@",
        "'q'",
        '"',
        "`",
    ),
    *(
        "1",
        "1.5",
        ".5",
        "1_000",
        "08",
        "0o7",
        "0x1f",
        "1e3",
        "65003:100",
        "12:30:00",
        "2026-01-01",
        "true",
        "No",
        "y",
        "~",
    ),
    *(
        "null",
        "=",
        "<<",
        "..",
        "...",
        "---",
        "192.168.2.1",
        "10.0.0.0/8",
        "fd00::1",
        "é",
        "x\ny",
        "\t",
        "\x07",
        "\u2028",
    ),
    *("w" * 61, "w" * 60 + " x", "long " * 60),
]


def _made_up(random: Random, depth: int = 0) -> object:
    kind = random.randrange(9)
    if depth > 4 or kind < 3:
        return random.choice(TEXTS)
    if kind == 3:
        return random.choice([None, True, False, 0, -5, 12345678901234567890, 1.5, float("inf")])
    if kind < 6:
        return [_made_up(random, depth + 1) for _ in range(random.randrange(4))]
    return {random.choice([*TEXTS, 1, None, True]): _made_up(random, depth + 1) for _ in range(random.randrange(5))}


def test_the_short_way_writes_what_pyyaml_writes() -> None:
    random = Random(1)
    for document in (_made_up(random) for _ in range(2000)):
        assert yaml_text.dump(document) == yaml_text._dump(document)


def test_text_of_several_lines_is_shown_as_such_and_nothing_is_a_reference() -> None:
    shared = ["10.0.0.0/8"]
    document = {"script": "set -e\ncp a b\n", "pod": shared, "service": shared, "name": "Zürich"}
    assert yaml_text.dump(document) == (
        "script: |\n  set -e\n  cp a b\npod:\n- 10.0.0.0/8\nservice:\n- 10.0.0.0/8\nname: Zürich\n"
    )
