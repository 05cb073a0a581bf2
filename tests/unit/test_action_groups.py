"""Every module is in the action group that its name begins with, so that module_defaults reach it, and says so."""

from __future__ import annotations

import importlib

import pytest
import yaml

from tests.programs import ROOT

GROUPS = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
FRAGMENTS = {"aci": "aci", "cluster": "kubernetes", "node": "node"}
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))


def test_every_module_of_a_kind_is_in_its_group_and_nothing_else_is() -> None:
    expected = {group: [name for name in MODULES if name.startswith(f"{group}_")] for group in FRAGMENTS}
    assert expected == GROUPS


@pytest.mark.parametrize(("group", "name"), [(group, name) for group, names in GROUPS.items() for name in names])
def test_a_module_s_page_names_its_group(group: str, name: str) -> None:
    module = importlib.import_module(f"ansible_collections.kubefabric.bgp.plugins.modules.{name}")
    fragment = f"kubefabric.bgp.{FRAGMENTS[group]}"
    assert fragment in yaml.safe_load(module.DOCUMENTATION)["extends_documentation_fragment"]
    text = importlib.import_module(
        f"ansible_collections.kubefabric.bgp.plugins.doc_fragments.{FRAGMENTS[group]}"
    ).ModuleDocFragment.DOCUMENTATION
    assert yaml.safe_load(text)["attributes"]["action_group"]["membership"] == [f"kubefabric.bgp.{group}"]
