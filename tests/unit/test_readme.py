"""What the pages show is what the planner takes: the README's inventory, file by file, and the intent of a play."""

from __future__ import annotations

import re
from typing import Any

import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from tests.programs import ROOT

SECRETS = {"vault_apic_password": "x", "vault_bgp_password": "of-the-README", "vault_digest_key": "0123456789abcdef"}


def shown(page: str) -> list[Any]:
    """The documents that a page shows as YAML, with secrets in place of the vault's."""
    text = (ROOT / page).read_text()
    for name, value in SECRETS.items():
        text = text.replace(f"{{{{ {name} }}}}", value)
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


def planned(fabric: dict, cluster: dict, nodes: dict) -> tuple[list[str], list[str]]:
    """Findings and plans of one cluster."""
    found = build({"fabric": fabric, "clusters": {"k8s-prod": {"cluster": cluster, "nodes": nodes}}})
    return [str(finding) for finding in found.warnings], list(found.plans)


def test_the_inventory_of_the_readme_is_planned_without_a_finding():
    hosts, fabric, cluster = shown("README.md")
    (name,) = hosts["clusters"]["hosts"]
    nodes = hosts[f"{name.replace('-', '_')}_nodes"]["hosts"]
    assert planned(fabric["kubefabric_fabric"], cluster["kubefabric_cluster"], nodes) == ([], [name])


def test_the_intent_in_a_play_of_one_s_own_is_planned_without_a_finding():
    (given,) = shown("docs/roles.md")[0]
    nodes = {name: {"rack": "rack1"} for name in ("node1", "node2")}
    intent = given["vars"]["kubefabric_fabric"], given["vars"]["kubefabric_cluster"]
    assert planned(*intent, nodes) == ([], [given["hosts"]])


def test_the_options_for_the_connection_are_given_to_groups_of_the_modules_that_the_play_calls():
    (play,) = shown("docs/roles.md")[1]
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
    named = [group.removeprefix("group/kubefabric.bgp.") for group in play["module_defaults"]]
    called = [next(iter(task)).removeprefix("kubefabric.bgp.") for task in play["tasks"]]
    assert [[name in groups[group] for name in called] for group in named] == [[True, False], [False, True]]
