"""FRR's state becomes operational objects that the class catalog knows."""

from __future__ import annotations

import copy

from lab.apic import values
from lab.fabric import mo, report, resolve
from lab.fabric.model import Fabric, Fault
from lab.topology import Leaf
from tests import fabric_trees
from tests.catalog_check import catalog
from tests.fabric_trees import Floating

LEAVES = [Leaf(101, 1, "rack1"), Leaf(102, 1, "rack1")]
NEIGHBOR = {
    "remoteAs": 65003,
    "bgpState": "Established",
    "remoteRouterId": "192.168.2.1",
    "hostLocal": "192.168.2.201",
    "portLocal": 179,
    "portForeign": 40000,
    "bgpTimerUpEstablishedEpoch": 1795263541,
    "bgpTimerHoldTimeMsecs": 3000,
    "bgpTimerKeepAliveIntervalMsecs": 1000,
    "connectionsEstablished": 2,
    "connectionsDropped": 1,
    "lastResetDueTo": "Hold Timer Expired",
    "addressFamilyInfo": {"ipv4Unicast": {"acceptedPrefixCounter": 2, "sentPrefixCounter": 9}},
}
STATE = {
    "neighbors": {"192.168.2.1": NEIGHBOR, "10.0.64.102": {**NEIGHBOR, "remoteAs": 65002}},
    "bfd": [
        {
            "peer": "192.168.2.1",
            "local": "192.168.2.201",
            "id": 7,
            "remote-id": 9,
            "status": "up",
            "detect-multiplier": 4,
        },
        {"peer": "192.168.2.2", "id": 8, "status": "shutdown", "detect-multiplier": 3},
    ],
    "ipv4": {
        "10.1.1.0/26": [
            {
                "protocol": "bgp",
                "selected": True,
                "distance": 20,
                "nexthops": [
                    {"ip": "192.168.2.1", "active": True},
                    {"ip": "10.0.64.102", "active": True, "recursive": True},
                    {"ip": "10.0.64.102", "active": True, "resolver": True, "interfaceName": "overlay"},
                ],
            }
        ],
        "10.1.2.0/26": [{"protocol": "bgp", "nexthops": [{"ip": "192.168.2.9", "active": True}]}],
        "192.168.2.0/24": [{"protocol": "connected", "selected": True, "nexthops": [{"interfaceName": "vlan310"}]}],
        "10.0.64.101/32": [{"protocol": "connected", "selected": True, "nexthops": [{"interfaceName": "overlay"}]}],
        "192.168.2.254/32": [
            {"protocol": "connected", "selected": True, "nexthops": [{"interfaceName": "vlan310-gw"}]}
        ],
    },
    "ipv6": {
        "fd00:10::/64": [
            {
                "protocol": "bgp",
                "selected": True,
                "distance": 200,
                "nexthops": [{"ip": "fd00:ac1::a00:4066", "active": True, "recursive": True}],
            }
        ]
    },
}
DOMAIN = "topology/pod-1/node-101/sys/bgp/inst/dom-k8s:prod"


def fabric() -> Fabric:
    return resolve.build(mo.parse(Floating().tree()))


def objects(cut=()) -> dict[str, tuple[str, dict]]:
    found = report.objects(fabric(), LEAVES, {201: 1}, {(101, "k8s:prod"): STATE}, cut)
    return {body["attributes"]["dn"]: (cls, body["attributes"]) for item in found for cls, body in item.items()}


def test_every_object_has_a_name_and_properties_that_the_catalog_knows():
    model = catalog()
    for dn, (cls, attributes) in objects().items():
        assert model.parse_dn(dn)[-1][0] == cls
        for name, value in attributes.items():
            if name != "dn":
                values.canonical(model.properties(cls)[name], value)


def test_a_session_is_below_the_range_it_came_from():
    cls, entry = objects()[f"{DOMAIN}/peer-[192.168.2.0/24]/ent-[192.168.2.1]"]
    assert cls == "bgpPeerEntry"
    assert {name: entry[name] for name in ("operSt", "type", "lastFlapTs", "holdIntvl", "connDrop")} == {
        "operSt": "established",
        "type": "ebgp",
        "lastFlapTs": "2026-11-21T12:19:01.000+00:00",
        "holdIntvl": "3",
        "connDrop": "1",
    }


def test_a_bfd_session_says_whom_it_watches_and_how_that_is():
    sessions = [attributes for cls, attributes in objects().values() if cls == "bfdSess"]
    assert [(one["vrfName"], one["destAddr"], one["operSt"]) for one in sessions] == [
        ("k8s:prod", "192.168.2.1", "up"),
        ("k8s:prod", "192.168.2.2", "admin-down"),
    ]


def test_prefix_counts_are_per_address_family():
    _, counts = objects()[f"{DOMAIN}/peer-[192.168.2.0/24]/ent-[192.168.2.1]/af-ipv4-ucast"]
    assert (counts["acceptedPaths"], counts["pfxSent"]) == ("2", "9")


