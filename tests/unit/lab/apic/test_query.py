"""GET: selection, descendants, attributes, order and pages."""

import pytest

from lab.apic.errors import ApicError

from .conftest import element

TENANT = "uni/tn-k8s"


@pytest.fixture
def tree(post):
    peer = element("bgpPeerP", element("bgpAsP", asn="65003"), addr="192.168.2.0/24", password="hush")
    svi = element("l3extVirtualLIfP", peer, nodeDn="topology/pod-1/node-101", encap="vlan-310")
    profile = element("l3extLNodeP", element("l3extLIfP", svi, name="l"), name="n")
    post(TENANT, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="no"), profile)


@pytest.fixture
def ask(controller, tree):  # noqa: ARG001
    def run(target: str, **options: str) -> list:
        chosen = {name.replace("_", "-"): value for name, value in options.items()}
        method = controller.get_object if target.startswith(("uni", "topology")) else controller.get_class
        return method(target, chosen).elements

    return run


def dns(elements) -> list[str]:
    return [item.attributes["dn"] for item in elements]


def classes(item) -> set[str]:
    return {child.cls for child in item.children} | {cls for child in item.children for cls in classes(child)}


def test_what_is_not_there_answers_nothing(ask):
    assert ask("uni/tn-no") == []


def test_an_object_shows_its_dn_and_no_rn(ask):
    (item,) = ask(f"{TENANT}/ctx-prod")
    assert item.attributes["dn"] == f"{TENANT}/ctx-prod"
    assert "rn" not in item.attributes
    assert item.attributes["status"] == ""


def test_a_nested_object_shows_its_rn_and_no_dn(ask):
    (item,) = ask(TENANT, rsp_subtree="children", rsp_subtree_class="l3extOut")
    (child,) = item.children
    assert child.attributes["rn"] == "out-o"
    assert "dn" not in child.attributes


def test_children_end_after_one_level_and_full_does_not(ask):
    assert "bgpPeerP" not in classes(ask(TENANT, rsp_subtree="children")[0])
    assert "bgpPeerP" in classes(ask(TENANT, rsp_subtree="full")[0])
    assert ask(TENANT)[0].children == []


def test_a_password_is_never_shown(ask):
    (peer,) = ask("bgpPeerP")
    assert "password" not in peer.attributes
    assert "hush" not in str(ask(TENANT, rsp_subtree="full"))


def test_config_only_leaves_out_what_the_system_owns(ask):
    (item,) = ask(f"{TENANT}/out-o", rsp_prop_include="config-only")
    assert "modTs" not in item.attributes and "status" not in item.attributes
    assert item.attributes["enforceRtctrl"] == "export"
    assert item.attributes["dn"] == f"{TENANT}/out-o"


def test_naming_only_leaves_the_name(ask):
    (item,) = ask(f"{TENANT}/out-o", rsp_prop_include="naming-only")
    assert item.attributes == {"dn": f"{TENANT}/out-o", "name": "o"}


def test_query_target_changes_what_is_asked_about(ask):
    assert set(dns(ask(TENANT, query_target="children", target_subtree_class="fvCtx"))) == {
        f"{TENANT}/ctx-prod",
        f"{TENANT}/ctx-test",
    }
    (peer,) = ask("uni", query_target="subtree", target_subtree_class="bgpPeerP")
    assert peer.attributes["addr"] == "192.168.2.0/24"


def test_an_abstract_class_finds_those_derived_from_it(ask):
    assert [item.cls for item in ask("bgpAPeerP")] == ["bgpPeerP"]
    assert {item.cls for item in ask(TENANT, query_target="subtree", target_subtree_class="bgpAPeerP")} == {"bgpPeerP"}


def test_a_filter_narrows_the_result(ask):
    found = ask("fvTenant", query_target_filter='eq(fvTenant.name,"k8s")')
    assert dns(found) == [TENANT]


def test_a_subtree_filter_narrows_the_descendants_alone(ask):
    (item,) = ask(TENANT, rsp_subtree="children", rsp_subtree_class="fvCtx", rsp_subtree_filter='eq(fvCtx.name,"prod")')
    assert [child.attributes["name"] for child in item.children] == ["prod"]


def test_a_descendant_is_shown_within_the_objects_that_hold_it(ask):
    (item,) = ask(TENANT, rsp_subtree="full", rsp_subtree_class="bgpPeerP")
    found = classes(item)
    assert {"l3extOut", "l3extLNodeP", "l3extLIfP", "l3extVirtualLIfP", "bgpPeerP"} <= found
    assert not found & {"l3extInstP", "l3extRsEctx", "fvCtx"}


