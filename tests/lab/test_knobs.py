"""The options of BGP that are off by default, on leaves that face real speakers."""

from __future__ import annotations

import time

import pytest

from lab.fabric import vty
from lab.fabric.instance import Instance
from lab.fabric.model import tunnel_address
from lab.hosts import switching
from tests import fabric_trees
from tests.fabric_trees import Floating
from tests.lab.conftest import LEAVES, LEAVES6, Rack

pytestmark = pytest.mark.lab

PER_NODE = {101: ("192.168.2.1", "192.168.2.2"), 102: ("192.168.2.1", "192.168.2.2"), 103: ("192.168.2.3",)}


def fabric(**changes: object) -> Floating:
    return Floating(leaves=LEAVES, **changes)  # type: ignore[arg-type]


def ask(rack: Rack, leaf: int, daemon: str, command: str) -> object:
    """What a daemon of a leaf answers."""
    return vty.ask_json(Instance(rack.lab, leaf, "k8s:prod").directory / f"{daemon}.vty", [command])[0]


def watched(rack: Rack, leaf: int) -> dict[str, tuple]:
    """BFD's peers on a leaf: state, intervals in ms, multiplier."""
    found = ask(rack, leaf, "bfdd", "show bfd peers json")
    return {
        peer["peer"]: (peer["status"], peer["transmit-interval"], peer["receive-interval"], peer["detect-multiplier"])
        for peer in found  # type: ignore[attr-defined]
    }


def reported_bfd(rack: Rack, leaf: int) -> dict[str, str]:
    """What a leaf's bfdSess objects say, by peer."""
    start = f"topology/pod-1/node-{leaf}/sys/bfd/inst/session-"
    return {mo["destAddr"]: mo["operSt"] for dn, mo in rack.objects().items() if dn.startswith(start)}


def path(rack: Rack, leaf: int, prefix: str) -> dict:
    """The best path of a prefix in a leaf's BGP table."""
    found = ask(rack, leaf, "bgpd", f"show bgp ipv4 unicast {prefix} json")
    paths = found.get("paths", [])  # type: ignore[attr-defined]
    return next((path for path in paths if path.get("bestpath", {}).get("overall")), {})


# -- BFD ----------------------------------------------------------------------------------------------


def test_bfd_comes_up_with_the_policys_intervals_and_notices_a_silent_leaf_long_before_the_hold_time(rack):
    rack.configure(fabric(peer_ctrl="bfd", bfd=(100, 150, 4), keepalive=10, hold=30))
    speaker = rack.speaker("node1", ["10.1.1.0/26"], bfd=True, hold=30)
    rack.established(101, "192.168.2.1")
    rack.eventually(lambda: watched(rack, 101).get("192.168.2.1") == ("up", 100, 150, 4), "BFD with the leaf")
    rack.eventually(lambda: watched(rack, 102).get("192.168.2.1", ("",))[0] == "up", "BFD with the other leaf")
    rack.eventually(lambda: reported_bfd(rack, 101) == {"192.168.2.1": "up"}, "the leaf to report it")
    begin = time.monotonic()
    switching.set_cut(rack.lab, {101})
    rack.eventually(lambda: speaker.session("192.168.2.201") != "Established", "the session to fall", timeout=3)
    assert time.monotonic() - begin < 3
    assert speaker.session("192.168.2.202") == "Established"


def test_without_bfd_the_hold_time_decides(rack):
    rack.configure(fabric(keepalive=10, hold=30))
    speaker = rack.speaker("node1", ["10.1.1.0/26"], hold=30)
    rack.established(101, "192.168.2.1")
    rack.eventually(lambda: speaker.session("192.168.2.201") == "Established", "the session")
    switching.set_cut(rack.lab, {101})
    with pytest.raises(TimeoutError):
        rack.eventually(lambda: speaker.session("192.168.2.201") != "Established", "the session to fall", timeout=4)


# -- one peer per node --------------------------------------------------------------------------------


def test_with_a_peer_per_node_those_are_established_and_a_stranger_is_not_let_in(rack):
    rack.configure(fabric(neighbors={**PER_NODE, 101: ("192.168.2.1",), 102: ("192.168.2.1",)}))
    rack.speaker("node1", ["10.1.1.0/26"])
    stranger = rack.speaker("node2", ["10.1.2.0/26"])
    for leaf in (101, 102):
        rack.established(leaf, "192.168.2.1", "192.168.2.1/32")
    rack.eventually(lambda: rack.routes(101).get("10.1.1.0/26") == {"192.168.2.1"}, "node1's prefix")
    assert stranger.session("192.168.2.201") != "Established"
    rack.configure(fabric(neighbors=PER_NODE))
    rack.established(101, "192.168.2.2", "192.168.2.2/32")


