"""The benchmarks' inventories are ones that the planner and the modules take: their keys change with the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from benchmarks import inventories, many, per_object
from tests.apic import apic  # noqa: F401 - fixture


def one(directory: Path) -> Path:
    return inventories.write(directory, racks=2, nodes=2)


def mixed(directory: Path) -> Path:
    return inventories.write_many(directory, floating=1, standard=1, nodes=2)


@pytest.mark.parametrize("write", [one, mixed])
def test_a_benchmarks_inventory_is_planned_without_a_finding(tmp_path, write):
    found = build(many.intent(write(tmp_path)))
    assert [str(finding) for finding in found.warnings] == []
    assert found.plans


def test_the_module_takes_what_the_benchmarks_give_it(apic, tmp_path):  # noqa: F811 - fixture
    plans, _ = many.plan(many.intent(one(tmp_path)))
    assert [cost.changed for _what, cost in many.applied(apic, plans)] == [1, 0, 1]


def test_the_task_of_the_benchmark_has_the_same_secrets_as_the_module_elsewhere(tmp_path):
    plans, _ = many.plan(many.intent(one(tmp_path)))
    task = per_object.whole(plans["k8s-prod"]["l3out"])["kubefabric.bgp.aci_l3out"]
    assert {name: task[name] for name in inventories.SECRETS} == inventories.SECRETS