def test_of_the_innermost_class_that_is_asked_for_everything_inside_is_shown(ask):
    (item,) = ask(f"{TENANT}/out-o", rsp_subtree="full", rsp_subtree_class="bgpPeerP")
    assert "bgpRsPeerPfxPol" in classes(item)
    (item,) = ask(f"{TENANT}/out-o", rsp_subtree="full", rsp_subtree_class="l3extLIfP,bgpPeerP")
    assert "l3extRsNdIfPol" not in classes(item)
    (item,) = ask(f"{TENANT}/out-o", rsp_subtree="full", rsp_subtree_class="l3extLIfP")
    assert {"l3extRsNdIfPol", "bgpPeerP"} <= classes(item)


def test_children_come_in_descending_order_of_their_class_numbers_and_latest_first(ask, post):
    post(f"{TENANT}/out-p", "l3extOut", {}, *(element(cls) for cls in ("ospfExtP", "bgpExtP", "pimExtP", "eigrpExtP")))
    post(f"{TENANT}/out-p", "l3extOut", {}, element("l3extInstP", name="a"), element("l3extInstP", name="b"))
    (item,) = ask(f"{TENANT}/out-p", rsp_subtree="children", rsp_subtree_class="pimExtP,eigrpExtP,ospfExtP,l3extInstP")
    shown = [(child.cls, child.attributes["rn"]) for child in item.children]
    assert shown == [
        ("pimExtP", "pimextp"),
        ("eigrpExtP", "eigrpExtP"),
        ("l3extInstP", "instP-b"),
        ("l3extInstP", "instP-a"),
        ("ospfExtP", "ospfExtP"),
    ]


def test_config_only_leaves_out_what_is_not_configurable(ask, post):
    post(TENANT, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="prod"))
    (item,) = ask(f"{TENANT}/ctx-prod", rsp_subtree="full")
    assert "fvRtEctx" in classes(item)
    (item,) = ask(f"{TENANT}/ctx-prod", rsp_subtree="full", rsp_prop_include="config-only")
    assert "fvRtEctx" not in classes(item)


def test_required_leaves_out_objects_without_such_descendants(ask):
    options = {"rsp_subtree": "full", "rsp_subtree_class": "bgpPeerP", "rsp_subtree_include": "required"}
    assert dns(ask("fvTenant", **options)) == [TENANT]


def test_faults_of_everything_below(ask):
    found = ask(TENANT, rsp_subtree_include="faults,no-scoped")
    assert dns(found) == [f"{TENANT}/out-o/rsectx/fault-F1020"]


def test_faults_within_the_tree(ask):
    (item,) = ask(TENANT, rsp_subtree="full", rsp_subtree_include="faults")
    assert classes(item) == {"l3extOut", "l3extRsEctx", "faultInst"}


def test_relations_below(ask):
    found = ask(f"{TENANT}/out-o", rsp_subtree_include="relations")
    assert "l3extRsEctx" in classes(found[0])
    assert "l3extInstP" not in classes(found[0])


def test_count_answers_a_number(ask):
    (item,) = ask("fvTenant", rsp_subtree_include="count")
    assert (item.cls, item.attributes["count"]) == ("moCount", "4")


def test_order_and_pages(controller, ask):
    names = [item.attributes["name"] for item in ask("fvTenant", order_by="fvTenant.name|desc")]
    assert names == ["mgmt", "k8s", "infra", "common"]
    page = controller.get_class("fvTenant", {"order-by": "fvTenant.name", "page": "1", "page-size": "3"})
    assert [item.attributes["name"] for item in page.elements] == ["mgmt"]
    assert page.total == 4


def test_numbers_are_ordered_as_numbers(ask, post):
    post(TENANT, "fvTenant", {}, *(element("bgpPeerPfxPol", name=f"p{n}", maxPfx=str(n)) for n in (1000, 90, 500)))
    found = ask(TENANT, query_target="children", target_subtree_class="bgpPeerPfxPol", order_by="bgpPeerPfxPol.maxPfx")
    assert [item.attributes["maxPfx"] for item in found] == ["90", "500", "1000"]


def test_a_class_below_one_node(controller):
    found = controller.get_class("fabricNode", {}, "topology/pod-1/node-101").elements
    assert dns(found) == ["topology/pod-1/node-101"]


