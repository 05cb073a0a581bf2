"""A plan where it enters: what the planner made passes, and broken plans are refused with every mistake in full."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import PlanError, accept
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.documents import documents
from tests import plans
from tests.plans import GOLDEN, golden

PLANS = {f"{path.name}-{name}": plan for path in sorted(GOLDEN.iterdir()) for name, plan in golden(path.name).items()}
BROKEN = yaml.safe_load(Path(__file__).with_name("broken_plans.yml").read_text())


def _kept(before: Any, after: Any) -> bool:
    """Whether everything is as it was; defaults may have joined it, and a number may have become text."""
    if isinstance(before, dict):
        return all(key in after and _kept(value, after[key]) for key, value in before.items())
    if isinstance(before, list):
        return len(before) == len(after) and all(map(_kept, before, after))
    return str(before) == str(after)


def _broken(case: dict[str, Any]) -> dict[str, Any]:
    plans = copy.deepcopy(golden(case.get("golden", "floating-ipv4")))
    plan = plans[case["plan"]] if "plan" in case else next(iter(plans.values()))
    for path, value in case["set"].items():
        place: Any = plan
        *above, last = (int(key) if isinstance(key, str) and key.isdigit() else key for key in path.split("/"))
        for key in above:
            place = place[key if isinstance(place, list) else str(key)]
        key = last if isinstance(place, list) else str(last)
        if value == "~absent":
            del place[key]
        else:
            place[key] = value
    return plan


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_of_the_planner_passes_and_stays_what_it_is(name: str) -> None:
    plan = PLANS[name]
    once = accept(plan, networks=NETWORKS)
    assert _kept(plan, once)
    assert accept(json.loads(json.dumps(once)), networks=NETWORKS) == once
    assert accept(plan) == once, "what knows no cluster network reads the same"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plan_is_refused_with_all_of_its_mistakes(name: str) -> None:
    case = BROKEN[name]
    with pytest.raises(PlanError) as refused:
        accept(_broken(case), networks=NETWORKS)
    assert [str(finding) for finding in refused.value.findings] == case["findings"]


def test_what_knows_no_cluster_network_leaves_its_options_alone() -> None:
    plan = {**next(iter(golden("floating-ipv4").values())), "cni": "next", "next": {"any": "thing"}}
    assert accept(plan)["next"] == {"any": "thing"}
    with pytest.raises(PlanError):
        accept(plan, networks=NETWORKS)


def test_leaves_are_found_by_their_number_as_text_however_the_plan_was_written() -> None:
    plan = copy.deepcopy(PLANS["floating-ipv4-" + next(iter(golden("floating-ipv4")))])
    leaves = plan["leaves"]
    plan["leaves"] = {int(leaf): known for leaf, known in leaves.items()}
    plan["asn"] = str(plan["asn"])  # a template before ansible-core 2.19 makes text
    read = accept(plan)
    assert list(read["leaves"]) == ["101", "102", "103", "104"]
    assert accept({**plan, "leaves": {f"0{leaf}": known for leaf, known in leaves.items()}}) == read
    assert read["asn"] == 65003


def test_what_has_a_default_may_be_left_out_and_is_rendered_all_the_same() -> None:
    plan, whole = plans.plan(), PLANS["three-racks-k8s-prod"]
    plan["l3out"].update({key: whole["l3out"][key] for key in ("leaves", "svis")})
    files = documents(accept({**plan, "leaves": whole["leaves"]}))
    assert '"name": "k8s-prod"' in files["apic.json"]
    assert "k8s-prod" in files["README.md"]


def test_what_is_no_plan_is_named_as_what_it_was_given_for() -> None:
    with pytest.raises(PlanError) as refused:
        accept("build/k8s-prod/plan.yml", "kubefabric_plan")
    assert str(refused.value).startswith(
        "The plan has 1 mistake; nothing was done.\n"
        "  1. kubefabric_plan: is text, not a dictionary; give its keys: format"
    )