# -- extra rules --------------------------------------------------------------------------------------


def test_an_extra_rule_sets_preference_and_communities_of_what_it_matches_and_of_nothing_else(rack):
    prefer, policies = fabric_trees.tagging(
        0,
        ("10.1.0.0/16",),
        ("65003:200",),
        fabric_trees.mo("rtctrlSetPref", localPref=200),
        fabric_trees.mo("rtctrlSetComm", community="regular:as2-nn2:65002:300", setCriteria="append"),
        fabric_trees.mo("rtctrlSetAddComm", community="regular:as2-nn2:65002:301", setCriteria="append"),
    )
    deny, more = fabric_trees.tagging(1, ("10.1.2.64/26",), ())
    rack.configure(fabric(import_rules=(prefer, deny), policies=policies + more))
    rack.speaker("node1", ["10.1.1.0/26"], community="65003:200")
    rack.speaker("node2", ["10.1.2.0/26", "10.1.2.64/26"])
    rack.eventually(lambda: path(rack, 103, "10.1.1.0/26"), "the route on another leaf")
    rack.eventually(lambda: "10.1.2.0/26" in rack.routes(103), "the route without a community")
    for leaf in (101, 103):
        assert path(rack, leaf, "10.1.1.0/26")["community"]["list"] == ["65002:300", "65002:301", "65003:200"]
        assert path(rack, leaf, "10.1.1.0/26")["locPrf"] == 200
        assert path(rack, leaf, "10.1.2.0/26").get("locPrf", 100) == 100
        assert "community" not in path(rack, leaf, "10.1.2.0/26")
        assert "10.1.2.64/26" not in rack.routes(leaf)


def test_an_export_rule_s_communities_reach_the_nodes_only_where_leaves_send_them(rack):
    tag, policies = fabric_trees.tagging(
        0,
        ("10.1.3.0/24",),
        (),
        fabric_trees.mo("rtctrlSetComm", community="regular:as2-nn2:65002:400", setCriteria="replace"),
    )
    ctrl = "as-override,dis-peer-as-check"
    rack.configure(fabric(export_rules=(tag,), policies=policies, ctrl=f"{ctrl},send-com"))
    listener = rack.speaker("node1", [])
    rack.speaker("node3", ["10.1.3.0/26"], community="65003:1")

    def heard() -> list[str] | None:
        command = "show bgp ipv4 unicast 10.1.3.0/26 json"
        found = vty.ask_json(listener.directory / "bgpd.vty", [command])[0].get("paths", [])
        return found[0].get("community", {}).get("list", []) if found else None

    rack.eventually(lambda: heard() == ["65002:400"], "the leaves' community alone")
    rack.configure(fabric(export_rules=(tag,), policies=policies, ctrl=ctrl))
    rack.eventually(lambda: heard() == [], "the route without communities")


# -- next hops ----------------------------------------------------------------------------------------


def test_with_propagated_next_hops_other_leaves_see_the_nodes_and_all_of_them(rack):
    rack.configure(fabric(propagate=True, internal=(104,)))
    rack.speaker("node1", ["10.1.1.0/26", "10.1.7.7/32"])
    rack.speaker("node2", ["10.1.7.7/32"])
    both = {"192.168.2.1", "192.168.2.2"}
    for leaf in (103, 104):
        rack.eventually(lambda leaf=leaf: rack.routes(leaf).get("10.1.1.0/26") == {"192.168.2.1"}, "node1 as next hop")
        rack.eventually(lambda leaf=leaf: rack.routes(leaf).get("10.1.7.7/32") == both, "both nodes as next hops")
    # the leaf without an SVI finds the way to the nodes over the fabric: their network is on the border leaves
    teps = {tunnel_address(leaf) for leaf in LEAVES}
    (entry,) = ask(rack, 104, "zebra", "show ip route 10.1.1.0/26 json")["10.1.1.0/26"]  # type: ignore[index]
    assert {hop["ip"] for hop in entry["nexthops"] if hop.get("fib")} == teps
    rack.configure(fabric(internal=(104,)))
    border = {tunnel_address(leaf) for leaf in (101, 102)}
    for leaf in (103, 104):
        rack.eventually(lambda leaf=leaf: rack.routes(leaf).get("10.1.7.7/32") == border, "the border leaves again")


def test_ipv6_next_hops_are_propagated_too(rack):
    rack.configure(fabric(propagate=True, leaves6=LEAVES6))
    rack.speaker("node1", ["fd00:10:0:1::/64"], family="ipv6")
    rack.eventually(
        lambda: rack.routes(103, "ipv6").get("fd00:10:0:1::/64") == {"fd00:2::1"}, "node1 as next hop on 103"
    )
