"""An external router behind another L3Out learns a cluster's networks when, and only when, that L3Out exports them, and
reaches them when, and only when, the external EPGs have a contract.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import reachability
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import ancestor
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.tree import to_document
from lab.context import run
from lab.hosts.nodes import INTERFACE
from tests.fabric_trees import Floating, mo
from tests.lab.conftest import LEAVES, Rack
from tests.lab.speaker import Speaker

pytestmark = pytest.mark.lab

ROUTER, LEAF, FLOATING = "198.51.100.1", "198.51.100.254", "198.51.100.253"
CLUSTER = {leaf: LEAVES[leaf] for leaf in (101, 102)}  # the router stands alone in the rack of leaf 103
POD = {"kind": "pod", "prefix": "10.1.0.0/16", "aggregate": True}
TRANSIT = {"tenant": "k8s", "l3out": "internet", "external_epg": "all", "order": 9, "networks": [POD]}


class Fabric:
    """The cluster's L3Out and another one, ``internet``, on leaf 103; what ``transit`` adds to it is the builder's.

    ``security``: their external EPGs have subnets; ``contract``: and a contract with each other.
    """

    def __init__(self, *transit: dict, security: bool = False, contract: bool = False) -> None:
        self.transit, self.security, self.contract = transit, security, contract

    def tree(self) -> dict:
        """As Rack.configure wants it."""
        subnets = (("192.168.2.0/24", "import-security", ""),) if self.security else ()
        known = (("10.1.0.0/16", True), ("192.168.2.0/24", False))
        tree = Floating(leaves=CLUSTER, prefixes=known, subnets=subnets).tree()
        tenant = next(child["fvTenant"] for child in tree["polUni"]["children"] if "fvTenant" in child)
        destination = mo("rtctrlMatchRtDest", ip=POD["prefix"], aggregate="yes")
        tenant["children"] += [mo("rtctrlSubjP", destination, name="prod-pod"), self._internet()]
        if self.contract:
            subject = mo("vzSubj", mo("vzRsSubjFiltAtt", tnVzFilterName="default"), name="any")
            tenant["children"].append(mo("vzBrCP", subject, name="web"))
            l3out = next(child["l3extOut"] for child in tenant["children"] if "l3extOut" in child)
            group = next(child["l3extInstP"] for child in l3out["children"] if "l3extInstP" in child)
            group["children"].append(mo("fvRsProv", tnVzBrCPName="web"))
        return tree

    def _internet(self) -> dict:
        peer = mo("bgpPeerP", mo("bgpAsP", asn=65100), addr=ROUTER)
        svi = mo(
            "l3extVirtualLIfP",
            mo("l3extRsDynPathAtt", tDn="uni/phys-k8s", floatingAddr=f"{FLOATING}/24"),
            peer,
            nodeDn="topology/pod-1/node-103",
            encap="vlan-310",
            addr=f"{LEAF}/24",
            ifInstT="ext-svi",
        )
        node = mo("l3extRsNodeL3OutAtt", tDn="topology/pod-1/node-103", rtrId="1.1.1.103")
        return mo(
            "l3extOut",
            mo("l3extRsEctx", tnFvCtxName="prod"),
            mo("l3extRsL3DomAtt", tDn="uni/l3dom-k8s"),
            mo("bgpExtP"),
            mo("l3extLNodeP", node, mo("l3extLIfP", svi, name="router"), name="leaves"),
            mo("l3extInstP", *self._everybody(), name="all"),
            *self._added(),
            name="internet",
        )

    def _everybody(self) -> list[dict]:
        subnet = [mo("l3extSubnet", ip="0.0.0.0/0", scope="import-security")] if self.security else []
        return [*subnet, *([mo("fvRsCons", tnVzBrCPName="web")] if self.contract else [])]

    def _added(self) -> list[dict]:
        l3out = {"cluster": "prod", "name": "prod", "tenant": "k8s"}
        reach = {**reachability.NOTHING, "transit": list(self.transit)}
        tenants = reachability.tenants({**l3out, "reachability": reach})
        text = json.dumps(to_document(ancestor("polUni", reachability.merged(tenants))))
        found = json.loads(text)["polUni"].get("children", [])
        inside = [child for tenant in found for child in tenant["fvTenant"]["children"]]
        return [child for other in inside for child in other["l3extOut"]["children"] if "rtctrlProfile" in child]


@pytest.fixture
def outside(rack: Rack) -> Iterator[Speaker]:
    """FRR on the machine that stands in the rack of leaf 103, with an address of the other L3Out."""
    namespace = rack.lab.node_namespace("test", "node3")
    run(["ip", "address", "replace", f"{ROUTER}/24", "dev", INTERFACE], namespace=namespace)
    rack.speakers["node3"] = Speaker(rack.lab, "test", "node3", asn=65100, password="")
    yield rack.speakers["node3"].start([LEAF], ["203.0.113.0/24"])
    run(["ip", "address", "delete", f"{ROUTER}/24", "dev", INTERFACE], namespace=namespace)


def test_the_outside_learns_the_clusters_networks_only_while_the_other_l3out_exports_them(rack, outside):
    rack.configure(Fabric())
    rack.speaker("node1", ["10.1.1.0/26", "192.168.2.254/32"])
    rack.eventually(lambda: outside.session(LEAF) == "Established", "the router's session")
    rack.eventually(lambda: "10.1.1.0/26" in rack.routes(103), "the pod's route on the router's leaf")
    rack.eventually(lambda: "203.0.113.0/24" in rack.routes(101), "the outside on the cluster's leaf")
    assert outside.routes() == {}

    rack.configure(Fabric(TRANSIT))
    rack.eventually(lambda: outside.routes() == {"10.1.1.0/26": {LEAF}}, "the pods outside, and nothing else")
    rack.speakers["node1"].announce(["10.1.2.0/26"])
    rack.eventually(lambda: set(outside.routes()) == {"10.1.1.0/26", "10.1.2.0/26"}, "a new pod block outside")

    rack.configure(Fabric())
    rack.eventually(lambda: outside.routes() == {}, "nothing outside")
    assert outside.session(LEAF) == "Established"


def reaches(rack: Rack, node: str, address: str) -> bool:
    """Does a node get an answer to a ping?"""
    try:
        run(["ping", "-c1", "-W1", address], namespace=rack.lab.node_namespace("test", node))
    except RuntimeError:
        return False
    return True


@pytest.mark.usefixtures("outside")
def test_without_a_contract_nothing_passes_between_the_outside_and_the_nodes(rack):
    way = ["192.168.2.0/24", "via", LEAF]
    run(["ip", "route", "replace", *way], namespace=rack.lab.node_namespace("test", "node3"))
    rack.configure(Fabric(security=True, contract=True))
    rack.eventually(lambda: reaches(rack, "node1", ROUTER), "the router to answer the node")
    rack.configure(Fabric(security=True))
    rack.eventually(lambda: not reaches(rack, "node1", ROUTER), "silence")
    assert reaches(rack, "node1", "192.168.2.2"), "members of one external EPG need no contract"
    rack.configure(Fabric(security=True, contract=True))
    rack.eventually(lambda: reaches(rack, "node1", ROUTER), "the router to answer again")
