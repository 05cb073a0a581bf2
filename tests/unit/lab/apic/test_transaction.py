"""What a POST or DELETE may do to the tree."""

import pytest

from lab.apic.document import Element
from lab.apic.errors import ApicError

from .conftest import element

DN = "uni/tn-k8s/out-o"


def deep(status: str = "") -> Element:
    peer = element("bgpPeerP", element("bgpAsP", asn="65003"), addr="192.168.2.0/24", password="hush")
    svi = element("l3extVirtualLIfP", peer, nodeDn="topology/pod-1/node-101", encap="vlan-310", addr="192.168.2.201/24")
    interface = element("l3extLIfP", svi, name="l")
    attributes = {"name": "n", **({"status": status} if status else {})}
    return Element("l3extLNodeP", attributes, [interface])


def test_a_nested_document_creates_everything_in_it(post, controller):
    post(DN, "l3extOut", {"name": "o"}, deep())
    dn = f"{DN}/lnodep-n/lifp-l/vlifp-[topology/pod-1/node-101]-[vlan-310]/peerP-[192.168.2.0/24]/as"
    assert controller.store.by_dn[dn].values == {"asn": "65003"}


def test_the_same_document_again_changes_nothing(post, controller):
    post(DN, "l3extOut", {"name": "o"}, deep())
    revision = controller.store.revision
    assert post(DN, "l3extOut", {"name": "o"}, deep()) == []
    assert controller.store.revision == revision


def test_only_what_differs_is_reported(post):
    post(DN, "l3extOut", {"name": "o"}, deep())
    changes = post(DN, "l3extOut", {"name": "o", "descr": "x"}, deep())
    assert [(change.mo.dn, change.status, change.properties) for change in changes] == [
        (DN, "modified", {"descr": "x"})
    ]


def test_values_that_mean_the_same_are_the_same(post):
    post(DN, "l3extOut", {"name": "o", "enforceRtctrl": "import,export"})
    assert post(DN, "l3extOut", {"name": "o", "enforceRtctrl": "export,import"}) == []


def test_an_object_brings_the_relations_that_live_with_it(post, controller):
    post(DN, "l3extOut", {"name": "o"}, deep())
    assert f"{DN}/rsectx" in controller.store.by_dn
    assert {child.cls for child in controller.store.by_dn[f"{DN}/lnodep-n/lifp-l"].children.values()} >= {
        "l3extRsNdIfPol",
        "l3extRsIngressQosDppPol",
    }


def test_one_wrong_value_undoes_the_whole_document(refusal, controller):
    before = set(controller.store.by_dn)
    wrong = element("l3extLNodeP", element("l3extLIfP", name="l", prio="highest"), name="n")
    assert refusal(DN, "l3extOut", {"name": "o"}, wrong) == (
        "120: unknown property value highest, name prio, class l3extLIfP [(Dn0)] Dn0=, "
    )
    assert set(controller.store.by_dn) == before


def test_a_failed_change_gives_old_values_and_deleted_objects_back(post, refusal, controller):
    post(DN, "l3extOut", {"name": "o", "descr": "before"}, deep())
    before = {dn: (dict(mo.values), mo.mod_ts) for dn, mo in controller.store.by_dn.items()}
    refusal(DN, "l3extOut", {"name": "o", "descr": "after"}, deep("deleted"), element("l3extLNodeP", name="a b"))
    assert {dn: (dict(mo.values), mo.mod_ts) for dn, mo in controller.store.by_dn.items()} == before
    assert set(controller.store.by_class["bgpAsP"]) >= {dn for dn in before if dn.endswith("/as")}


# -- names ------------------------------------------------------------------------------------------


def test_a_name_may_come_from_the_url_the_dn_the_rn_or_the_naming_property(post, controller):
    post("uni/tn-a", "fvTenant")
    post("uni", "fvTenant", {"name": "b"})
    post("uni", "polUni", {}, element("fvTenant", dn="uni/tn-c"), element("fvTenant", rn="tn-d"))
    post("", "fvTenant", {"dn": "uni/tn-e"})
    assert {"uni/tn-a", "uni/tn-b", "uni/tn-c", "uni/tn-d", "uni/tn-e"} <= set(controller.store.by_dn)


def test_a_name_that_contradicts_the_url_is_refused(refusal):
    assert refusal("uni/tn-a", "fvTenant", {"name": "b"}) == (
        "400: Invalid request. Can not contain child 'tn-b' under parent 'uni/tn-a'"
    )


def test_a_dn_outside_the_url_is_refused(refusal):
    assert refusal("uni/tn-k8s", "fvTenant", {"dn": "uni/tn-b"}) == (
        "120: unknown property value uni/tn-b, name dn, class fvTenant [(Dn0)] Dn0=, "
    )


