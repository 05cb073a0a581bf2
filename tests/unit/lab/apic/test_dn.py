import pytest

from lab.apic.dn import RnFormat, join, parent, split


def test_a_slash_inside_brackets_belongs_to_the_value():
    dn = "uni/tn-k8s/out-o/lnodep-n/rsnodeL3OutAtt-[topology/pod-1/node-101]"
    assert split(dn)[-1] == "rsnodeL3OutAtt-[topology/pod-1/node-101]"
    assert parent(dn) == "uni/tn-k8s/out-o/lnodep-n"


@pytest.mark.parametrize("dn", ["", "uni//tn-a", "uni/tn-[a", "uni/tn-a]", "/uni"])
def test_what_is_no_dn_is_refused(dn):
    with pytest.raises(ValueError, match=r"distinguished name|unmatched"):
        split(dn)


def test_a_format_reads_back_what_it_builds():
    form = RnFormat("vlanns-[{name}]-{allocMode}")
    rn = form.build({"name": "k8s-prod", "allocMode": "static"})
    assert rn == "vlanns-[k8s-prod]-static"
    assert form.match(rn) == {"name": "k8s-prod", "allocMode": "static"}
    assert form.match("vlanns-k8s-static") is None


def test_nested_brackets_stay_with_their_value():
    form = RnFormat("vlifp-[{nodeDn}]-[{encap}]")
    assert form.match("vlifp-[topology/pod-1/node-101]-[vlan-310]") == {
        "nodeDn": "topology/pod-1/node-101",
        "encap": "vlan-310",
    }


def test_the_root_has_no_name():
    assert join("", "uni") == "uni"
    assert join("uni", "tn-a") == "uni/tn-a"


def test_a_name_without_the_formats_brackets_is_read_too():
    form = RnFormat("peerP-[{addr}]")
    assert form.read("peerP-1.1.1.1") == form.read("peerP-[1.1.1.1]") == {"addr": "1.1.1.1"}
    assert form.match("peerP-1.1.1.1") is None
    assert form.read("peerP-1.1.1.0/24") is None


def test_brackets_are_read_where_the_format_has_none():
    assert RnFormat("lifp-{name}").match("lifp-[a]") == {"name": "a"}
    assert RnFormat("lifp-{name}").match("lifp-[a][b]") == {"name": "[a][b]"}
