"""What an owner held and does not want any more is found by its tag, wherever it lies."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import leftovers
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.difference import difference
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.snapshot import Found, Snapshot
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import Mo, ancestor, shared
from tests.catalog_check import catalog

OURS = "orchestrator:kubefabric"
CONTEXT = "uni/tn-t/out-other/prof-default-export/ctx-kubefabric-a"


def root(*children: Mo, owner: str = "a", purpose: str = "reachability") -> Mo:
    tree = ancestor("polUni", list(children))
    tree.owner, tree.purpose = owner, purpose
    return tree


def tag(dn: str, owner: str = "a", purpose: str = ":reachability") -> Found:
    key = f"kubefabric-{owner}"
    attributes = {"key": key, "value": OURS + purpose}
    return Found(f"{dn}/annotationKey-[{key}]", "tagAnnotation", attributes)


def test_only_the_topmost_of_them_are_named():
    found = [tag(f"{CONTEXT}/rsctxPToSubjP-x"), tag(CONTEXT), tag("uni/tn-t/brc-web")]
    assert leftovers.names(root(), found) == ["uni/tn-t/brc-web", CONTEXT]


def test_what_the_tree_wants_and_what_lies_below_it_is_none():
    web = shared("vzBrCP", "a", name="web")
    found = [tag("uni/tn-t/brc-web"), tag("uni/tn-t/brc-web/subj-old")]
    assert leftovers.names(root(ancestor("fvTenant", [web], name="t")), found) == []


def test_what_is_held_for_another_purpose_or_by_another_owner_is_none():
    found = [tag("uni/tn-t/brc-web", purpose=""), tag("uni/tn-t/brc-web", owner="b"), tag("uni/infra/attentp-x")]
    assert leftovers.names(root(), found) == []
    assert leftovers.names(root(purpose=""), [tag("uni/tn-t/brc-web")]) == []


def test_one_that_only_its_owner_held_is_deleted_on_the_way_through_objects_of_others():
    left = [
        Found(CONTEXT, "rtctrlCtxP", {"dn": CONTEXT, "name": "kubefabric-a", "annotation": OURS}),
        tag(CONTEXT),
    ]
    tree = leftovers.include(root(), left)
    result = difference(tree, Snapshot([*leftovers.passed(left), *left], roots=[CONTEXT]))
    assert result.deleted == [CONTEXT]
    assert result.document == {
        "polUni": {
            "attributes": {},
            "children": [
                {
                    "fvTenant": {
                        "attributes": {"name": "t", "status": "modified"},
                        "children": [
                            {
                                "l3extOut": {
                                    "attributes": {"name": "other", "status": "modified"},
                                    "children": [
                                        {
                                            "rtctrlProfile": {
                                                "attributes": {"name": "default-export", "status": "modified"},
                                                "children": [
                                                    {
                                                        "rtctrlCtxP": {
                                                            "attributes": {"name": "kubefabric-a", "status": "deleted"}
                                                        }
                                                    }
                                                ],
                                            }
                                        }
                                    ],
                                }
                            }
                        ],
                    }
                }
            ],
        }
    }


def test_one_that_another_owner_holds_too_only_loses_the_tag():
    dn = "uni/tn-t/brc-web"
    left = [Found(dn, "vzBrCP", {"dn": dn, "name": "web", "annotation": OURS}), tag(dn), tag(dn, owner="b")]
    tree = leftovers.include(root(), left)
    result = difference(tree, Snapshot([*leftovers.passed(left), *left], roots=[dn]))
    assert result.deleted == [f"{dn}/annotationKey-[kubefabric-a]"]


def test_without_an_owner_or_a_purpose_nothing_is_held():
    found = [tag("uni/tn-t/brc-web")]
    assert leftovers.names(root(), found) == ["uni/tn-t/brc-web"]
    assert leftovers.names(root(purpose=""), [tag("uni/tn-t/brc-web", purpose="")]) == []
    unowned = root()
    unowned.owner = None
    assert leftovers.names(unowned, found) == []


def test_what_lies_where_we_never_hang_anything_is_left_alone():
    places = ["uni/tn-t/foo-x/brc-web", "uni/tn-/brc-web", "uni/infra/brc-web"]
    assert leftovers.names(root(), [tag(place) for place in places]) == []


def test_each_is_asked_for_with_all_that_hangs_below_it():
    assert leftovers.query("uni/tn-t/brc-web") == "/api/mo/uni/tn-t/brc-web.json?rsp-subtree=full"


def test_several_below_one_tenant_are_given_up_on_one_way():
    web = Found("uni/tn-t/brc-web", "vzBrCP", {"name": "web"})
    below = Found("uni/tn-t/brc-web/subj-any", "vzSubj", {"name": "any"})
    group = Found("uni/tn-t/out-o/instP-all", "l3extInstP", {"name": "all"})
    tree = leftovers.include(root(ancestor("fvTenant", name="t")), [web, below, group])
    (tenant,) = tree.children
    assert (tenant.cls, tenant.hold, [child.cls for child in tenant.children]) == (
        "fvTenant",
        "ancestor",
        ["vzBrCP", "l3extOut"],
    )
    gone, l3out = tenant.children
    assert gone == Mo("vzBrCP", {"name": "web"}, hold="shared", present=False, owner="a", purpose="reachability")
    assert [child.rn for child in l3out.children] == ["instP-all"]
    way = {found.dn: (found.cls, found.attributes) for found in leftovers.passed([web, below, group])}
    assert way == {
        "uni/tn-t": ("fvTenant", {"name": "t"}),
        "uni/tn-t/brc-web": ("vzBrCP", {"name": "web"}),
        "uni/tn-t/out-o": ("l3extOut", {"name": "o"}),
    }


def test_what_lies_in_two_tenants_is_given_up_in_each():
    both = [Found(f"uni/tn-{name}/brc-web", "vzBrCP", {"name": "web"}) for name in ("t", "u")]
    tenants = leftovers.include(root(), both).children
    assert [(tenant.rn, [child.rn for child in tenant.children]) for tenant in tenants] == [
        ("tn-t", ["brc-web"]),
        ("tn-u", ["brc-web"]),
    ]


PLAIN = {"purpose": ""}
POOL = "uni/infra/vlanns-[p]-static"


def test_what_an_earlier_intent_shared_is_named_topmost():
    found = [tag(POOL, **PLAIN), tag(f"{POOL}/from-[vlan-1]-to-[vlan-1]", **PLAIN), tag("uni/phys-p", **PLAIN)]
    assert leftovers.forgotten(root(purpose=""), found) == [POOL, "uni/phys-p"]


def test_what_the_tree_names_and_what_lies_below_it_is_not_forgotten():
    pool = ancestor("infraInfra", [shared("fvnsVlanInstP", "a", name="p", allocMode="static")])
    found = [tag(POOL, **PLAIN), tag(f"{POOL}/from-[vlan-1]-to-[vlan-1]", **PLAIN)]
    assert leftovers.forgotten(root(pool, purpose=""), found) == []
    assert leftovers.forgotten(root(ancestor("infraInfra"), purpose=""), found) == [POOL]


def test_what_another_owner_holds_or_what_serves_a_purpose_is_not_forgotten():
    found = [tag(POOL, owner="b", purpose=""), tag("uni/phys-p"), Found("uni/phys-q", "physDomP", {"name": "q"})]
    assert leftovers.forgotten(root(purpose=""), found) == []


PLACES = (
    "uni/tn-t/ap-a/epg-e",
    "uni/tn-t/ap-a/esg-e",
    "uni/tn-t/out-o/instP-i",
    "uni/tn-t/out-o/prof-p/ctx-c",
    "uni/tn-t/brc-b/subj-s",
    "uni/tn-t/flt-f",
    "uni/tn-t/cif-c",
)


@pytest.mark.parametrize("place", PLACES)
def test_the_way_has_the_classes_and_names_of_apic_s_catalog(place):
    way = leftovers.passed([Found(f"{place}/leaf-x", "fooLeaf", {"rn": "leaf-x"})])
    steps = list(catalog().parse_dn(place)[1:])
    assert [(item.cls, item.dn.rpartition("/")[2]) for item in way] == steps
    assert [item.attributes for item in way] == [{"name": rn.partition("-")[2]} for _cls, rn in steps]


def test_every_class_on_the_way_is_among_these_places():
    found = {cls for place in PLACES for cls, _rn in catalog().parse_dn(place)}
    assert set(leftovers.WAY.values()) == found - {"polUni"}
