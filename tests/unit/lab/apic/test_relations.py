"""Relations: formed or not, and the faults of those that are not."""

import pytest

from .conftest import element

DN = "uni/tn-k8s/out-o"


@pytest.fixture
def seen(controller):
    def read(dn: str, *names: str) -> tuple[str, ...]:
        return tuple(controller.store.value(controller.store.by_dn[dn], name) for name in names)

    return read


def faults(controller) -> dict[str, str]:
    return {mo.dn: mo.values["descr"] for mo in controller.store.of_class("faultInst")}


def test_a_named_relation_finds_its_target_in_its_own_tenant(post, seen):
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="prod"))
    assert seen(f"{DN}/rsectx", "state", "stateQual", "tDn", "tCl") == (
        "formed",
        "none",
        "uni/tn-k8s/ctx-prod",
        "fvCtx",
    )


def test_then_in_common(post, seen):
    post("uni/tn-common", "fvTenant", {}, element("fvCtx", name="shared"))
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="shared"))
    assert seen(f"{DN}/rsectx", "state", "tDn") == ("formed", "uni/tn-common/ctx-shared")


def test_without_a_name_the_default_serves(post, seen, controller):
    post(DN, "l3extOut", {"name": "o"})
    assert seen(f"{DN}/rsectx", "state", "stateQual", "tDn") == (
        "formed",
        "default-target",
        "uni/tn-common/ctx-default",
    )
    assert faults(controller) == {}


def test_a_missing_name_raises_the_fault_of_its_class(post, seen, controller):
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="no"))
    assert seen(f"{DN}/rsectx", "state", "stateQual") == ("formed", "mismatch-target")
    assert faults(controller) == {f"{DN}/rsectx/fault-F1020": "Failed to form relation to MO no of class fvCtx"}


def test_the_fault_goes_when_the_target_comes_and_returns_when_it_goes(post, seen, controller):
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="late"))
    post("uni/tn-k8s", "fvTenant", {}, element("fvCtx", name="late"))
    assert seen(f"{DN}/rsectx", "state", "stateQual", "tDn") == ("formed", "none", "uni/tn-k8s/ctx-late")
    assert faults(controller) == {}
    controller.delete("uni/tn-k8s/ctx-late")
    assert list(faults(controller)) == [f"{DN}/rsectx/fault-F1020"]


def test_a_fault_goes_with_its_object(post, controller):
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="no"))
    controller.delete(DN)
    assert faults(controller) == {}


def test_an_explicit_relation_waits_for_its_target(post, seen, controller):
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsL3DomAtt", tDn="uni/l3dom-d"))
    assert seen(f"{DN}/rsl3DomAtt", "state", "tCl") == ("missing-target", "l3extDomP")
    assert list(faults(controller)) == [f"{DN}/rsl3DomAtt/fault-F1021"]
    post("uni/l3dom-d", "l3extDomP", {"name": "d"})
    assert seen(f"{DN}/rsl3DomAtt", "state", "tDn") == ("formed", "uni/l3dom-d")
    assert faults(controller) == {}


def test_a_target_of_another_kind_is_invalid(post, seen):
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsL3DomAtt", tDn="uni/tn-k8s"))
    assert seen(f"{DN}/rsl3DomAtt", "state") == ("invalid-target",)


def test_a_relation_below_an_l3out_finds_the_tenants_policy(post, seen):
    post("uni/tn-k8s", "fvTenant", {}, element("bgpCtxPol", name="timers"))
    protocol = element("bgpProtP", element("bgpRsBgpNodeCtxPol", tnBgpCtxPolName="timers"))
    post(DN, "l3extOut", {"name": "o"}, element("l3extLNodeP", protocol, name="n"))
    assert seen(f"{DN}/lnodep-n/protp/rsbgpNodeCtxPol", "tDn") == ("uni/tn-k8s/bgpCtxP-timers",)


def test_a_domain_finds_its_pool(post, seen):
    post("uni/infra", "infraInfra", {}, element("fvnsVlanInstP", name="p", allocMode="static"))
    post("uni/phys-d", "physDomP", {"name": "d"}, element("infraRsVlanNs", tDn="uni/infra/vlanns-[p]-static"))
    assert seen("uni/phys-d/rsvlanNs", "state", "tCl") == ("formed", "fvnsVlanInstP")


def test_a_named_relation_says_the_relative_name_of_its_target(post, seen):
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="prod"))
    assert seen(f"{DN}/rsectx", "tRn") == ("ctx-prod",)
    post(DN, "l3extOut", {}, element("l3extRsEctx", tnFvCtxName=""))
    assert seen(f"{DN}/rsectx", "tRn") == ("ctx-default",)


# -- the other direction --------------------------------------------------------------------------------


def reverse(controller, dn: str, cls: str) -> dict[str, str]:
    children = controller.store.by_dn[dn].children.values()
    return {mo.values["tDn"]: mo.values["tCl"] for mo in children if mo.cls == cls}


def test_a_target_shows_who_points_to_it(post, controller):
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="prod"))
    assert reverse(controller, "uni/tn-k8s/ctx-prod", "fvRtEctx") == {DN: "l3extOut"}
    assert f"uni/tn-k8s/ctx-prod/rtl3extEctx-[{DN}]" in controller.store.by_dn


def test_it_follows_the_relation_and_goes_with_it(post, controller):
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="prod"))
    post(DN, "l3extOut", {}, element("l3extRsEctx", tnFvCtxName="test"))
    assert reverse(controller, "uni/tn-k8s/ctx-prod", "fvRtEctx") == {}
    assert reverse(controller, "uni/tn-k8s/ctx-test", "fvRtEctx") == {DN: "l3extOut"}
    controller.delete(DN)
    assert reverse(controller, "uni/tn-k8s/ctx-test", "fvRtEctx") == {}


def test_it_comes_back_with_its_target(post, controller):
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsL3DomAtt", tDn="uni/l3dom-d"))
    post("uni", "l3extDomP", {"name": "d"})
    assert reverse(controller, "uni/l3dom-d", "extnwRtL3DomAtt") == {DN: "l3extOut"}
    controller.delete("uni/l3dom-d")
    post("uni", "l3extDomP", {"name": "d"})
    assert reverse(controller, "uni/l3dom-d", "extnwRtL3DomAtt") == {DN: "l3extOut"}


def test_it_is_no_part_of_the_configuration(post, controller):
    post(DN, "l3extOut", {"name": "o"}, element("l3extRsEctx", tnFvCtxName="prod"))
    assert "fvRtEctx" not in {mo.cls for mo in controller.store.configuration()}
    assert "fvRtEctx" not in str(controller.store.export(controller.store.by_dn["uni"]).to_json())


def test_it_is_read_only(refusal, post):
    post(DN, "l3extOut", {"name": "o"})
    dn = f"uni/tn-k8s/ctx-prod/rtl3extEctx-[{DN}]"
    assert refusal(dn, "fvRtEctx", {"tDn": DN}) == f"170: Invalid access, MO: {dn}"
