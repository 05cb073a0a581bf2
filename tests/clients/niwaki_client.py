"""What a script on niwaki does: designs planned, pushed in both modes, planned again, and typed queries."""

import sys

from niwaki import Niwaki
from niwaki.design import design
from niwaki.models.fv.fvBD import fvBD


def desired() -> object:
    """A tenant with an application, and a VLAN pool, domain and AAEP."""
    top = design()
    infra = top.infra()
    infra.vlan_pool("nw", "static").range("vlan-100", "vlan-199")
    top.phys_dom("nw").bind(vlan_pool="nw")
    infra.aaep("nw").bind(domain="nw")
    tenant = top.tenant("nw")
    tenant.vrf("v")
    tenant.bd("b").set(unicast_routing=True).bind(vrf="v").subnet("10.0.1.1/24")
    tenant.filter("f").entry("rest", tcp=8080)
    tenant.contract("c").set(scope="vrf").subject("s").bind(filter="f")
    tenant.app("a").epg("e").bind(bd="b").provide("c")
    return top


def main(url: str, password: str, ca: str) -> None:
    """An assertion fails where the controller does not do as expected."""
    config = desired()
    with Niwaki(url, "admin", password, verify_ssl=ca) as aci:
        assert config.push(aci, mode="plan").creates
        config.push(aci, mode="strict")
        again = config.push(aci, mode="plan")
        assert not again.creates and not again.updates, again
        config.push(aci, mode="staged")
        assert aci.tenant("nw").bd("b").read().name == "b"
        assert len(aci.query(fvBD).where(arpFlood=False).under("uni/tn-nw").fetch()) == 1


main(*sys.argv[1:4])