@pytest.mark.parametrize(
    ("target", "options", "refusal"),
    [
        ("fvTennant", {}, "12: Unknown class fvTennant"),
        ("uni/foo-x", {}, "107: Invalid DN uni/foo-x, unable to parse"),
        (
            "fvTenant",
            {"rsp_subtree": "all"},
            "8: rsp-subtree argument is incorrect (possible options: _no_|children|full)",
        ),
        ("fvTenant", {"rsp_subtree_class": "nope"}, "12: Unknown class nope"),
        (
            "fvTenant",
            {"rsp_subtree_include": "fault"},
            "107: Invalid value 'fault' for query parameter 'rsp-subtree-include'",
        ),
        ("fvTenant", {"rsp_subtre": "full"}, "107: Unknown query parameter 'rsp-subtre'"),
        ("fvTenant", {"page_size": "many"}, "107: Invalid value 'many' for query parameter 'page-size'"),
        ("fvTenant", {"order_by": "fvTenant.size"}, "121: Prop 'size' not found in class 'fvTenant' property table"),
    ],
)
def test_a_wrong_question_is_refused(ask, target, options, refusal):
    with pytest.raises(ApicError) as problem:
        ask(target, **options)
    assert str(problem.value) == refusal


def test_counts_of_faults_come_with_an_object_and_by_their_own_name(ask):
    (item,) = ask(TENANT, rsp_subtree_include="fault-count")
    (counts,) = item.children
    assert (counts.cls, counts.attributes["warn"], counts.attributes["crit"]) == ("faultCountsWithDetails", "1", "0")
    (counts,) = ask(f"{TENANT}/fltCnts")
    assert counts.attributes["warn"] == "1"


def test_health_sinks_with_the_worst_fault(ask):
    (item,) = ask(TENANT, rsp_subtree_include="health")
    assert [child.attributes["cur"] for child in item.children] == ["98"]
    (only,) = ask(TENANT, rsp_subtree_include="health,no-scoped")
    assert (only.cls, only.attributes["dn"]) == ("healthInst", f"{TENANT}/health")


def test_included_faults_can_be_counted(ask):
    (item,) = ask(TENANT, rsp_subtree_include="faults,no-scoped,count")
    assert (item.cls, item.attributes["count"]) == ("moCount", "1")


def test_required_counts_what_is_included(ask):
    assert dns(ask("fvTenant", rsp_subtree_include="faults,required")) == [TENANT]


def test_the_audit_log_says_who_changed_what(ask, controller):
    controller.post(element("fvTenant", element("fvCtx", name="new", descr="text")), TENANT, user="jane")
    options = {"query_target_filter": 'eq(aaaModLR.user,"jane")', "order_by": "aaaModLR.created|desc"}
    (record,) = [item for item in ask("aaaModLR", **options) if item.attributes["affected"] == f"{TENANT}/ctx-new"]
    assert (record.attributes["ind"], record.attributes["changeSet"]) == ("creation", "descr:text, name:new")
    (item,) = ask(f"{TENANT}/ctx-new", rsp_subtree_include="audit-logs")
    assert [child.attributes["user"] for child in item.children] == ["jane"]
    options = {"rsp_subtree_include": "audit-logs,no-scoped,subtree", "order_by": "aaaModLR.id|desc"}
    found = [item.attributes["affected"] for item in ask(f"{TENANT}/ctx-new", **options)]
    assert f"{TENANT}/ctx-new" == found[-1] and len(found) > 1


def test_the_audit_log_holds_no_secrets(ask, post):
    post("uni/userext/user-u", "aaaUser", {"name": "u", "pwd": "very-Secret.1"})
    assert "very-Secret.1" not in str([item.attributes for item in ask("aaaModLR")])


def test_a_class_of_the_public_cloud_is_known_and_has_no_objects(ask):
    assert ask("cloudProvP") == []
    assert ask("uni", query_target="subtree", target_subtree_class="cloudProvP") == []


def test_a_class_that_nothing_names_is_unknown(ask):
    with pytest.raises(ApicError, match="Unknown class cloudNope"):
        ask("cloudNope")


@pytest.mark.parametrize("value", ["443", "https"])
def test_a_filter_takes_a_value_by_its_name_and_by_its_number(ask, post, value):
    post(TENANT, "vzFilter", {"name": "f"}, element("vzEntry", name="e", etherT="ip", prot="tcp", dFromPort="443"))
    assert len(ask("vzEntry", query_target_filter=f'eq(vzEntry.dFromPort,"{value}")')) == 1
    assert (
        ask("uni/tn-k8s/flt-f", query_target="children", query_target_filter=f'ne(vzEntry.dFromPort,"{value}")') == []
    )
