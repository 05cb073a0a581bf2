import pytest

from lab.apic.catalog import Catalog, locate


def test_the_catalog_is_that_of_the_release_the_lab_stands_for(catalog):
    assert catalog.version == "6.0(9c)"


def test_a_missing_catalog_says_how_to_get_one(tmp_path):
    with pytest.raises(FileNotFoundError) as problem:
        locate(tmp_path / "none.db")
    assert str(problem.value) == (
        f"{tmp_path}/none.db: no APIC class catalog there; `python -m lab setup` puts it in the cache, "
        "or give one with --catalog or $KUBEFABRIC_APIC_CATALOG"
    )


def test_the_environment_names_the_catalog(tmp_path, monkeypatch):
    (tmp_path / "catalog.db").touch()
    monkeypatch.setenv("KUBEFABRIC_APIC_CATALOG", str(tmp_path / "catalog.db"))
    assert locate() == tmp_path / "catalog.db"


def test_a_class_knows_where_it_stands(catalog):
    peer = catalog["bgpPeerP"]
    assert peer.contained_by == {"l3extLNodeP", "l3extRsPathL3OutAtt", "l3extVirtualLIfP"}
    assert peer.naming == ("addr",)
    assert peer.creatable and peer.configurable and not peer.abstract


def test_relations_that_live_with_their_parent_are_told_from_those_that_are_created(catalog):
    assert catalog["l3extRsEctx"].implicit
    assert not catalog["l3extRsL3DomAtt"].implicit
    assert catalog["l3extRsEctx"].relation.named and catalog["l3extRsEctx"].relation.target == "fvCtx"
    assert not catalog["l3extRsL3DomAtt"].relation.named


def test_properties_carry_their_rules(catalog):
    properties = catalog.properties("bgpPeerP")
    assert properties["password"].secure
    assert properties["addr"].naming
    assert not properties["modTs"].configurable
    assert catalog.properties("bgpPeerPfxPol")["maxPfx"].ranges[0].maximum == 712000


def test_an_overflowed_maximum_is_no_maximum(catalog):
    assert catalog.properties("bgpAsP")["asn"].ranges[0].maximum is None


def test_a_dn_is_parsed_down_to_its_class(catalog):
    dn = "uni/tn-k8s/out-o/lnodep-n/lifp-l/vlifp-[topology/pod-1/node-101]-[vlan-310]/peerP-[192.168.2.0/24]/as"
    assert catalog.class_of(dn) == "bgpAsP"
    routes = "topology/pod-1/node-101/sys/uribv4/dom-k8s:prod/db-rt/rt-[10.1.0.0/26]"
    assert catalog.class_of(routes) == "uribv4Route"


def test_a_dn_that_no_class_can_have_is_refused(catalog):
    with pytest.raises(ValueError, match="fvTenant contains nothing that is called 'nonsense-x'"):
        catalog.class_of("uni/tn-k8s/nonsense-x")


def test_an_abstract_class_stands_for_those_derived_from_it(catalog):
    assert {"physDomP", "l3extDomP", "vmmDomP"} <= catalog.concrete("infraDomP")
    assert "infraDomP" not in catalog.concrete("infraDomP")


def test_two_catalogs_do_not_mix_up_their_classes(catalog):
    assert Catalog(catalog.path).concrete("bgpAPeerP") == catalog.concrete("bgpAPeerP")
