"""Whose an object is, read from its metadata alone."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.objects import ownership

LABELS = {"app.kubernetes.io/managed-by": "kubefabric.bgp", "bgp.kubefabric.io/cluster": "a"}


def test_our_labels_are_those_that_clusters_carry_already() -> None:
    """They are on objects in the field: with another name all of those would have another owner."""
    assert ownership.labels("a") == LABELS
    assert ownership.selector("a") == "app.kubernetes.io/managed-by=kubefabric.bgp,bgp.kubefabric.io/cluster=a"
    assert ownership.FIELD_MANAGER == "kubefabric"
    assert (ownership.RESTART_ANNOTATION, ownership.RESTART_PENDING) == ("bgp.kubefabric.io/restart", "pending")


@pytest.mark.parametrize(
    ("resource", "ours", "owner"),
    [
        ({"metadata": {"labels": LABELS}}, True, "a"),
        ({"metadata": {"labels": {"app.kubernetes.io/managed-by": "Helm"}}}, False, None),
        ({"metadata": {"labels": {"bgp.kubefabric.io/cluster": "a"}}}, False, "a"),
        ({"metadata": {"labels": None}}, False, None),
        ({"metadata": None}, False, None),
        ({}, False, None),
    ],
)
def test_an_object_is_ours_by_the_first_label_and_a_cluster_s_by_the_second(resource, ours, owner) -> None:
    assert (ownership.is_ours(resource), ownership.owner(resource)) == (ours, owner)


@pytest.mark.parametrize(
    ("metadata", "kept"),
    [
        ({"annotations": {"bgp.kubefabric.io/keep": "true"}}, True),
        ({"annotations": {"bgp.kubefabric.io/keep": "false"}}, False),
        ({"annotations": None}, False),
        (None, False),
    ],
)
def test_an_object_is_kept_by_its_annotation(metadata, kept) -> None:
    assert ownership.is_kept({"metadata": metadata}) is kept


@pytest.mark.parametrize(
    ("references", "derived"),
    [
        ([{"kind": "ExternalSecret", "controller": True}], True),
        ([{"kind": "Other"}, {"kind": "ExternalSecret", "controller": True}], True),
        ([{"kind": "Other", "controller": False}], False),
        (None, False),
        ([], False),
    ],
)
def test_an_object_is_derived_if_a_controller_owns_it(references, derived) -> None:
    assert ownership.is_derived({"metadata": {"ownerReferences": references}}) is derived
