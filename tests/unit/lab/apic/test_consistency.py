"""Properties of one object that are each valid, but not together."""

import pytest

from .conftest import element

INSTANCE = "uni/tn-k8s/out-o/instP-i"


@pytest.fixture(autouse=True)
def outside(post):
    post("uni/tn-k8s", "l3extOut", {"name": "o"}, element("l3extInstP", name="i"))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (
            {"ip": "10.0.0.0/8", "scope": "shared-rtctrl,shared-security"},
            "1: Invalid Configuration - shared_security scope also needs import_security",
        ),
        (
            {"ip": "10.0.0.0/8", "aggregate": "import-rtctrl"},
            "1: Invalid Configuration - Import/Export Subnet Aggregation Supported Only for 0.0.0.0/0 or ::/0, not for "
            f"{INSTANCE}/extsubnet-[10.0.0.0/8]",
        ),
    ],
)
def test_a_prefix_of_an_external_epg_says_what_it_needs(refusal, attributes, expected):
    assert refusal(INSTANCE, "l3extSubnet", attributes) == expected


@pytest.mark.parametrize(
    "attributes",
    [
        {"ip": "10.0.0.0/8", "scope": "import-security,shared-security"},
        {"ip": "10.0.0.0/8", "aggregate": "shared-rtctrl"},
        {"ip": "::/0", "aggregate": "export-rtctrl,import-rtctrl"},
    ],
)
def test_a_prefix_that_is_sound_is_taken(post, attributes):
    assert post(INSTANCE, "l3extSubnet", attributes)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"arpOpc": "req", "etherT": "ip"}, "ArpOpcode cannot be combined with non arp Ethertype"),
        ({"dFromPort": "http"}, "non-IP Ethertype cannot be combined with other l4 properties"),
        ({"etherT": "arp", "tcpRules": "est"}, "non-IP Ethertype cannot be combined with other l4 properties"),
        ({"etherT": "ip", "dFromPort": "443", "dToPort": "80"}, "dToPort cannot be less than dFromPort"),
    ],
)
def test_a_filter_entry_is_of_one_kind(refusal, attributes, expected):
    entry = element("vzEntry", name="e", **attributes)
    assert refusal("uni/tn-k8s", "vzFilter", {"name": "f"}, entry) == f"100: Validation failed: {expected}Rn=e-e, "


@pytest.mark.parametrize(
    ("dn", "cls", "attributes", "expected"),
    [
        ("uni/tn-k8s", "l3extOut", {"name": "o", "enforceRtctrl": "import"}, "Unenforced Route Control"),
        ("uni/tn-k8s/BD-b", "fvSubnet", {"ip": "10.0.0.1/8", "scope": "private,public"}, "both private and public"),
        ("uni/tn-k8s/out-o", "ospfExtP", {"multipodInternal": "yes"}, "only under infra tenant"),
        ("uni/tn-k8s/ap-a/epg-e", "fvRsPathAtt", {"tDn": "topology/pod-1/paths-101/pathep-[eth1/1]"}, "Encap not"),
        ("uni/infra/nprof-n/leaves-l-typ-range", "infraNodeBlk", {"name": "b", "from_": "102"}, "to_ cannot be less"),
    ],
)
def test_an_object_does_not_contradict_itself(post, refusal, dn, cls, attributes, expected):
    post("uni/tn-k8s", "fvBD", {"name": "b"})
    post("uni/tn-k8s", "fvAp", {"name": "a"}, element("fvAEPg", name="e"))
    post("uni/infra", "infraNodeP", {"name": "n"}, element("infraLeafS", name="l", type="range"))
    assert expected in refusal(dn, cls, attributes)


def test_the_start_of_a_range_of_ports_is_its_end_where_none_is_given(controller, post):
    post(
        "uni/tn-k8s", "vzFilter", {"name": "f"}, element("vzEntry", name="e", etherT="ip", prot="tcp", sFromPort="443")
    )
    entry = controller.store.by_dn["uni/tn-k8s/flt-f/e-e"]
    assert {name: controller.store.value(entry, name) for name in ("sFromPort", "sToPort", "dToPort")} == {
        "sFromPort": "https",
        "sToPort": "https",
        "dToPort": "unspecified",
    }
