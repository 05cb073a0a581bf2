"""The roles of the L3Out hand the plan to the module as it is, and options for the connection by the action group."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.l3out_options import described

ROLES = Path(__file__).resolve().parents[3] / "roles"


@pytest.mark.parametrize("role", ["aci_access", "aci_contracts", "aci_l3out"])
def test_the_whole_plan_goes_to_the_module(role):
    files = sorted((ROLES / role / "tasks").glob("*.yml"))
    tasks = [task for file in files for task in yaml.safe_load(file.read_text())]
    (task,) = [task for task in tasks if "kubefabric.bgp.aci_l3out" in task]
    options = task["kubefabric.bgp.aci_l3out"]
    assert options["plan"] == "{{ kubefabric_plan }}"
    assert not set(options) & {*described(), "host", "username", "password"}
    assert list(task["module_defaults"]) == ["group/kubefabric.bgp.aci"]
