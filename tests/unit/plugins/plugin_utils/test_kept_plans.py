"""The plans of a run beside the result of the task that makes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible import constants

from ansible_collections.kubefabric.bgp.plugins.filter.planned import FilterModule
from ansible_collections.kubefabric.bgp.plugins.plugin_utils import kept_plans


@pytest.fixture(autouse=True)
def _temporary(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))


def test_the_filter_reads_what_the_action_kept() -> None:
    plans = {"k8s-prod": {"asn": 65003}}
    path = kept_plans.keep(plans)
    assert FilterModule().filters()["planned"]({"plans_file": path}) == plans
    assert Path(path).stat().st_mode & 0o777 == 0o600
    assert kept_plans.keep(plans) == path
    assert kept_plans.keep({}) != path


@pytest.mark.parametrize("result", [None, {}, {"skipped": True}, {"failed": True, "msg": "The intent has a mistake"}])
def test_a_task_that_made_no_plans_has_none(result) -> None:
    assert FilterModule().filters()["planned"](result) == {}


def test_plans_that_alone_are_larger_than_a_result_are_named() -> None:
    assert kept_plans.large({"small": {}, "large": {"nodes": "x" * 600_000}}) == ["large"]


def test_a_small_result_stays_as_it_is() -> None:
    result = {"changed": True, "plans": {"k8s-prod": {}}, "allocations": {}}
    assert kept_plans.bounded(result) == result


@pytest.mark.parametrize(
    ("large", "left"),
    [
        (["plans"], ["changed", "plans_file", "diff", "allocated", "allocations"]),
        (["plans", "diff"], ["changed", "plans_file", "allocated", "allocations"]),
        (["plans", "diff", "allocated", "allocations"], ["changed", "plans_file"]),
    ],
)
def test_a_large_result_loses_what_can_be_had_in_another_way(large: list[str], left: list[str]) -> None:
    names = ["changed", "plans_file", "plans", "diff", "allocated", "allocations"]
    result = {name: "x" * 600_000 if name in large else "x" for name in names}
    bounded = kept_plans.bounded(result)
    assert list(bounded) == left
    assert len(json.dumps(bounded)) < 700_000