def test_a_child_whose_dn_is_elsewhere_is_refused(refusal):
    stray = element("fvCtx", dn="uni/tn-other/ctx-x")
    assert refusal("uni/tn-k8s", "fvTenant", {}, stray) == (
        "120: unknown property value uni/tn-other/ctx-x, name dn, class fvCtx [(Dn0)] Dn0=, "
    )


def test_a_missing_name_is_refused(refusal):
    assert refusal("uni/tn-k8s", "fvTenant", {}, element("fvCtx")) == "822: naming property ('fvCtx.name') is not set."


@pytest.mark.parametrize("key", ["a]", "[a", "a]/[b"])
def test_a_name_that_would_break_its_dn_is_refused(refusal, key):
    assert refusal("uni/tn-k8s", "fvTenant", {}, element("tagAnnotation", key=key, value="v")) == (
        f"120: unknown property value {key}, name key, class tagAnnotation [(Dn0)] Dn0=, "
    )


def test_a_name_with_a_default_may_be_left_out(post, controller):
    post("uni/infra", "infraInfra", {}, element("fvnsVlanInstP", name="p"))
    assert "uni/infra/vlanns-[p]-dynamic" in controller.store.by_dn


def test_addresses_in_names_are_kept_as_apic_prints_them(post, controller):
    post(DN, "l3extOut", {"name": "o"}, element("l3extInstP", element("l3extSubnet", ip="2001:DB8:0::/48"), name="e"))
    assert f"{DN}/instP-e/extsubnet-[2001:db8::/48]" in controller.store.by_dn


def test_an_object_without_any_dn_goes_below_uni(post, controller):
    post("", "fvTenant", {"name": "z"})
    assert "uni/tn-z" in controller.store.by_dn


# -- classes, properties, values --------------------------------------------------------------------


def test_an_unknown_class_is_refused(refusal):
    assert refusal("uni", "fvTennant", {"name": "x"}) == "122: unknown managed object class fvTennant"


def test_an_unknown_attribute_is_refused(refusal):
    assert refusal("uni", "fvTenant", {"nome": "x"}) == "400: unknown attribute 'nome' in element 'fvTenant'"


def test_a_class_in_the_wrong_place_is_refused(refusal):
    assert refusal("uni/tn-k8s", "fvTenant", {}, element("bgpPeerP", addr="10.0.0.1")) == (
        "108: class bgpPeerP is not a valid child of class fvTenant. dn[(Dn0)] Dn0=uni/tn-k8s, "
    )


def test_a_value_that_the_validators_exclude_is_refused(refusal):
    assert refusal("uni/tn-k8s", "bgpCtxPol", {"name": "t", "holdIntvl": "2"}) == (
        "801: Property holdIntvl of uni/tn-k8s/bgpCtxP-t is out of range"
    )


def test_a_target_that_is_no_dn_is_refused(refusal):
    assert refusal(DN, "l3extOut", {"name": "o"}, element("l3extRsL3DomAtt", tDn="d1")) == (
        "120: unknown property value d1, name tDn, class l3extRsL3DomAtt [(Dn0)] Dn0=, "
    )


def test_a_property_of_the_systems_is_not_written(refusal):
    assert refusal("uni/tn-k8s/ctx-prod", "fvCtx", {"scope": "5"}) == (
        "105: property 'scope' of class fvCtx is read-only. dn[(Dn0)] Dn0=uni/tn-k8s/ctx-prod, "
    )


def test_what_was_read_may_be_posted_back(controller):
    read = controller.get_object("uni/tn-k8s/ctx-prod", {}).elements[0]
    assert controller.post(read, "uni/tn-k8s/ctx-prod") == []


def test_an_object_of_the_systems_is_not_created(refusal):
    assert refusal("topology/pod-1/node-109", "fabricNode") == "170: Invalid access, MO: topology/pod-1/node-109"


# -- status -----------------------------------------------------------------------------------------


def test_created_is_refused_for_what_is_there(refusal):
    assert refusal("uni", "fvTenant", {"name": "k8s", "status": "created"}) == (
        "103: child (Rn) of class fvTenant is already attached. dn[(Dn0)] Dn0=uni, Rn=tn-k8s, "
    )


def test_modified_is_refused_for_what_is_not_there(refusal):
    assert refusal("uni", "fvTenant", {"name": "no", "status": "modified"}) == (
        "102: configured object ((Dn0)) not found Dn0=uni/tn-no, "
    )


def test_created_and_modified_together_is_the_default(post):
    assert post("uni", "fvTenant", {"name": "k8s", "status": "created,modified"}) == []


def test_an_unknown_status_is_refused(refusal):
    assert refusal("uni", "fvTenant", {"name": "k8s", "status": "gone"}) == (
        "120: unknown property value gone, name status, class fvTenant [(Dn0)] Dn0=, "
    )


