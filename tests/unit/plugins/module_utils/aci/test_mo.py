"""Managed objects know their names, and write values as APIC prints them."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.mo import BuildError, Mo, owned, split, walk


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
