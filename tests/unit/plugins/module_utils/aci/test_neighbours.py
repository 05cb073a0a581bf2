"""What is asked of others beside an L3Out."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.neighbours import Vrf, targets
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import Mo, ancestor

LEAF = "topology/pod-1/node-101"


def test_up_to_eight_vlans_are_looked_for_in_all_tenants() -> None:
    svis = [Mo("l3extVirtualLIfP", {"nodeDn": LEAF, "encap": f"vlan-{vlan}"}) for vlan in range(310, 319)]
    gone = Mo("l3extVirtualLIfP", {"nodeDn": LEAF, "encap": "vlan-300"}, present=False)
    tree = ancestor("polUni", [ancestor("fvTenant", [gone, *svis], name="k8s")])
    for tenant in ("k8s", "common"):
        asked = [item for item in targets(Vrf(tenant, "prod", "uni/tn-k8s/out-a"), tree)["uni"] if item.prop == "encap"]
        assert {item.dn for item in asked} == {f"vlan-{vlan}" for vlan in range(310, 318)}
        assert {item.cls for item in asked} == {"l3extVirtualLIfP", "l3extRsPathL3OutAtt", "fvRsPathAtt"}