def test_nothing_is_created_below_what_is_not_there(refusal):
    assert refusal("uni/tn-no/ctx-v", "fvCtx", {"name": "v"}) == (
        "102: configured object ((Dn0)) not found Dn0=uni/tn-no/ctx-v, "
    )


def test_deleted_takes_everything_below_along(post, controller):
    post(DN, "l3extOut", {"name": "o"}, deep())
    changes = post("uni/tn-k8s", "fvTenant", {}, element("l3extOut", name="o", status="deleted"))
    assert {change.status for change in changes} == {"deleted"}
    assert not [dn for dn in controller.store.by_dn if dn.startswith(DN)]


def test_deleting_what_is_not_there_does_nothing(post, controller):
    assert post("uni/tn-k8s", "fvTenant", {}, element("l3extOut", name="no", status="deleted")) == []
    assert controller.delete("uni/tn-k8s/out-no") == []


def test_a_relation_that_lives_with_its_parent_is_not_deleted(post, controller):
    post(DN, "l3extOut", {"name": "o"})
    with pytest.raises(ApicError) as problem:
        controller.delete(f"{DN}/rsectx")
    assert (
        str(problem.value) == "104: Cannot delete object of class:l3extRsEctx dn[(Dn0)] Dn0=uni/tn-k8s/out-o/rsectx, "
    )


def test_deleting_by_an_impossible_dn_is_refused(controller):
    with pytest.raises(ApicError) as problem:
        controller.delete("uni/foo-bar")
    assert str(problem.value) == "107: Invalid DN uni/foo-bar, unable to parse"


def test_one_post_cannot_delete_an_object_and_create_it_anew(post, refusal):
    post("uni/tn-k8s/out-o", "l3extOut", {"name": "o"}, element("l3extRsL3DomAtt", tDn="uni/l3dom-a"))
    gone, back = element("l3extRsL3DomAtt", status="deleted"), element("l3extRsL3DomAtt", tDn="uni/l3dom-b")
    assert refusal("uni/tn-k8s/out-o", "l3extOut", {"name": "o"}, gone, back) == (
        "103: child (Rn) of class l3extRsL3DomAtt is already attached. dn[(Dn0)] Dn0=uni/tn-k8s/out-o, Rn=rsl3DomAtt, "
    )


def test_a_user_may_read_the_security_domain_common(post, controller):
    post("uni/userext/user-u", "aaaUser", {"name": "u"})
    role = controller.store.by_dn["uni/userext/user-u/userdomain-common/role-read-all"]
    assert controller.store.value(role, "privType") == "readPriv"


@pytest.mark.parametrize("where", [{"rn": "annotationKey-owner"}, {"dn": "uni/tn-k8s/annotationKey-owner"}])
def test_a_name_without_its_brackets_is_the_one_with_them(controller, post, where):
    post("uni/tn-k8s", "tagAnnotation", {**where, "value": "me"})
    assert controller.store.by_dn["uni/tn-k8s/annotationKey-[owner]"].values["value"] == "me"
    assert len(controller.get_object("uni/tn-k8s/annotationKey-owner", {}).elements) == 1


def test_a_text_that_is_too_long_is_refused_with_the_objects_dn_and_a_name_with_its_own(refusal):
    long = "x" * 129
    expected = f"801: property descr of uni/tn-k8s/ap-a failed validation for value '{long}'"
    assert refusal("uni/tn-k8s", "fvAp", {"name": "a", "descr": long}) == expected
    assert refusal("uni/tn-k8s", "fvAp", {"name": long}) == (
        f"801: property name of ap-{long} failed validation for value '{long}'"
    )


def test_a_users_password_history_can_be_cleared_again_and_again(controller, post):
    post("uni/userext", "aaaUser", {"name": "u", "pwd": "first-Secret.1"})
    for _ in range(2):
        assert post("uni/userext", "aaaUser", {"name": "u", "clearPwdHistory": "yes"})
        user = controller.store.by_dn["uni/userext/user-u"]
        assert controller.store.value(user, "clearPwdHistory") == "no"
    assert post("uni/userext", "aaaUser", {"name": "u", "pwd": "first-Secret.1", "descr": "same"})


def test_one_of_the_last_five_passwords_is_not_taken_again(post, refusal):
    for password in ("first-Secret.1", "second-Secret.2"):
        post("uni/userext", "aaaUser", {"name": "u", "pwd": password})
    assert refusal("uni/userext", "aaaUser", {"name": "u", "pwd": "first-Secret.1"}) == (
        "1: Password history check: user u should not use previous 5 passwords"
    )
    for number in range(4):
        post("uni/userext", "aaaUser", {"name": "u", "pwd": f"later-Secret.{number}"})
    assert post("uni/userext", "aaaUser", {"name": "u", "pwd": "first-Secret.1"})
