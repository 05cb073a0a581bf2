"""A VRF's address-family policies of others, compared with the number of paths that the intent wants."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import ecmp
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.neighbours import Vrf
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.snapshot import Found, Snapshot
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import ancestor, shared, walk

VRF = Vrf("k8s", "prod", "uni/tn-k8s/out-a")
DN = "uni/tn-k8s/ctx-prod"


def tree(*families, width=32):
    names = {family: f"kubefabric-prod-{family}" for family in families}
    policies = [shared("bgpCtxAfPol", "a", name=name, maxEcmp=width, maxEcmpIbgp=width) for name in names.values()]
    relations = [
        shared("fvRsCtxToBgpCtxAfPol", "a", tnBgpCtxAfPolName=name, af=f"{family}-ucast")
        for family, name in names.items()
    ]
    return ancestor(
        "polUni", [ancestor("fvTenant", [*policies, ancestor("fvCtx", relations, name="prod")], name="k8s")]
    )


def relation(name="corp", af="ipv4-ucast", annotation=""):
    dn = f"{DN}/rsctxToBgpCtxAfPol-[{name}]-{af}"
    return Found(dn, ecmp.RELATION, {"tnBgpCtxAfPolName": name, "af": af, "annotation": annotation})


def policy(ebgp, ibgp, tenant="k8s", name="corp", annotation=""):
    values = {"maxEcmp": str(ebgp), "maxEcmpIbgp": str(ibgp), "annotation": annotation}
    return Found(f"uni/tn-{tenant}/bgpCtxAfP-{name}", ecmp.POLICY, values)


def wanted(found):
    return {dn for dn, mo in walk(found) if mo.present and mo.cls in (ecmp.POLICY, ecmp.RELATION)}


@pytest.mark.parametrize(
    ("found", "good"),
    [
        ([policy(32, 32)], True),
        ([policy(64, 64)], True),
        ([policy(32, 32, "common")], True),
        ([policy(16, 16), policy(64, 64, "common")], False),
        ([policy(32, 16)], False),
        ([policy(16, 32)], False),
        ([], False),
    ],
)
def test_a_policy_serves_with_as_many_paths_of_both_kinds(found, good):
    settled, obstacles = ecmp.settle(tree("ipv4"), Snapshot([relation(), *found]), VRF, adopt=False)
    assert (wanted(settled), not obstacles) == (set(), good)


def test_the_other_family_keeps_ours():
    settled, obstacles = ecmp.settle(tree("ipv4", "ipv6"), Snapshot([relation(), policy(64, 64)]), VRF, adopt=False)
    assert obstacles == []
    assert wanted(settled) == {
        "uni/tn-k8s/bgpCtxAfP-kubefabric-prod-ipv6",
        f"{DN}/rsctxToBgpCtxAfPol-[kubefabric-prod-ipv6]-ipv6-ucast",
    }


def test_a_policy_that_does_not_exist_allows_apics_default():
    (said,) = ecmp.settle(tree("ipv4"), Snapshot([relation()]), VRF, adopt=False)[1]
    assert "to bgpCtxAfP-corp, which does not exist, for ipv4-ucast" in said
    assert "has maxEcmp 16 and maxEcmpIbgp 16, where the intent wants 32 (bgp.ecmp)" in said


def test_what_is_ours_is_compared_as_ever():
    ours = "orchestrator:kubefabric"
    there = [
        relation("kubefabric-prod-ipv4", annotation=ours),
        policy(16, 16, name="kubefabric-prod-ipv4", annotation=ours),
    ]
    settled, obstacles = ecmp.settle(tree("ipv4"), Snapshot(there), VRF, adopt=False)
    assert (settled, obstacles) == (tree("ipv4"), [])


def test_a_policy_of_others_with_the_name_of_ours_keeps_its_values_or_is_adopted():
    there = Snapshot([policy(64, 48, name="kubefabric-prod-ipv4")])
    settled, obstacles = ecmp.settle(tree("ipv4"), there, VRF, adopt=False)
    (found,) = [mo for _dn, mo in walk(settled) if mo.cls == ecmp.POLICY]
    assert (found.attributes["maxEcmp"], found.attributes["maxEcmpIbgp"], obstacles) == ("64", "48", [])
    assert ecmp.settle(tree("ipv4"), there, VRF, adopt=True) == (tree("ipv4"), [])


def test_only_a_policy_that_the_tenant_lacks_is_asked_for():
    assert ecmp.queries(Snapshot([relation(), policy(1, 1)]), VRF) == []
    assert ecmp.queries(Snapshot([relation()]), VRF) == ["/api/mo/uni/tn-common/bgpCtxAfP-corp.json"]
    assert ecmp.queries(Snapshot([]), VRF) == []
