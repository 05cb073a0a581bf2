"""What the intent and the module aci_l3out have in common: a choice or default of one is that of the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.l3out_options import from_plan, l3out_spec
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.options_bgp import BGP, ROUTE_MAP
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.options_cluster import L3OUT

GOLDEN = Path(__file__).resolve().parents[4] / "golden" / "aci"
SPEC = l3out_spec()
# the intent's option, and where the module has it under the same name
PAIRS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("l3out", L3OUT, SPEC),
    ("l3out.access", L3OUT, SPEC["access"]["options"]),
    ("bgp", BGP, SPEC["bgp"]["options"]),
    ("route_maps", ROUTE_MAP, SPEC["route_maps"]["options"]),
    ("route_maps.set", ROUTE_MAP["set"]["options"], SPEC["route_maps"]["options"]["set"]["options"]),
]


@pytest.mark.parametrize(("where", "intent", "module"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_choices_are_the_same(where: str, intent: dict[str, Any], module: dict[str, Any]) -> None:
    shared = [name for name in intent if name in module]
    assert shared, where
    for name in shared:
        assert sorted(intent[name].get("choices") or []) == sorted(module[name].get("choices") or []), name


def test_defaults_are_the_same_where_both_have_one() -> None:
    for where, intent, module in PAIRS:
        for name, option in intent.items():
            ours, theirs = option.get("default"), module.get(name, {}).get("default")
            assert None in (ours, theirs) or str(ours) == str(theirs), f"{where}.{name}"


def test_a_plan_may_leave_the_link_speed_open() -> None:
    l3out = yaml.safe_load((GOLDEN / "floating-with-ports" / "l3out.yml").read_text())
    l3out["access"]["link_speed"] = None
    assert from_plan(l3out)["access"]["link_speed"] is None
