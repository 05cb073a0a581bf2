"""Managed objects know their names, and write values as APIC prints them."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import (
    BuildError,
    Family,
    Mo,
    ancestor,
    owned,
    owner_key,
    shared,
    split,
    tag_value,
    walk,
)


def test_a_distinguished_name_is_made_of_the_naming_properties():
    tree = owned("fvTenant", [owned("fvCtx", name="prod")], name="k8s")
    assert [dn for dn, mo in walk(tree, "uni")] == ["uni/tn-k8s", "uni/tn-k8s/ctx-prod"]


def test_a_slash_inside_brackets_does_not_divide_a_name():
    assert split("uni/tn-a/out-b/lnodep-c/rsnodeL3OutAtt-[topology/pod-1/node-101]") == [
        "uni",
        "tn-a",
        "out-b",
        "lnodep-c",
        "rsnodeL3OutAtt-[topology/pod-1/node-101]",
    ]


def test_a_class_outside_the_table_is_named_by_its_rn():
    assert Mo("vzTaboo", {"rn": "taboo-web", "name": "web"}).rn == "taboo-web"


@pytest.mark.parametrize(
    ("cls", "attributes", "message"),
    [
        ("vzTaboo", {"name": "web"}, "vzTaboo is not in this collection's class table: give its attribute `rn`."),
        ("fvTenant", {}, "fvTenant lacks name, which is part of its name (tn-{name})."),
        (
            "l3extVirtualLIfP",
            {"addr": "10.0.0.1/24"},
            "l3extVirtualLIfP lacks nodeDn and encap, which is part of its name (vlifp-[{nodeDn}]-[{encap}]).",
        ),
    ],
)
def test_an_object_without_a_name_is_refused(cls, attributes, message):
    with pytest.raises(BuildError) as error:
        _ = Mo(cls, attributes).rn
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("2001:DB8:0:0::1/64", "2001:db8::1/64"),
        ("10.0.0.1/24", "10.0.0.1/24"),
        ("2001:DB8::1", "2001:db8::1"),
        ("", ""),
    ],
)
def test_an_address_is_written_as_apic_prints_it(given, printed):
    assert Mo("l3extMember", {"side": "A", "addr": given}).attributes["addr"] == printed


def test_a_text_that_is_no_address_is_refused():
    with pytest.raises(BuildError) as error:
        Mo("l3extSubnet", {"ip": "10.0.0.0/33"})
    assert str(error.value) == "l3extSubnet.ip: 10.0.0.0/33 is not an IP address or prefix."


def test_yes_and_no_are_written_as_apic_prints_them():
    attributes = Mo("rtctrlMatchRtDest", {"ip": "10.0.0.0/8", "aggregate": True, "toPfxLen": 0}).attributes
    assert attributes == {"ip": "10.0.0.0/8", "aggregate": "yes", "toPfxLen": "0"}
    assert Mo("rtctrlMatchRtDest", {"aggregate": False}).attributes == {"aggregate": "no"}


def test_how_an_object_is_held_is_said_by_who_makes_it():
    family = Family("rtctrlSubjP")
    above = ancestor("fvTenant", [owned("fvCtx", name="v")], ("fvCtx", "name"), [family], name="t")
    assert (above.hold, above.exclusive, above.families, above.present) == (
        "ancestor",
        ("fvCtx", "name"),
        (family,),
        True,
    )
    assert (family.pattern, family.prefix, family.owner) == (".*", "", "")
    mine = owned("fvCtx", present=False, name="v")
    assert (mine.hold, mine.present, mine.owner, mine.strict, mine.purpose) == ("owned", False, None, False, "")
    ours = shared("fvCtx", "a", [mine], present=False, name="v")
    assert (ours.hold, ours.present, ours.owner, ours.children) == ("shared", False, "a", [mine])
    assert (owned("fvCtx", name="v").present, shared("fvCtx", "a", name="v").present) == (True, True)


def test_the_tag_of_an_owner_names_it_and_its_purpose():
    assert owner_key("a") == "kubefabric-a"
    assert (tag_value(""), tag_value("x")) == ("orchestrator:kubefabric", "orchestrator:kubefabric:x")


def test_the_naming_attributes_are_those_of_the_name_alone():
    assert owned("fvCtx", name="v", descr="x").naming == {"name": "v"}
    assert Mo("vzTaboo", {"rn": "taboo-web", "name": "web"}).naming == {"rn": "taboo-web"}


def test_an_object_may_have_neither_attributes_nor_children():
    assert (Mo("polUni").attributes, Mo("polUni").children) == ({}, [])


def test_the_root_s_name_is_its_relative_one():
    assert [dn for dn, _mo in walk(ancestor("polUni"))] == ["uni"]
