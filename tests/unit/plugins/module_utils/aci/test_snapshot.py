"""Answers become objects with distinguished names, nested or flat."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.snapshot import Snapshot, flatten

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
