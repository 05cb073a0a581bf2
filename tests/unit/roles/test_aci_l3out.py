"""The role aci_l3out hands everything that a plan says of an L3Out on to the module."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.options import l3out_spec

ROLE = Path(__file__).resolve().parents[3] / "roles" / "aci_l3out" / "tasks" / "main.yml"
OF_THE_RUN = {"bgp_password", "password_key", "password_update", "change_svi", "scope", "state"}


@pytest.mark.parametrize("option", sorted(l3out_spec().keys() - OF_THE_RUN))
def test_every_option_of_the_description_comes_from_the_plan(option):
    task = yaml.safe_load(ROLE.read_text())[0]["kubefabric.bgp.aci_l3out"]
    assert str(task.get(option)).startswith("{{ kubefabric_plan.l3out." + option)
