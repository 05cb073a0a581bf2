import pytest

from lab.apic.values import OutOfRange, Unreadable, canonical, default

CANONICAL = [
    ("trigAbsWindowP", "date", "2023-11-20T24:00:00", "2023-11-21T00:00:00.000+00:00"),
    ("ospfExtP", "areaId", "0", "backbone"),
    ("ospfExtP", "areaId", "0.0.0.0", "backbone"),
    ("ospfExtP", "areaId", "10", "0.0.0.10"),
    ("ospfExtP", "areaId", "0.0.1.1", "0.0.1.1"),
    ("bgpPeerP", "ctrl", "dis-peer-as-check,as-override", "as-override,dis-peer-as-check"),
    ("bgpPeerP", "ctrl", "", ""),
    ("l3extSubnet", "scope", "import-security,import-rtctrl", "import-rtctrl,import-security"),
    ("rtctrlMatchRtDest", "aggregate", "true", "yes"),
    ("rtctrlMatchRtDest", "aggregate", "no", "no"),
    ("vzEntry", "applyToFrag", "0", "no"),
    ("vzEntry", "applyToFrag", "1", "yes"),
    ("fvKeyPol", "startTime", "2026-01-01 00:00:00", "2026-01-01T00:00:00.000+00:00"),
    ("fvKeyPol", "startTime", "2026-01-01T00:00:00.25Z", "2026-01-01T00:00:00.250+00:00"),
    ("fvRogueExceptionMac", "mac", "aa-bb-cc-dd-ee-22", "AA:BB:CC:DD:EE:22"),
    ("fvnsVsanEncapBlk", "from", "vsan-300", "vsan-300"),
    ("vzEntry", "dToPort", "443", "https"),
    ("vzEntry", "dToPort", "8443", "8443"),
    ("l3extVirtualLIfP", "mtu", "inherit", "inherit"),
    ("l3extVirtualLIfP", "mtu", "9000", "9000"),
    ("l3extVirtualLIfP", "addr", "192.168.2.201/24", "192.168.2.201/24"),
    ("l3extVirtualLIfP", "addr", "2001:DB8:0::1/64", "2001:db8::1/64"),
    ("l3extVirtualLIfP", "mac", "00:22:bd:f8:19:ff", "00:22:BD:F8:19:FF"),
    ("l3extVirtualLIfP", "encap", "vlan-310", "vlan-310"),
    ("bgpAsP", "asn", "4200000000", "4200000000"),
    ("bgpCtxPol", "holdIntvl", "0", "0"),
    ("bgpCtxPol", "holdIntvl", "3", "3"),
]
UNREADABLE = [
    ("bgpPeerP", "ctrl", "as-overide"),
    ("bgpPeerP", "adminSt", "on"),
    ("rtctrlMatchRtDest", "aggregate", "maybe"),
    ("l3extVirtualLIfP", "addr", "192.168.2.999/24"),
    ("l3extVirtualLIfP", "encap", "vlan-4095"),
    ("l3extVirtualLIfP", "encap", "310"),
    ("l3extVirtualLIfP", "mac", "0022.bdf8.19ff"),
    ("bgpAsP", "asn", "4294967296"),
    ("fvKeyPol", "startTime", "tomorrow"),
    ("fvnsVsanEncapBlk", "from", "vsan-4095"),
    ("bgpAsP", "asn", "AS65003"),
    ("l3extRsNodeL3OutAtt", "rtrId", "2001:db8::1"),
]
OUT_OF_RANGE = [
    ("bgpCtxPol", "holdIntvl", "2"),
    ("bgpCtxPol", "holdIntvl", "3601"),
    ("bgpCtxAfPol", "maxEcmp", "65"),
    ("l3extVirtualLIfP", "mtu", "9217"),
    ("bgpAsP", "asn", "0"),
    ("fvTenant", "name", "a b"),
    ("fvTenant", "name", "ab\n"),
    ("fvTenant", "name", "x" * 65),
    ("tagAnnotation", "value", "a<b"),
    ("tagAnnotation", "value", ""),
]
DEFAULTS = [
    ("bgpPeerP", "ttl", "1"),
    ("bgpPeerP", "ctrl", ""),
    ("bgpPeerP", "weight", "0"),
    ("bgpPeerP", "extMngdBy", ""),
    ("l3extOut", "enforceRtctrl", "export"),
    ("l3extOut", "targetDscp", "unspecified"),
    ("l3extLNodeP", "tag", "yellow-green"),
    ("vzProvSubjLbl", "tag", "yellow-green"),
    ("ospfExtP", "areaId", "0.0.0.1"),
    ("l3extVirtualLIfP", "mac", "00:22:BD:F8:19:FF"),
    ("l3extVirtualLIfP", "llAddr", "::"),
    ("l3extVirtualLIfP", "addr", "0.0.0.0"),
    ("l3extRsDynPathAtt", "encap", "unknown"),
    ("rtctrlMatchRtDest", "aggregate", "no"),
    ("fvTenant", "modTs", "never"),
]


@pytest.mark.parametrize(("cls", "name", "text", "printed"), CANONICAL)
def test_a_value_is_kept_as_apic_prints_it(catalog, cls, name, text, printed):
    assert canonical(catalog.properties(cls)[name], text) == printed


@pytest.mark.parametrize(("cls", "name", "text"), UNREADABLE)
def test_a_value_of_another_type_is_not_read(catalog, cls, name, text):
    with pytest.raises(Unreadable):
        canonical(catalog.properties(cls)[name], text)


@pytest.mark.parametrize(("cls", "name", "text"), OUT_OF_RANGE)
def test_a_value_that_the_validators_exclude_is_refused(catalog, cls, name, text):
    with pytest.raises(OutOfRange):
        canonical(catalog.properties(cls)[name], text)


@pytest.mark.parametrize(("cls", "name", "printed"), DEFAULTS)
def test_a_property_that_is_not_set_shows_its_default(catalog, cls, name, printed):
    assert default(catalog.properties(cls)[name]) == printed


def test_every_default_of_the_classes_we_write_is_itself_acceptable(catalog):
    for cls in (
        "fvBD",
        "l3extOut",
        "l3extVirtualLIfP",
        "bgpPeerP",
        "bgpCtxPol",
        "bgpPeerPfxPol",
        "rtctrlCtxP",
        "bfdIfPol",
    ):
        for name, prop in catalog.properties(cls).items():
            if prop.configurable and not prop.naming and prop.default is not None:
                assert canonical(prop, default(prop)) == default(prop), f"{cls}.{name}"
