"""What speakers print becomes sessions and routes in one shape."""

from __future__ import annotations

import datetime
import json

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import bird_state, frr_state
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError

SESSION = {
    "peer": "192.168.2.201",
    "family": "ipv4",
    "state": "established",
    "remote_asn": 65002,
    "local_address": "192.168.2.1",
    "uptime": 20,
    "prefixes_received": 2,
    "prefixes_sent": 3,
    "bfd": "up",
    "listen": "",
    "last_down_reason": "",
}
ROUTE = {
    "prefix": "10.99.0.0/24",
    "family": "ipv4",
    "protocol": "bgp",
    "next_hops": [{"address": "192.168.2.201"}],
    "as_path": [65002, 65005],
    "best": True,
}
BIRD = """BIRD 2.0.12 ready.
Access restricted
Name       Proto      Table      State  Since         Info
device1    Device     ---        up     {since}

leaf_192_168_2_201 BGP        ---        up     {since}  Established
  BGP state:          Established
    Neighbor address: 192.168.2.201
    Neighbor AS:      65002
    Local AS:         65003
    Session:          external AS4
    Source address:   192.168.2.1
    Hold timer:       2.176/3
  Channel ipv4
    State:          UP
    Input filter:   leaves_in
    Routes:         2 imported, 3 exported, 1 preferred

workload_red_10_1_0_0_16 BGP        ---        start  {since}  Passive
  BGP state:          Passive
    Neighbor range:   10.1.0.0/16
    Neighbor AS:      65010

workload_red_10_1_0_0_16_1 BGP        ---        start  {since}  Active        Received: Hold timer expired
  BGP state:          Active
    Neighbor address: 10.1.0.5
    Neighbor AS:      65010
    Last error:       Received: Hold timer expired
"""
BIRD_BFD = """BIRD 2.0.12 ready.
bfd1:
IP address                Interface  State      Since         Interval  Timeout
192.168.2.201             bond0      Up         13:53:19.123    0.050    0.150
"""
BIRD_ROUTES = """BIRD 2.0.12 ready.
Table master4:
10.99.0.0/24         unicast [leaf_192_168_2_201 13:53:20.366] * (100) [AS65005i]
\tvia 192.168.2.201 on leaf1
\tType: BGP univ
\tBGP.as_path: 65002 65005
                     unicast [leaf_192_168_2_202 13:53:20.221] (100) [AS65005i]
\tvia 192.168.2.202 on leaf2
\tBGP.as_path: 65002 65005
"""
FRR = {
    "192.168.2.201": {
        "remoteAs": 65002,
        "bgpState": "Established",
        "hostLocal": "192.168.2.1",
        "bgpTimerUpEstablishedEpoch": 980,
        "peerBfdInfo": {"type": "single hop", "status": "Up"},
        "addressFamilyInfo": {"ipv4Unicast": {"acceptedPrefixCounter": 2, "sentPrefixCounter": 3}},
    }
}
FRR_ROUTES = {
    "routes": {
        "10.99.0.0/24": [{"bestpath": True, "path": "65002 65005", "nexthops": [{"ip": "192.168.2.201", "used": True}]}]
    }
}


def test_frr_s_neighbours_and_routes():
    outputs = {"neighbors": json.dumps(FRR), "ipv4": json.dumps(FRR_ROUTES), "ipv6": "{}"}
    assert frr_state.state(outputs, 1000) == {"sessions": [SESSION], "routes": [ROUTE]}


def test_of_an_ipv6_pair_of_next_hops_the_global_one_is_told_and_own_routes_are_not():
    pair = [{"ip": "fd00:2::fffd", "scope": "global"}, {"ip": "fe80::1", "scope": "link-local", "used": True}]
    own = {"peerId": "(unspec)", "bestpath": True, "nexthops": [{"ip": "::", "scope": "global", "used": True}]}
    learned = {"peerId": "fd00:2::fffd", "bestpath": True, "path": "65002", "nexthops": pair}
    table = {"routes": {"fd00:30::1/128": [own], "fd00:99::/64": [learned]}}
    (found,) = frr_state.state({"ipv6": json.dumps(table)}, 0)["routes"]
    assert (found["prefix"], found["next_hops"]) == ("fd00:99::/64", [{"address": "fd00:2::fffd"}])


def bird(now: float, since: str) -> dict:
    return bird_state.state({"protocols": BIRD.format(since=since), "bfd": BIRD_BFD, "routes": BIRD_ROUTES}, now)


def test_bird_s_neighbours_and_routes():
    now = datetime.datetime(2026, 11, 21, 13, 0, 20).timestamp()
    found = bird(now, "13:00:00.000")
    other = {"local_address": None, "uptime": None, "prefixes_received": None, "prefixes_sent": None}
    other |= {
        "bfd": None,
        "peer": "10.1.0.5",
        "remote_asn": 65010,
        "state": "active",
        "listen": "workload_red_10_1_0_0_16_1",
    }
    assert found["sessions"] == [SESSION, {**SESSION, **other, "last_down_reason": "Received: Hold timer expired"}]
    assert found["routes"] == [ROUTE, {**ROUTE, "next_hops": [{"address": "192.168.2.202"}], "best": False}]


@pytest.mark.parametrize(
    ("since", "seconds"),
    [("23:59:50.500", 20), ("00:00:05.000", 5), ("2026-11-20", 86410), ("2026-11-20 23:59:50", 20)],
)
def test_bird_s_times_are_of_today_or_yesterday_or_have_a_date(since, seconds):
    now = datetime.datetime(2026, 11, 21, 0, 0, 10, 600000).timestamp()
    assert bird(now, since)["sessions"][0]["uptime"] == seconds


CALICO_ROUTES = """BIRD v0.3.3+birdv1.6.8 ready.
10.99.0.0/24         via 192.168.2.201 on eth0 [Node_192_168_2_201 13:53:20] * (100/0) [AS65005i]
\tType: BGP unicast univ
\tBGP.origin: IGP
\tBGP.as_path: 65002 65005
\tBGP.next_hop: 192.168.2.201
                     via 192.168.2.202 on eth0 [Node_192_168_2_202 13:53:21 from 192.168.2.203] (100/0) [AS65005i]
\tBGP.as_path: 65002 65005
"""


def test_the_routes_of_calico_s_bird_have_their_next_hop_in_the_first_line():
    found = bird_state.state({"routes": CALICO_ROUTES}, 0)["routes"]
    assert found == [ROUTE, {**ROUTE, "next_hops": [{"address": "192.168.2.202"}], "best": False}]


def test_frr_without_bgp_has_no_sessions():
    assert frr_state.state({"neighbors": "% BGP instance not found\n"}, 0) == {"sessions": [], "routes": []}


def test_an_answer_of_frr_that_is_cut_off_is_an_error():
    with pytest.raises(NodeError, match=r"^FRR's answer about neighbors is not JSON: "):
        frr_state.state({"neighbors": '{"192.168'}, 0)
