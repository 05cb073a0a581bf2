"""The difference writes what has to be written, and nothing of other owners."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.difference import Policy, difference
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.snapshot import Found, Snapshot
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out, tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import Family, ancestor, owned, shared, split
from tests.unit.plugins.module_utils.aci.trees import GOLDEN, OURS, SUBJECT, TENANT, found, made, rule, subject, written

# -- creating, changing, deleting ------------------------------------------------------------------------


def test_what_is_missing_is_created_below_an_ancestor_that_is_only_named():
    result = difference(subject("10.0.0.0/8"), Snapshot([TENANT]))
    assert result.created == ["uni/tn-t/subj-s", "uni/tn-t/subj-s/dest-[10.0.0.0/8]"]
    assert written(result.document, "polUni", "fvTenant")["attributes"] == {"name": "t", "status": "modified"}
    assert written(result.document, "polUni", "fvTenant", "rtctrlSubjP")["attributes"] == {
        "name": "s",
        "annotation": OURS,
    }


def test_the_root_is_not_changed_and_what_is_made_is_shown():
    result = difference(subject("10.0.0.0/8"), Snapshot([TENANT]))
    assert result.document["polUni"]["attributes"] == {}
    assert result.after == {
        "uni/tn-t/subj-s": {"name": "s", "annotation": OURS},
        "uni/tn-t/subj-s/dest-[10.0.0.0/8]": {"ip": "10.0.0.0/8", "annotation": OURS},
    }
    assert result.before == {}


def test_what_is_deleted_is_shown_with_what_it_had():
    result = difference(tree.without(subject()), Snapshot([TENANT, SUBJECT]))
    assert result.before == {"uni/tn-t/subj-s": {"name": "s", "annotation": OURS}}


def test_below_what_is_made_nothing_is_made_that_is_not_to_be_there():
    wanted = subject()
    wanted.children[0].children[0].children.append(owned("rtctrlMatchRtDest", ip="10.0.0.0/8", present=False))
    assert difference(wanted, Snapshot([TENANT])).created == ["uni/tn-t/subj-s"]


def test_nothing_is_written_where_nothing_differs():
    result = difference(subject("10.0.0.0/8"), Snapshot([TENANT, SUBJECT, rule("10.0.0.0/8")]))
    assert (result.document, result.created, result.modified, result.deleted) == (None, [], [], [])


def test_only_the_drifted_property_is_written_and_shown():
    result = difference(subject("10.0.0.0/8", descr="new"), Snapshot([TENANT, SUBJECT, rule("10.0.0.0/8")]))
    assert result.modified == ["uni/tn-t/subj-s"]
    assert written(result.document, "polUni", "fvTenant", "rtctrlSubjP") == {
        "attributes": {"name": "s", "descr": "new"}
    }
    assert (result.before, result.after) == ({"uni/tn-t/subj-s": {"descr": ""}}, {"uni/tn-t/subj-s": {"descr": "new"}})


def test_ours_that_the_tree_does_not_have_is_deleted():
    result = difference(subject(), Snapshot([TENANT, SUBJECT, rule("10.0.0.0/8")]))
    assert result.deleted == ["uni/tn-t/subj-s/dest-[10.0.0.0/8]"]
    assert written(result.document, "polUni", "fvTenant", "rtctrlSubjP", "rtctrlMatchRtDest") == {
        "attributes": {"ip": "10.0.0.0/8", "status": "deleted"}
    }


def test_without_purge_it_stays():
    result = difference(subject(), Snapshot([TENANT, SUBJECT, rule("10.0.0.0/8")]), Policy(purge=False))
    assert result.document is None


@pytest.mark.parametrize("annotation", ["", "orchestrator:terraform"])
def test_what_others_made_below_ours_stays(annotation):
    assert difference(subject(), Snapshot([TENANT, SUBJECT, rule("10.0.0.0/8", annotation)])).document is None


def test_a_relation_that_comes_with_its_parent_is_taken_and_emptied_but_not_deleted():
    peer = found("uni/tn-t/out-o/lnodep-n/lifp-i/x", "bgpPeerP", addr="10.0.0.1")
    relation = found(peer.dn + "/rspeerPfxPol", "bgpRsPeerPfxPol", "", tnBgpPeerPfxPolName="")
    limited = owned("bgpPeerP", [owned("bgpRsPeerPfxPol", tnBgpPeerPfxPolName="p")], addr="10.0.0.1")

    def below(mo):
        profile = ancestor("l3extLIfP", [mo], name="i")
        node = ancestor("l3extLNodeP", [profile], name="n")
        return ancestor("polUni", [ancestor("fvTenant", [ancestor("l3extOut", [node], name="o")], name="t")])

    ancestors = [
        TENANT,
        found("uni/tn-t/out-o", "l3extOut", ""),
        found("uni/tn-t/out-o/lnodep-n", "l3extLNodeP", ""),
        found("uni/tn-t/out-o/lnodep-n/lifp-i", "l3extLIfP", ""),
    ]
    dn = "uni/tn-t/out-o/lnodep-n/lifp-i/peerP-[10.0.0.1]"
    peer = Found(dn, peer.cls, peer.attributes)
    relation = Found(dn + "/rspeerPfxPol", relation.cls, relation.attributes)
    taken = difference(below(limited), Snapshot([*ancestors, peer, relation]))
    assert (taken.modified, taken.conflicts) == ([relation.dn], [])
    ours = found(relation.dn, relation.cls, tnBgpPeerPfxPolName="p")
    emptied = difference(below(owned("bgpPeerP", addr="10.0.0.1")), Snapshot([*ancestors, peer, ours]))
    assert (emptied.modified, emptied.deleted) == ([relation.dn], [])
    assert emptied.after == {relation.dn: {"tnBgpPeerPfxPolName": "", "annotation": ""}}
    assert emptied.before == {relation.dn: {"tnBgpPeerPfxPolName": "p", "annotation": OURS}}
    way = ("polUni", "fvTenant", "l3extOut", "l3extLNodeP", "l3extLIfP", "bgpPeerP", "bgpRsPeerPfxPol")
    assert written(emptied.document, *way)["attributes"] == {"tnBgpPeerPfxPolName": "", "annotation": ""}


def test_an_object_of_one_owner_has_no_other_owners_to_warn_of():
    tag = Found("uni/tn-t/subj-s/annotationKey-[kubefabric-b]", "tagAnnotation", {"key": "kubefabric-b", "value": OURS})
    assert difference(subject(descr="new"), Snapshot([TENANT, SUBJECT, tag])).warnings == []


# -- what is in the way -----------------------------------------------------------------------------------


def test_a_missing_ancestor_is_named():
    assert difference(subject(), Snapshot()).missing == ["uni/tn-t"]
    alone = ancestor("polUni", [ancestor("fvTenant", name="t")])
    assert difference(alone, Snapshot()).missing == ["uni/tn-t"]


@pytest.mark.parametrize(("present", "missing"), [(True, ["uni/tn-t"]), (False, [])])
def test_a_missing_ancestor_matters_by_what_is_wanted_further_below(present, missing):
    vrf = ancestor("fvCtx", [owned("vzAny", present=present)], name="v")
    deep = ancestor("polUni", [ancestor("fvTenant", [vrf], name="t")])
    assert difference(deep, Snapshot()).missing == missing


def test_a_missing_ancestor_does_not_matter_to_what_takes_things_away():
    result = difference(tree.without(subject()), Snapshot())
    assert (result.missing, result.document) == ([], None)


@pytest.mark.parametrize(
    ("annotation", "said"),
    [("", "not made by this collection"), ("orchestrator:terraform", "made by orchestrator:terraform")],
)
def test_an_object_of_another_owner_in_the_way_is_a_conflict(annotation, said):
    theirs = found("uni/tn-t/subj-s", "rtctrlSubjP", annotation, name="s")
    assert difference(subject(), Snapshot([TENANT, theirs])).conflicts == [f"uni/tn-t/subj-s is there already, {said}"]


def test_it_is_taken_over_when_told_so():
    theirs = found("uni/tn-t/subj-s", "rtctrlSubjP", "", name="s")
    result = difference(subject(), Snapshot([TENANT, theirs]), Policy(adopt=True))
    assert (result.conflicts, result.after) == ([], {"uni/tn-t/subj-s": {"annotation": OURS}})


def test_ours_with_something_foreign_below_cannot_go():
    result = difference(tree.without(subject()), Snapshot([TENANT, SUBJECT, rule("10.0.0.0/8", "")]))
    assert result.conflicts == ["uni/tn-t/subj-s cannot go: uni/tn-t/subj-s/dest-[10.0.0.0/8] below it is not ours"]


def test_what_is_not_ours_does_not_go():
    theirs = found("uni/tn-t/subj-s", "rtctrlSubjP", "", name="s")
    assert difference(tree.without(subject()), Snapshot([TENANT, theirs])).document is None


def test_a_vrf_that_has_another_policy_for_the_family_is_an_obstacle():
    relation = shared("fvRsCtxToBgpCtxAfPol", "a", tnBgpCtxAfPolName="ours", af="ipv4-ucast")
    vrf = ancestor("fvCtx", [relation], exclusive=("fvRsCtxToBgpCtxAfPol", "af"), name="v")
    other = found(
        "uni/tn-t/ctx-v/rsctxToBgpCtxAfPol-[theirs]-ipv4-ucast",
        "fvRsCtxToBgpCtxAfPol",
        "",
        tnBgpCtxAfPolName="theirs",
        af="ipv4-ucast",
    )
    snapshot = Snapshot([TENANT, found("uni/tn-t/ctx-v", "fvCtx", "", name="v"), other])
    result = difference(ancestor("polUni", [ancestor("fvTenant", [vrf], name="t")]), snapshot)
    assert result.obstacles == [
        "uni/tn-t/ctx-v takes one fvRsCtxToBgpCtxAfPol for each af, and "
        "uni/tn-t/ctx-v/rsctxToBgpCtxAfPol-[theirs]-ipv4-ucast exists already: remove it, or omit ours"
    ]


FOREIGN = "orchestrator:terraform"


@pytest.mark.parametrize(
    ("cls", "rn", "attributes", "ours"),
    [
        # what APIC makes itself, whatever it says of its annotation
        ("faultInst", "fault-F1", {"annotation": ""}, True),
        ("faultDelegate", "fd-F1", {"annotation": ""}, True),
        ("faultCounts", "fltCnts", {"annotation": ""}, True),
        ("healthInst", "health", {"annotation": ""}, True),
        ("fooBar", "bar", {}, True),
        # of a class that this collection does not know
        ("fooBar", "bar", {"annotation": OURS}, True),
        ("fooBar", "bar", {"annotation": ""}, False),
        ("fooBar", "bar", {"annotation": FOREIGN}, False),
        # a relation that comes with its parent has no name of its own
        ("fooRsBar", "rsbar", {"annotation": ""}, True),
        ("fooRsBar", "rsbar-[uni/x]", {"annotation": ""}, False),
        ("fooRsBar", "rsbar", {"annotation": FOREIGN}, False),
        ("bgpRsPeerPfxPol", "rspeerPfxPol", {"annotation": ""}, True),
        ("bgpRsPeerPfxPol", "rspeerPfxPol", {"annotation": FOREIGN}, False),
        ("rtctrlMatchRtDest", "dest-[10.0.0.0/8]", {"annotation": "", "ip": "10.0.0.0/8"}, False),
        ("tagAnnotation", "annotationKey-[x]", {"key": "x", "value": "y"}, True),
    ],
)
def test_what_hangs_below_ours_goes_with_it_only_if_it_is_not_of_others(cls, rn, attributes, ours):
    below = Found(f"uni/tn-t/subj-s/{rn}", cls, attributes)
    result = difference(tree.without(subject()), Snapshot([TENANT, SUBJECT, below]))
    conflict = f"uni/tn-t/subj-s cannot go: uni/tn-t/subj-s/{rn} below it is not ours"
    assert (result.deleted, result.conflicts) == ((["uni/tn-t/subj-s"], []) if ours else ([], [conflict]))
    adopted = difference(tree.without(subject()), Snapshot([TENANT, SUBJECT, below]), Policy(adopt=True))
    assert (adopted.deleted, adopted.conflicts) == (["uni/tn-t/subj-s"], [])


def test_the_policy_is_the_cautious_one_by_default():
    assert Policy() == Policy(adopt=False, password_update="on_create", purge=True)


def test_the_keys_of_our_own_tags_go_and_those_of_others_stay():
    tags = [
        Found(f"uni/tn-t/subj-s/annotationKey-[{key}]", "tagAnnotation", {"key": key, "value": "x"})
        for key in ("kubefabric.x", "other")
    ]
    assert difference(subject(), Snapshot([TENANT, SUBJECT, *tags])).deleted == [tags[0].dn]


# -- one of a class for each value ------------------------------------------------------------------------

CLS, AF = "fvRsCtxToBgpCtxAfPol", {"ipv4": "ipv4-ucast", "ipv6": "ipv6-ucast"}


def exclusive(*children):
    vrf = ancestor("fvCtx", children, exclusive=(CLS, "af"), name="v")
    return ancestor("polUni", [ancestor("fvTenant", [vrf], name="t")])


def policy_of(name, family="ipv4", **more):
    return shared(CLS, "a", tnBgpCtxAfPolName=name, af=AF[family], **more)


def policy_there(name, family="ipv4", cls=CLS, annotation=""):
    dn = f"uni/tn-t/ctx-v/rsctxToBgpCtxAfPol-[{name}]-{AF[family]}"
    return found(dn, cls, annotation, tnBgpCtxAfPolName=name, af=AF[family])


VRF = found("uni/tn-t/ctx-v", "fvCtx", "", name="v")


@pytest.mark.parametrize(
    "other",
    [policy_there("theirs", "ipv6"), policy_there("ours"), policy_there("theirs", cls="fooRsBar")],
    ids=["of another value", "the wanted one itself", "of another class"],
)
def test_what_takes_no_place_of_ours_is_no_obstacle(other):
    assert difference(exclusive(policy_of("ours")), Snapshot([TENANT, VRF, other])).obstacles == []


def test_of_two_wanted_values_each_has_its_place():
    both = exclusive(policy_of("a"), policy_of("b", "ipv6"), shared("fooBar", "a", rn="bar"))
    assert difference(both, Snapshot([TENANT, VRF])).obstacles == []
    (obstacle,) = difference(both, Snapshot([TENANT, VRF, policy_there("theirs", "ipv6")])).obstacles
    assert "[theirs]-ipv6-ucast exists already" in obstacle


def test_what_is_to_go_wants_no_place():
    gone = exclusive(policy_of("ours", present=False))
    assert difference(gone, Snapshot([TENANT, VRF, policy_there("theirs")])).obstacles == []


# -- what goes by its name ----------------------------------------------------------------------------------


BY_NAME = Family("rtctrlSubjP", prefix="subj-k8s", pattern="subj-k8s-.*")


def former(*wanted, family=BY_NAME):
    """A tenant below which match rules of a family are ours."""
    children = [owned("rtctrlSubjP", name=name) for name in wanted]
    return ancestor("polUni", [ancestor("fvTenant", children, families=[family], name="t")])


def rules(*names, annotation=OURS, **more):
    return [found(f"uni/tn-t/subj-{name}", "rtctrlSubjP", annotation, name=name, descr="", **more) for name in names]


def test_ours_of_a_family_that_the_tree_has_no_longer_goes():
    there_now = Snapshot([TENANT, *rules("k8s-a", "k8s-b", "other")])
    assert difference(former("k8s-a"), there_now).deleted == ["uni/tn-t/subj-k8s-b"]


@pytest.mark.parametrize(
    "other",
    [
        rules("k8s-b", annotation=""),
        rules("my-k8s-b"),
        [found("uni/tn-t/subj-k8s-b", "rtctrlAttrP", name="k8s-b")],
    ],
)
def test_what_is_of_another_owner_of_another_name_or_of_another_class_stays(other):
    assert difference(former("k8s-a"), Snapshot([TENANT, *rules("k8s-a"), *other])).deleted == []


def test_where_names_do_not_tell_the_owner_s_tag_does():
    family = Family("rtctrlSubjP", owner="k8s-prod")
    listed = [*rules("a", ownerTag="k8s-prod"), *rules("b", ownerTag="k8s-test"), *rules("c")]
    assert difference(former(family=family), Snapshot([TENANT, *listed])).deleted == ["uni/tn-t/subj-a"]


def test_what_cannot_go_by_its_name_is_a_conflict_and_leaves_no_trace_in_the_document():
    foreign = found("uni/tn-t/subj-k8s-b/dest-[10.0.0.0/8]", "rtctrlMatchRtDest", "", ip="10.0.0.0/8")
    result = difference(former(), Snapshot([TENANT, *rules("k8s-b"), foreign]))
    assert (result.document, result.deleted, len(result.conflicts)) == (None, [], 1)


# -- whole trees ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", sorted(path.parent.name for path in GOLDEN.glob("*/l3out.yml")))
def test_a_tree_that_is_there_differs_in_nothing(case):
    wanted = l3out.build(yaml.safe_load((GOLDEN / case / "l3out.yml").read_text()), "secret", "key")
    assert difference(wanted, made(wanted)).document is None


def test_what_the_intent_drops_goes():
    description = yaml.safe_load((GOLDEN / "floating-dual-stack" / "l3out.yml").read_text())
    before = made(l3out.build(description))
    description["svis"] = description["svis"][:1]
    description["networks"] = [item for item in description["networks"] if item["kind"] in ("node", "pod")]
    description["bgp"].update(bfd=False, max_prefixes=None, as_path_relax=False)
    result = difference(l3out.build(description), before)
    assert {dn.rsplit("/", 1)[-1] for dn in result.deleted} >= {
        "lifp-floating-ipv6",
        "bfdIfP",
        "bfdIfPol-k8s-prod",
        "bgpPfxP-k8s-prod",
        "bestpath-k8s-prod",
        "rsBestPathCtrlPol",
        "subj-k8s-prod-service",
        "subj-k8s-prod-external_service",
        "bgpCtxAfP-kubefabric-prod-ipv6",
        "rsctxToBgpCtxAfPol-[kubefabric-prod-ipv6]-ipv6-ucast",
    }
    assert {split(dn)[-1] for dn in result.modified} == {"rspeerPfxPol", "peerP-[192.168.2.0/24]"}
    assert result.created == []
