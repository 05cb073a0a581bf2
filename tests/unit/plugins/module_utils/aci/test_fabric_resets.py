"""Which sessions a change of the fabric resets."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.difference import Difference
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.resets import resets

PROFILE = "uni/tn-k8s/out-k8s-prod/lnodep-k8s-prod"
FLOATING = f"{PROFILE}/lifp-ipv4/vlifp-[topology/pod-1/node-101]-[vlan-3964]"
PEER = f"{FLOATING}/peerP-[192.168.2.0/24]"
PATH = f"{PROFILE}/lifp-ipv4/rspathL3OutAtt-[topology/pod-1/protpaths-101-102/pathep-[vpc-1]]"
DIGEST = f"{PEER}/annotationKey-[kubefabric.password-digest]"
FIRST = {"leaf": 101, "peer": "192.168.2.0/24"}


def modified(dn: str, **after: str) -> Difference:
    return Difference(modified=[dn], after={dn: after})


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Difference(created=[PEER]), [FIRST]),
        (Difference(deleted=[PEER]), [FIRST]),
        (modified(DIGEST, value="hmac-sha256:other"), [FIRST]),
        (Difference(deleted=[DIGEST]), [FIRST]),
        (modified(f"{PEER}/as", asn="65009"), [FIRST]),
        (Difference(created=[f"{PEER}/localasn"]), [FIRST]),
        (modified(PEER, ttl="2"), [FIRST]),
        (modified(FLOATING, addr="192.168.2.211/24"), [{"leaf": 101, "peer": None}]),
        (modified(PATH, encap="vlan-7"), [{"leaf": 101, "peer": None}, {"leaf": 102, "peer": None}]),
        (modified(f"{PATH}/mem-B", addr="192.168.2.211/24"), [{"leaf": 102, "peer": None}]),
        (Difference(created=[f"{PATH}/mem-A/peerP-[192.168.2.1]"]), [{"leaf": 101, "peer": "192.168.2.1"}]),
        (
            modified(f"{PROFILE}/rsnodeL3OutAtt-[topology/pod-1/node-101]", rtrId="1.1.1.9"),
            [{"leaf": 101, "peer": None}],
        ),
        (modified("uni/tn-k8s/out-k8s-prod/rsectx", tnFvCtxName="other"), [{"leaf": None, "peer": None}]),
        (modified("uni/fabric/bgpInstP-default/as", asn="65009"), [{"leaf": None, "peer": None}]),
    ],
)
def test_a_change_that_no_session_survives_names_its_sessions(found, expected):
    assert resets(found) == expected


@pytest.mark.parametrize(
    "found",
    [
        Difference(created=[DIGEST]),  # the first one: the password may be what it was
        modified(PEER, password="********"),  # sent again, without a digest that says whether it is another one
        modified(PEER, allowedSelfAsCnt="4", ctrl="as-override"),
        modified(FLOATING, descr="x"),
        modified("uni/tn-k8s/bgpCtxP-k8s-prod", holdIntvl="9"),
        modified("uni/tn-k8s/out-k8s-prod/instP-default", descr="x"),
    ],
)
def test_what_sessions_may_survive_names_none(found):
    assert resets(found) == []
