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
    path = kept_plans.keep(plans).path
    assert FilterModule().filters()["planned"]({"plans_file": path}) == plans
    assert Path(path).stat().st_mode & 0o777 == 0o600
    assert kept_plans.keep(plans).path == path
    assert kept_plans.keep({}).path != path
    assert FilterModule().filters()["planned"]({"plans_file": kept_plans.keep({}).path}) == {}


def test_the_filter_reads_one_cluster_among_many() -> None:
    plans = {"a": {"text": "two\nlines"}, "b": {}, 'quo"te': {"c": {"b": 1}}}
    result = {"plans_file": kept_plans.keep(plans).path}
    planned = FilterModule().filters()["planned"]
    assert planned(result) == plans
    assert [planned(result, name) for name in plans] == [{name: plan} for name, plan in plans.items()]
    assert planned(result, "c") == {}


@pytest.mark.parametrize("result", [None, {}, {"skipped": True}, {"failed": True, "msg": "The intent has a mistake"}])
def test_a_task_that_made_no_plans_has_none(result) -> None:
    assert FilterModule().filters()["planned"](result) == {}


def test_plans_that_alone_are_larger_than_a_result_are_named() -> None:
    kept = kept_plans.keep({"small": {}, "large": {"nodes": "x" * 50_000}})
    assert (kept.large, kept.small) == (["large"], False)
    assert kept_plans.keep({"small": {}}).small


def test_a_small_result_stays_as_it_is() -> None:
    result = {"changed": True, "plans": {"k8s-prod": {}}, "allocations": {}}
    assert kept_plans.bounded(result, print) == result


@pytest.mark.parametrize(
    ("large", "left"),
    [
        (["plans"], ["changed", "plans_file", "changed_files", "allocated", "allocations"]),
        (["plans", "changed_files"], ["changed", "plans_file", "allocated", "allocations"]),
        (["plans", "changed_files", "allocated", "allocations"], ["changed", "plans_file"]),
    ],
)
def test_a_large_result_loses_what_can_be_had_in_another_way(large: list[str], left: list[str]) -> None:
    names = ["changed", "plans_file", "plans", "changed_files", "allocated", "allocations"]
    result = {name: "x" * 50_000 if name in large else "x" for name in names}
    bounded = kept_plans.bounded(result, print)
    assert list(bounded) == left
    assert len(json.dumps(bounded)) < 50_000


def test_a_difference_that_was_asked_for_may_be_larger_until_callbacks_drop_it() -> None:
    warnings: list[str] = []
    result = {"changed": True, "diff": "x" * 400_000}
    assert kept_plans.bounded(result, warnings.append) == result
    assert warnings == []
    assert kept_plans.bounded({"changed": True, "diff": "x" * 600_000}, warnings.append) == {"changed": True}
    assert warnings == [
        "The difference is larger than callbacks keep, and is not shown. --limit shows that of some clusters."
    ]
