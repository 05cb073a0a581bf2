"""Answers become objects with distinguished names, nested or flat."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.snapshot import (
    Found,
    Snapshot,
    flatten,
    parent_dn,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import BuildError

ANSWER = [
    {
        "l3extOut": {
            "attributes": {"dn": "uni/tn-t/out-o", "name": "o"},
            "children": [
                {"l3extInstP": {"attributes": {"name": "default"}}},
                {"vzUnknown": {"attributes": {"rn": "unk-x", "dn": ""}}},
            ],
        }
    }
]


def test_inner_objects_are_named_by_their_naming_properties_or_their_rn():
    assert [found.dn for found in flatten(ANSWER)] == [
        "uni/tn-t/out-o",
        "uni/tn-t/out-o/instP-default",
        "uni/tn-t/out-o/unk-x",
    ]


def test_an_object_that_two_answers_hold_is_there_once():
    snapshot = Snapshot([*flatten(ANSWER), *flatten(ANSWER)])
    assert [child.dn for child in snapshot.children("uni/tn-t/out-o")] == [
        "uni/tn-t/out-o/instP-default",
        "uni/tn-t/out-o/unk-x",
    ]


def tagged(key: str) -> Found:
    return Found(f"uni/tn-t/annotationKey-[{key}]", "tagAnnotation", {"key": key, "value": "x"})


TENANT = Found("uni/tn-t", "fvTenant", {"name": "t"})


def test_a_snapshot_is_read_by_name_and_downwards_parents_first():
    below = [Found("uni/tn-t/ctx-v", "fvCtx", {"name": "v"}), Found("uni/tn-t/ctx-v/any", "vzAny", {"rn": "any"})]
    snapshot = Snapshot([TENANT, *below], roots=["uni/tn-t"])
    assert (len(snapshot), list(snapshot), snapshot.roots) == (3, [TENANT, *below], {"uni/tn-t"})
    assert (snapshot.get("uni/tn-t"), snapshot.get("uni/tn-x")) == (TENANT, None)
    assert list(snapshot.below("uni")) == [TENANT, *below]
    assert list(snapshot.below("uni/tn-x")) == snapshot.children("uni/tn-x") == []
    assert Snapshot().roots == frozenset()


def test_of_two_answers_on_one_object_the_later_one_counts():
    later = Found("uni/tn-t", "fvTenant", {"name": "t", "descr": "x"})
    assert Snapshot([TENANT, later]).get("uni/tn-t") == later


def test_tags_are_found_by_their_key_and_nothing_else_is_one():
    snapshot = Snapshot([TENANT, tagged("a"), tagged("b"), Found("uni/tn-t/ctx-v", "fvCtx", {"key": "c"})])
    assert snapshot.tags("uni/tn-t") == ["a", "b"]
    assert snapshot.tag("uni/tn-t", "b") == tagged("b")


def test_a_document_names_an_object_by_its_naming_properties_or_its_rn():
    assert TENANT.naming == {"name": "t"}
    assert Found("uni/tn-t/taboo-[a/b]", "vzTaboo", {"name": "a/b"}).naming == {"rn": "taboo-[a/b]"}


def test_the_parent_of_a_name_is_one_level_up():
    assert parent_dn("uni/tn-t/rs-[uni/x]") == "uni/tn-t"
    assert parent_dn("uni") == ""


def test_an_inner_object_may_have_its_rn_in_place_of_its_name():
    answer = [{"polUni": {"attributes": {"dn": "uni"}, "children": [{"fvTenant": {"attributes": {"rn": "tn-x"}}}]}}]
    assert [found.dn for found in flatten(answer)] == ["uni", "uni/tn-x"]


def test_values_are_texts_and_objects_may_lack_attributes():
    answer = [{"polUni": {"children": [{"fvTenant": {"attributes": {"name": "t", "x": 1}}}]}}]
    assert [(found.dn, found.attributes) for found in flatten(answer, "")][1] == ("uni/tn-t", {"name": "t", "x": "1"})


@pytest.mark.parametrize("attributes", [{"name": ""}, {}])
def test_an_object_without_its_name_is_no_answer_of_an_apic(attributes):
    with pytest.raises(BuildError, match="The controller's answer is not from an APIC: fvTenant lacks name"):
        Found("uni/tn-a", "fvTenant", attributes).naming  # noqa: B018
    with pytest.raises(BuildError, match="The controller's answer is not from an APIC: fvTenant lacks name"):
        list(flatten([{"fvTenant": {"attributes": attributes}}]))
