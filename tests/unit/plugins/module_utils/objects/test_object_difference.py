"""What two states of an object differ in, and which of these differences were not asked for."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.objects import difference

SERVER = {
    "creationTimestamp": "t",
    "generation": 1,
    "managedFields": [],
    "resourceVersion": "1",
    "selfLink": "/x",
    "uid": "u",
}
GENERATION = "deprecated.daemonset.template.generation"


def test_the_content_is_what_was_asked_for() -> None:
    live = {
        "kind": "DaemonSet",
        "metadata": {"name": "a", **SERVER, "annotations": {GENERATION: "1", "mine": "x"}},
        "spec": {"x": 1},
        "status": {"ready": 1},
    }
    before = copy.deepcopy(live)
    wanted = {"kind": "DaemonSet", "metadata": {"name": "a", "annotations": {"mine": "x"}}, "spec": {"x": 1}}
    assert difference.content(live) == wanted
    assert live == before


@pytest.mark.parametrize("annotations", [{GENERATION: "1"}, {}, None])
def test_annotations_of_which_none_is_left_are_no_content(annotations) -> None:
    assert difference.content({"metadata": {"name": "a", "annotations": annotations}}) == {"metadata": {"name": "a"}}


def test_no_object_has_no_content_and_an_object_may_lack_metadata() -> None:
    assert difference.content(None) is None
    assert difference.content({"kind": "X", "status": {}}) == {"kind": "X"}


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, ["a.b"]),
        ({"a": 1, "b": 1}, {"b": 1, "c": 2}, ["a", "c"]),
        ({"a": [{"b": 1}, 2]}, {"a": [{"b": 3}, 2]}, ["a[0].b"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a"]),
        ({"a": [1]}, {"a": {"b": 1}}, ["a"]),
        ({"a": {"k8s.io/x": 1}}, {"a": {"k8s.io/x": 2}}, ['a["k8s.io/x"]']),
        ({"k8s.io/x": 1}, {}, ['["k8s.io/x"]']),
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1}}, {"a": 2}, ["a"]),
        ({"a": {"b": 1}}, {"a": [1]}, ["a"]),
        ({"a": "xy"}, {"a": ["x", "y"]}, ["a"]),
        ({"a": ["x", "y"]}, {"a": "xy"}, ["a"]),
        ({8080: 1, "a": 1}, {}, ['["8080"]', "a"]),
    ],
)
def test_each_place_that_differs_is_named_as_people_write_it(before, after, paths) -> None:
    assert difference.changed_paths(before, after) == paths


def entry(**more: object) -> dict:
    return {"manager": "kubefabric", "operation": "Apply", "fieldsV1": {"f:spec": {}}, **more}


@pytest.mark.parametrize(
    ("entries", "fields"),
    [
        ([entry()], {"f:spec": {}}),
        ([entry(manager="kubectl"), entry(fieldsV1={"f:data": {}})], {"f:data": {}}),
        ([entry(operation="Update")], {}),
        ([entry(subresource="status")], {}),
        ([entry(fieldsV1=None)], {}),
        (None, {}),
    ],
)
def test_our_fields_are_those_that_our_manager_applied_to_the_object_itself(entries, fields) -> None:
    assert difference.owned_fields({"metadata": {"managedFields": entries}}, "kubefabric") == fields


@pytest.mark.parametrize("resource", [None, {}, {"metadata": None}])
def test_an_object_without_metadata_has_no_fields_of_ours(resource) -> None:
    assert difference.owned_fields(resource, "kubefabric") == {}
