"""YAML as files and terminals show it."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import resources
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


def test_text_of_several_lines_is_shown_as_such_and_nothing_is_a_reference() -> None:
    shared = ["10.0.0.0/8"]
    document = {"script": "set -e\ncp a b\n", "pod": shared, "service": shared, "name": "Zürich"}
    assert yaml_text.dump(document) == (
        "script: |\n  set -e\n  cp a b\npod:\n- 10.0.0.0/8\nservice:\n- 10.0.0.0/8\nname: Zürich\n"
    )