def test_the_reason_of_the_last_reset_is_told():
    _, events = objects()[f"{DOMAIN}/peer-[192.168.2.0/24]/ent-[192.168.2.1]/ev"]
    assert events["majErrRstSent"] == "hold-timer-exp"


def test_the_fabrics_own_sessions_are_not_the_vrfs():
    assert not [dn for dn in objects() if "ent-[10.0.64.102]" in dn]


def test_next_hops_on_other_leaves_are_their_teps_in_the_overlay():
    route = "topology/pod-1/node-101/sys/uribv4/dom-k8s:prod/db-rt/rt-[10.1.1.0/26]"
    assert sorted(dn.removeprefix(route) for dn in objects() if dn.startswith(f"{route}/")) == [
        "/nh-[bgp-65002]-[10.0.64.102/32]-[unspecified]-[overlay-1]",
        "/nh-[bgp-65002]-[192.168.2.1/32]-[unspecified]-[k8s:prod]",
    ]


def test_an_ipv6_next_hop_on_another_leaf_is_its_ipv4_tep():
    (hop,) = [dn for dn in objects() if "uribv6" in dn and "/nh-[" in dn]
    assert hop.endswith("rt-[fd00:10::/64]/nh-[bgp-65002]-[::ffff:10.0.64.102/128]-[unspecified]-[overlay-1]")


def test_a_nodes_address_that_another_leaf_told_is_an_internal_next_hop():
    state = copy.deepcopy(STATE)
    state["ipv4"]["10.1.1.0/26"][0].update(distance=200, nexthops=[{"ip": "192.168.2.9", "active": True}])
    found = report.objects(fabric(), LEAVES, {201: 1}, {(101, "k8s:prod"): state}, ())
    (hop,) = [body["attributes"] for item in found for body in item.values() if "192.168.2.9" in str(body)]
    assert (hop["addr"], hop["vrf"], hop["routeType"]) == ("192.168.2.9/32", "k8s:prod", "ibgp")


def test_only_selected_routes_are_told_and_none_of_the_labs_plumbing():
    prefixes = {attributes["prefix"] for cls, attributes in objects().values() if cls == "uribv4Route"}
    assert prefixes == {"10.1.1.0/26", "192.168.2.0/24"}


def test_a_leaf_that_is_cut_off_is_inactive_and_has_nothing_below_it():
    found = objects(cut={101})
    assert found["topology/pod-1/node-101"][1]["fabricSt"] == "inactive"
    assert not [dn for dn in found if dn.startswith("topology/pod-1/node-101/")]


def test_a_fault_of_an_undeployed_svi_lives_on_its_leaf_and_keeps_its_time():
    (first, *_) = resolve.build(mo.parse(Floating(vlan=500).tree())).faults
    dn = report.fault_dn(first, {101: 1})
    assert dn == (
        "topology/pod-1/node-101/local/svc-policyelem-id-0/resPolCont/rtdOutCont/rtdOutDef-[uni/tn-k8s/out-prod]"
        "/node-101/dyatt-[uni/phys-k8s]/nwissues/fault-F0467"
    )
    assert catalog().class_of(dn) == "faultInst"
    (made,) = report.faults([first], {101: 1}, {dn: "2026-11-21T12:00:00.000+00:00"})
    attributes = made["faultInst"]["attributes"]
    assert (attributes["code"], attributes["created"]) == ("F0467", "2026-11-21T12:00:00.000+00:00")
    assert (attributes["delegated"], attributes["rule"]) == ("yes", "fv-nw-issues-config-failed")
    model = catalog()
    for name, value in attributes.items():
        if name != "dn":
            values.canonical(model.properties("faultInst")[name], value)


def test_a_fault_without_a_leaf_is_below_its_object():
    fault = Fault("F1020", "resolution-failed", "minor", "uni/tn-k8s/out-x/rsectx", "no VRF")
    assert report.fault_dn(fault, {}) == "uni/tn-k8s/out-x/rsectx/fault-F1020"


def test_the_ends_of_a_connection_that_is_not_there_are_left_empty():
    waiting = {**NEIGHBOR, "bgpState": "Connect", "hostLocal": "Unknown", "portLocal": -1, "portForeign": -1}
    state = {**STATE, "neighbors": {"192.168.2.1": waiting}}
    found = report.objects(fabric(), LEAVES, {}, {(101, "k8s:prod"): state}, ())
    (entry,) = [body["attributes"] for item in found for cls, body in item.items() if cls == "bgpPeerEntry"]
    assert (entry["operSt"], entry["localIp"], entry["localPort"]) == ("connect", "", "unspecified")


def test_a_vpc_is_a_path_below_its_pair_of_leaves():
    found = report.objects(resolve.build(mo.parse(fabric_trees.standard())), LEAVES, {}, {}, ())
    dns = {body["attributes"]["dn"]: cls for item in found for cls, body in item.items() if "Path" in cls}
    assert dns == {
        "topology/pod-1/protpaths-101-102": "fabricProtPathEpCont",
        "topology/pod-1/protpaths-101-102/pathep-[node1]": "fabricPathEp",
    }
