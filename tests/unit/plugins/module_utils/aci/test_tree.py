"""Trees become documents and maps, and documents become trees."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci import tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.mo import ANCESTOR, BuildError, ancestor, owned, shared

ANNOTATION = {"annotation": "orchestrator:kubefabric"}


def example():
    pool = shared("fvnsVlanInstP", "a", name="p", allocMode="static")
    subject = owned("rtctrlSubjP", [owned("rtctrlMatchRtDest", ip="10.0.0.0/8", aggregate=True)], name="s")
    return ancestor("polUni", [ancestor("fvTenant", [subject], name="t"), ancestor("infraInfra", [pool])])


def test_a_shared_object_carries_the_tag_of_its_owner():
    assert tree.to_map(example())["uni/infra/vlanns-[p]-static/annotationKey-[kubefabric-a]"] == {
        "key": "kubefabric-a",
        "value": "orchestrator:kubefabric",
    }


def test_ancestors_are_only_named_in_a_document():
    assert tree.to_document(example()) == {
        "polUni": {
            "attributes": {},
            "children": [
                {
                    "fvTenant": {
                        "attributes": {"name": "t", "status": "modified"},
                        "children": [
                            {
                                "rtctrlSubjP": {
                                    "attributes": {"name": "s", **ANNOTATION},
                                    "children": [
                                        {
                                            "rtctrlMatchRtDest": {
                                                "attributes": {"ip": "10.0.0.0/8", "aggregate": "yes", **ANNOTATION}
                                            }
                                        }
                                    ],
                                }
                            }
                        ],
                    }
                },
                {
                    "infraInfra": {
                        "attributes": {"status": "modified"},
                        "children": [
                            {
                                "fvnsVlanInstP": {
                                    "attributes": {"name": "p", "allocMode": "static", **ANNOTATION},
                                    "children": [
                                        {
                                            "tagAnnotation": {
                                                "attributes": {
                                                    "key": "kubefabric-a",
                                                    "value": "orchestrator:kubefabric",
                                                }
                                            }
                                        }
                                    ],
                                }
                            }
                        ],
                    }
                },
            ],
        }
    }


def test_a_document_can_be_read_back():
    wanted = ancestor("polUni", [example().children[0]])
    assert tree.from_content([tree.to_document(wanted)]) == wanted


def test_what_takes_everything_back_wants_nothing_of_ours():
    gone = tree.without(example())
    assert gone.children[0].hold == ANCESTOR
    assert gone.children[0].present
    assert not gone.children[0].children[0].present


def test_an_ancestor_that_is_merely_required_is_not_needed_to_take_things_away():
    required = ancestor("polUni", [ancestor("physDomP", name="p"), *example().children])
    assert [child.cls for child in tree.without(required).children] == ["fvTenant", "infraInfra"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"fvTenant": {}, "fvCtx": {}},
            "content: an object is one class with its content, as in {fvTenant: {attributes: …}}.",
        ),
        (
            {"fvTenant": {"attribute": {}}},
            "content.fvTenant: unknown key attribute; an object has attributes, children and hold.",
        ),
        (
            {"fvTenant": {"attributes": {"name": "t"}, "hold": "mine"}},
            "content.fvTenant: hold is mine; it can be owned, ancestor or shared.",
        ),
        (
            {"fvTenant": {"attributes": {"name": "t"}, "hold": "shared"}},
            "content.fvTenant is shared: give `owner`, in whose name it is held.",
        ),
    ],
)
def test_content_that_cannot_be_read_says_where(content, message):
    with pytest.raises(BuildError) as error:
        tree.from_content([content])
    assert str(error.value) == message
