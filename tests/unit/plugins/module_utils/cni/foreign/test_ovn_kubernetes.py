"""FRRConfigurations of others that conflict with the plan's sessions: which are named, and which are not."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.foreign import findings
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.base.view import View
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.ovn_kubernetes import foreign as ovn_kubernetes
from tests.plans import plan

from .others import LEAF, found, item, names

OVN = {**plan(), "cni": "ovn_kubernetes"}
LITE = {"interface": "eth1", "attach": "host", "peers": [{"address": "10.9.0.1", "asn": 65020}]}
RED = {"subnets": ["10.8.0.0/16"], "namespaces": ["red"], "advertise": "own_vrf", "vrf_lite": LITE}
IN_VRF = {**OVN, "ovn_kubernetes": {"gateway_mode": "local", "networks": {"red": RED}}}


def frr(neighbor: dict, selector: dict | None = None, vrf: str = "", **more: object) -> dict:
    router = {"asn": 65003, **({"vrf": vrf} if vrf else {}), "neighbors": [{"address": LEAF, **neighbor}]}
    spec = {"nodeSelector": selector or {}, "bgp": {"routers": [router]}, **more}
    return item("FRRConfiguration", "theirs", spec, namespace="frr-k8s-system")


def merged(given: dict, *objects: dict) -> list:
    """Findings about FRRConfigurations beside this plan's."""
    live = [item("Node", name, {}) for name in given["nodes"]]
    return findings(given, {"configurations": list(objects)}, live, [])[0]


def own(given: dict, vrf: str = "", address: str = LEAF) -> dict:
    """A neighbour that says of the session what ours says, and lets nothing in or out."""
    said = ovn_kubernetes.ours_of(View(given, {}, [])).neighbors[vrf, address]["node1"]
    return {key: value for key, value in said.items() if key not in ("toReceive", "toAdvertise")}


@pytest.fixture
def same() -> dict:
    return own(OVN)


def test_a_configuration_that_only_announces_is_as_it_should_be(same):
    assert names("ovn_kubernetes", [frr({**same, "toAdvertise": {"allowed": {"mode": "all"}}})]) == []


def receiving(prefix: str, **more: int) -> dict:
    return {"toReceive": {"allowed": {"prefixes": [{"prefix": prefix, **more}]}}}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"toReceive": {"allowed": {"mode": "all"}}}, "takes every prefix from leaf 101"),
        (receiving("10.1.0.0/16", le=32), f"takes 10.1.0.0/16 le 32 from leaf 101 ({LEAF}), which lies in"),
        (receiving("10.1.4.0/24"), "networks of the cluster (pod)"),
        (receiving("10.96.0.0/12", ge=24), "networks of the cluster (service)"),
        (receiving("192.168.2.7/32"), "networks of the cluster (node)"),
        (receiving("192.168.3.0/24"), "networks of the cluster (external service)"),
        (receiving("0.0.0.0/0", le=32), "takes 0.0.0.0/0 le 32"),
        (receiving("0.0.0.0/0"), None),
        (receiving("0.0.0.0/0", le=8), None),
        (receiving("10.0.0.0/8", le=12), None),
        (receiving("2001:db8::/32", le=128), None),
        (receiving("nonsense"), None),
        ({"asn": 65009}, "other values of asn for"),
        ({"asn": 0, "dynamicASN": "external"}, "other values of asn, dynamicASN for"),
        ({"localASN": 65100}, "other values of localASN for"),
        ({"holdTime": "90s"}, "other values of holdTime for"),
        ({"ebgpMultiHop": True}, "other values of ebgpMultiHop for"),
        ({"sourceaddress": "192.0.2.9"}, "other values of sourceaddress for"),
        ({"dualStackAddressFamily": True}, "other values of dualStackAddressFamily for"),
        ({"disableMP": True}, None),  # without effect in these releases
        ({"port": 179}, None),
        ({"passwordSecret": {}, "password": "x"}, None),
        ({"passwordSecret": {}, "password": ""}, "other values of password for"),
        ({"bfdProfile": "theirs"}, "brings BFD (profile theirs) into the session with leaf 101"),
        ({"enableGracefulRestart": False}, "another enableGracefulRestart for leaf 101"),
        ({"toAdvertise": {"nextHop": {"ipv4": "192.0.2.9"}}}, "sets the next hop 192.0.2.9 of all routes announced"),
    ],
)
def test_a_configuration_that_lets_in_more_or_says_something_else_is_named(same, more, said):
    given = found("ovn_kubernetes", [frr({**same, **more})])
    assert [one.name for one in given] == (["FRRConfiguration frr-k8s-system/theirs"] if said else [])
    assert all(said in one.what for one in given)


def test_what_ours_receives_too_is_no_finding():
    rule = {"prefix": "172.20.0.0/16", "le": 24}
    given = {**OVN, "ovn_kubernetes": {"receive": [rule]}, "networks": {**OVN["networks"], "node": ["172.20.0.0/20"]}}
    assert merged(given, frr({**own(given), **receiving("172.20.0.0/16", le=24)})) == []
    assert len(merged(given, frr({**own(given), **receiving("172.20.0.0/16", le=25)}))) == 1


