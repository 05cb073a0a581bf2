"""What a script on acitoolkit 0.4 does: a tenant with an application, a contract and an L3Out with BGP, twice."""

import collections
import collections.abc
import sys

import urllib3

collections.Sequence = collections.abc.Sequence  # acitoolkit 0.4 is older than Python 3.10
from acitoolkit import acitoolkit as aci  # noqa: E402

urllib3.disable_warnings()


def tenant() -> aci.Tenant:
    """Everything below tenant ``ak``."""
    top = aci.Tenant("ak")
    vrf, bd = aci.Context("v", top), aci.BridgeDomain("b", top)
    bd.add_context(vrf)
    aci.Subnet("s", bd).set_addr("10.1.1.1/24")
    epg = aci.EPG("e", aci.AppProfile("a", top))
    epg.add_bd(bd)
    contract = aci.Contract("c", top)
    aci.FilterEntry("http", parent=contract, etherT="ip", prot="tcp", dFromPort="80", dToPort="80")
    epg.provide(contract)
    _l3out(top, vrf, contract)
    return top


def _l3out(top: aci.Tenant, vrf: aci.Context, contract: aci.Contract) -> None:
    out = aci.OutsideL3("o", top)
    out.add_context(vrf)
    outside = aci.OutsideEPG("x", out)
    aci.OutsideNetwork("n", outside).set_addr("5.1.1.0/24")
    outside.consume(contract)
    layer2, layer3 = aci.L2Interface("if", "vlan", "5"), aci.L3Interface("l3")
    layer2.attach(aci.Interface("eth", "1", "101", "1", "15"))
    layer3.set_l3if_type("l3-port")
    layer3.set_addr("1.1.1.2/30")
    layer3.add_context(vrf)
    layer3.attach(layer2)
    bgp = aci.BGPSession("p", peer_ip="1.1.1.1", node_id="101")
    bgp.router_id = "172.1.1.1"
    bgp.attach(layer3)
    out.attach(bgp)


def main(url: str, password: str) -> None:
    """Build, read back, delete; an assertion fails where the controller does not do as expected."""
    session = aci.Session(url, "admin", password, verify_ssl=False, subscription_enabled=False)
    assert session.login().ok
    top = tenant()
    for _ in range(2):
        answer = top.push_to_apic(session)
        assert answer.ok, answer.text
    assert [item.name for item in aci.BridgeDomain.get(session, top)] == ["b"]
    (deep,) = aci.Tenant.get_deep(session, names=["ak"])
    found = {(type(child).__name__, child.name) for child in deep.get_children()}
    assert {("Context", "v"), ("AppProfile", "a"), ("OutsideL3", "o"), ("Contract", "c")} <= found, found
    top.mark_as_deleted()
    assert top.push_to_apic(session).ok
    assert "ak" not in [item.name for item in aci.Tenant.get(session)]


main(*sys.argv[1:3])