def test_where_ours_disables_multiprotocol_theirs_has_to():
    given = {**OVN, "ovn_kubernetes": {"version": "1.3.0"}}
    assert merged(given, frr(own(given))) == []
    (one,) = merged(given, frr({**own(given), "disableMP": False}))
    assert "other values of disableMP for" in one.what


def test_of_two_bfd_profiles_the_names_and_of_one_name_the_values_have_to_be_the_same():
    bgp = {"bfd": True, "bfd_min_rx": 50, "bfd_min_tx": 50, "bfd_multiplier": 3}
    given = {**OVN, "l3out": {**OVN["l3out"], "bgp": {**OVN["l3out"].get("bgp", {}), **bgp}}}
    assert own(given)["bfdProfile"] == "kubefabric"
    assert merged(given, frr(own(given))) == []
    assert merged(given, frr({**own(given), "bfdProfile": ""})) == []  # ours stays
    (one,) = merged(given, frr({**own(given), "bfdProfile": "theirs"}))
    assert "other values of bfdProfile for" in one.what
    other = item("FRRConfiguration", "x", {"bgp": {"bfdProfiles": [{"name": "kubefabric", "detectMultiplier": 9}]}})
    (one,) = merged(given, other)
    assert "its BFD profile kubefabric has other values than ours" in one.what


def router(**given: object) -> dict:
    return item("FRRConfiguration", "x", {"bgp": {"routers": [{"asn": 65003, **given}]}})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (router(asn=65009), "it says AS 65009 for the default VRF and ours AS 65003, and FRR-K8s refuses"),
        (router(id="192.0.2.1"), "it says router ID 192.0.2.1 for the default VRF of node1 and ours 192.168.2.1"),
        (router(asn=65009, vrf="red"), "it says AS 65009 for VRF red and ours AS 65003"),
        (router(id="192.0.2.1", vrf="red"), "it says router ID 192.0.2.1 for VRF red of node1"),
        (router(asn=65009, vrf="blue"), None),
        (router(prefixes=["192.168.3.0/24"]), None),
        (item("FRRConfiguration", "x", {"raw": {"rawConfig": "router bgp 65003\n"}}), "its raw.rawConfig is added"),
        (item("FRRConfiguration", "x", {"raw": {"priority": 5}}), None),
        (item("FRRConfiguration", "x", {}), None),
    ],
)
def test_a_configuration_without_our_neighbours_may_still_be_refused_or_change_them(given, said):
    told = merged(IN_VRF, given)
    assert [one.name for one in told] == (["FRRConfiguration x"] if said else [])
    assert all(said in one.what for one in told)
    given["spec"]["nodeSelector"] = {"matchLabels": {"edge": "yes"}}
    assert merged(IN_VRF, given) == []


def test_a_router_id_of_one_node_is_held_against_that_node_s():
    mine = router(id="192.168.2.2")
    mine["spec"]["nodeSelector"] = {"matchLabels": {"kubernetes.io/hostname": "node2"}}
    assert merged(OVN, mine) == []
    mine["spec"]["nodeSelector"] = {"matchLabels": {"kubernetes.io/hostname": "node3"}}
    assert len(merged(OVN, mine)) == 1


def test_a_neighbour_of_ours_in_a_vrf_is_held_against_ours():
    fine = own(IN_VRF, "red", "10.9.0.1")
    assert merged(IN_VRF, frr(fine, vrf="red")) == []
    (one,) = merged(IN_VRF, frr({**fine, "holdTime": "90s"}, vrf="red"))
    assert "other values of holdTime for 10.9.0.1 in VRF red" in one.what
    (one,) = merged(IN_VRF, frr({**fine, **receiving("10.8.4.0/24")}, vrf="red"))
    assert "takes 10.8.4.0/24 from 10.9.0.1 in VRF red, which lies in networks of the cluster (network red)" in one.what


def test_a_configuration_of_other_nodes_vrfs_or_makers_is_not_named(same):
    harmful = {**same, "toReceive": {"allowed": {"mode": "all"}}}
    assert names("ovn_kubernetes", [frr(harmful, {"matchLabels": {"edge": "yes"}})]) == []
    assert names("ovn_kubernetes", [frr(harmful, vrf="red")]) == []
    assert names("ovn_kubernetes", [frr({**harmful, "address": "192.0.2.1"})]) == []
    generated = frr(harmful)
    generated["metadata"]["labels"] = {"k8s.ovn.org/route-advertisements": ""}
    assert names("ovn_kubernetes", [generated]) == []


@pytest.mark.parametrize("hold", ["3000ms", "3.9s", "0h0m3s"])
def test_a_duration_is_the_same_in_any_spelling(same, hold):
    assert names("ovn_kubernetes", [frr({**same, "holdTime": hold, "keepaliveTime": "0h0m1s"})]) == []
