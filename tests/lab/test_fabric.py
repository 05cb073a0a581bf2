"""The leaves against real BGP speakers on nodes: what a rack would refuse is refused here, too."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lab.context import run, start_process, stop_process
from lab.fabric import vty
from lab.fabric.instance import DAEMONS, Instance
from lab.fabric.model import tunnel_address
from lab.hosts import switching
from tests.fabric_trees import Floating
from tests.lab.conftest import LEAVES, LEAVES6, Rack
from tests.lab.speaker import Speaker

pytestmark = pytest.mark.lab


def fabric(**changes: object) -> Floating:
    return Floating(leaves=LEAVES, **changes)  # type: ignore[arg-type]


def node(rack: Rack, name: str) -> str:
    return rack.lab.node_namespace("test", name)


def counter(namespace: str, name: str) -> int:
    """A counter of /proc/net/netstat (TcpExt) in a namespace."""
    lines = run(["cat", "/proc/net/netstat"], namespace=namespace).splitlines()
    return int(dict(zip(lines[0].split(), lines[1].split()))[name])


# -- sessions -----------------------------------------------------------------------------------------


def test_with_the_right_password_and_as_sessions_are_established_and_known_prefixes_accepted(rack):
    rack.configure(fabric())
    rack.speaker("node1", ["10.1.1.0/26", "0.0.0.0/0", "172.16.0.0/16", "192.168.2.254/32"])
    for leaf in (101, 102):
        rack.established(leaf, "192.168.2.1")
        rack.eventually(lambda leaf=leaf: "10.1.1.0/26" in rack.routes(leaf), "the pod prefix")
        assert rack.routes(leaf)["10.1.1.0/26"] == {"192.168.2.1"}
        unwanted = {"0.0.0.0/0", "172.16.0.0/16", "192.168.2.254/32"}
        assert not unwanted & set(rack.routes(leaf))
    entry = rack.session(101, "192.168.2.1")
    assert (entry["localIp"], entry["type"], entry["holdIntvl"], entry["kaIntvl"]) == (
        "192.168.2.201",
        "ebgp",
        "3",
        "1",
    )


def test_without_import_enforcement_a_default_route_is_accepted(rack):
    rack.configure(fabric(enforce="export"))
    rack.speaker("node1", ["0.0.0.0/0"])
    rack.eventually(lambda: rack.routes(101).get("0.0.0.0/0") == {"192.168.2.1"}, "the default route")


def test_a_wrong_password_leaves_the_session_down_and_no_entry_on_the_leaf(rack):
    rack.configure(fabric())
    leaf = switching.leaf_namespace(rack.lab, 101, "k8s:prod")
    rack.speaker("node2", ["10.1.2.0/26"])
    rack.established(101, "192.168.2.2")
    before = counter(leaf, "TCPMD5Failure")
    speaker = rack.speaker("node1", ["10.1.1.0/26"], password="wrong")
    rack.eventually(lambda: counter(leaf, "TCPMD5Failure") > before + 1, "segments with a wrong digest")
    assert speaker.session("192.168.2.201") != "Established"
    assert rack.session(101, "192.168.2.1") == {}


def test_a_wrong_as_is_refused(rack):
    rack.configure(fabric())
    speaker = rack.speaker("node1", ["10.1.1.0/26"], asn=65099)

    def notification() -> str:
        found = vty.ask_json(speaker.directory / "bgpd.vty", ["show bgp neighbors json"])[0]
        return found["192.168.2.201"].get("lastNotificationReason", "")

    rack.eventually(lambda: "Bad Peer AS" in notification(), "the leaf's refusal")
    assert rack.session(101, "192.168.2.1").get("operSt") != "established"


def test_ten_changes_of_the_password_bring_every_session_back_on_every_leaf(rack):
    """Nodes first and leaves first by turns: a node that changes first leaves its old key behind on its leaves."""
    rack.configure(fabric())
    sessions = [(leaf, f"192.168.2.{number}") for leaf, number in ((101, 1), (102, 1), (101, 2), (102, 2), (103, 3))]
    speakers = [rack.speaker(f"node{number}", [f"10.1.{number}.0/26"]) for number in (1, 2, 3)]
    for leaf, peer in sessions:
        rack.established(leaf, peer)
    for turn in range(10):
        before = [rack.connection(*session) for session in sessions]
        _rotate(rack, speakers, f"n3w-{turn}", nodes_first=turn % 2 == 0)
        for (leaf, peer), connection in zip(sessions, before, strict=True):
            _new_session(rack, leaf, peer, connection)


def _rotate(rack: Rack, speakers: list[Speaker], password: str, nodes_first: bool) -> None:
    if not nodes_first:
        rack.configure(fabric(password=password))
        rack.eventually(lambda: speakers[0].session("192.168.2.201") != "Established", "the old password to fail")
    for speaker in speakers:
        speaker.change_password(password)
    if nodes_first:
        rack.configure(fabric(password=password))


def _new_session(rack: Rack, leaf: int, peer: str, before: tuple[str, str]) -> None:
    def is_new() -> bool:
        up = rack.session(leaf, peer).get("operSt") == "established"
        return up and rack.connection(leaf, peer) not in (before, ("", ""))

    rack.eventually(is_new, f"a new session of {peer} with {leaf}")


def test_a_session_that_frr_has_lost_track_of_is_closed(rack):
    """FRR deletes the neighbour with the first connection, and keeps the session of the second: no command shows it."""
    rack.configure(fabric())
    program = Path(__file__).with_name("connect_twice.py")
    command = ["ip", "netns", "exec", node(rack, "node1"), sys.executable, str(program), "192.168.2.201", "s3cret"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as twice:
        try:
            rack.eventually(lambda: twice.poll() is not None, "the leaf to close it")
        finally:
            twice.kill()
        assert "closed a session with 192.168.2.1 " in rack.lab.file("logs", "fabric.log").read_text(), (
            twice.stderr.read()
        )


def test_a_change_of_policy_does_not_reset_sessions(rack):
    rack.configure(fabric(ecmp=64))
    rack.speaker("node1", ["10.1.1.0/26"])
    for leaf in (101, 102):
        rack.eventually(lambda leaf=leaf: "10.1.1.0/26" in rack.routes(leaf), f"the pod prefix on {leaf}")
    before = rack.connection(101, "192.168.2.1")
    rack.configure(fabric(ecmp=None, prefixes=(("10.1.2.0/24", True),)))
    rack.eventually(lambda: "10.1.1.0/26" not in rack.routes(101), "the narrower import policy")
    rack.unbroken(101, "192.168.2.1", before)


# -- routes -------------------------------------------------------------------------------------------


def test_with_reflectors_other_leaves_learn_a_route_with_the_border_leaves_as_next_hops(rack):
    rack.configure(fabric())
    rack.speaker("node1", ["10.1.1.0/26"])
    rack.eventually(
        lambda: rack.routes(103).get("10.1.1.0/26") == {tunnel_address(101), tunnel_address(102)},
        "the route on leaf 103",
    )


def test_without_a_reflector_policy_routes_stay_on_the_leaf_that_learned_them(rack):
    rack.configure(fabric(reflectors=()))
    rack.speaker("node1", ["10.1.1.0/26"])
    rack.speaker("node3", ["10.1.3.0/26"])
    rack.established(103, "192.168.2.3")
    rack.eventually(lambda: set(rack.routes(101)) == {"10.1.1.0/26"}, "only the own rack's route on 101")
    rack.eventually(lambda: set(rack.routes(103)) == {"10.1.3.0/26"}, "only the own rack's route on 103")


def test_nodes_of_one_as_hear_each_other_only_without_the_peer_as_check(rack):
    rack.configure(fabric(ctrl="as-override"))
    listener = rack.speaker("node3", ["10.1.3.0/26"])
    rack.speaker("node1", ["10.1.1.0/26"])
    rack.eventually(lambda: "10.1.1.0/26" in rack.routes(103), "the route on leaf 103")
    assert "10.1.1.0/26" not in listener.routes()
    rack.configure(fabric(ctrl="as-override,dis-peer-as-check"))
    rack.eventually(lambda: listener.routes().get("10.1.1.0/26") == {"192.168.2.203"}, "the route on node3")


def advertised(rack: Rack, leaf: int, peer: str) -> set[str]:
    """The pod and service prefixes that a leaf sends a node."""
    told = rack.told(leaf, f"show bgp ipv4 unicast neighbors {peer} advertised-routes json")
    return {prefix for prefix in json.loads(told)["advertisedRoutes"] if prefix.startswith("10.1.")}


def test_a_leaf_sends_no_node_the_routes_whose_best_path_it_has_from_that_node(rack):
    rack.configure(fabric())
    blocks = {number: f"10.1.{number}.0/26" for number in (1, 2, 3)}
    for number, block in blocks.items():
        rack.speaker(f"node{number}", [block, "10.1.7.7/32"] if number != 3 else [block])
    both = {"192.168.2.1", "192.168.2.2"}
    for leaf in (101, 102):
        rack.eventually(lambda leaf=leaf: rack.routes(leaf).get("10.1.7.7/32") == both, "both ways to the service")
        for number, other in ((1, 2), (2, 1)):
            peer, foreign = f"192.168.2.{number}", {blocks[other], blocks[3]}
            rack.eventually(
                lambda leaf=leaf, peer=peer, foreign=foreign: advertised(rack, leaf, peer) - {"10.1.7.7/32"} == foreign,
                f"leaf {leaf} to send {peer} the others' blocks alone",
                seen=lambda leaf=leaf, peer=peer: advertised(rack, leaf, peer),
            )
        # of the two nodes that announce the service, the one with the best path does not get it
        assert sum("10.1.7.7/32" in advertised(rack, leaf, peer) for peer in both) == 1
    rack.eventually(
        lambda: advertised(rack, 103, "192.168.2.3") == {blocks[1], blocks[2], "10.1.7.7/32"}, "node3's routes"
    )


def test_a_prefix_limit_with_action_reject_drops_the_excess_and_keeps_the_session(rack):
    rack.configure(fabric(limit=(3, "reject")))
    speaker = rack.speaker("node1", ["10.1.1.0/26", "10.1.1.64/26"])
    rack.established(101, "192.168.2.1")

    def pods() -> set[str]:
        return {prefix for prefix in rack.routes(101) if prefix.startswith("10.1.")}

    first = {"10.1.1.0/26", "10.1.1.64/26"}
    rack.eventually(lambda: pods() == first, "two prefixes")
    before = rack.connection(101, "192.168.2.1")
    speaker.announce([f"10.1.0.{number}/32" for number in range(4)])
    rack.eventually(lambda: any("F1215" in dn for dn in rack.objects("faults")), "the fault")
    rack.eventually(lambda: len(pods()) == 3, "three prefixes")
    assert first < pods()
    rack.unbroken(101, "192.168.2.1", before)


@pytest.mark.parametrize(("ecmp", "paths"), [(64, 18), (None, 16)])
def test_eighteen_equal_paths_are_installed_only_where_the_policy_allows_more_than_sixteen(rack, ecmp, paths):
    rack.configure(fabric(ecmp=ecmp))
    peers = [f"192.168.2.{number}" for number in range(21, 39)]
    inside = node(rack, "node1")
    for peer in peers:
        run(["ip", "address", "replace", f"{peer}/24", "dev", "bond0"], namespace=inside)
        _lone_speaker(rack, peer)
    try:
        for peer in peers:
            rack.established(101, peer)
        rack.eventually(lambda: len(rack.routes(101).get("10.1.7.7/32", ())) == paths, f"{paths} next hops")
    finally:
        for peer in peers:
            stop_process(rack.lab, f"lone.{peer}")
            run(["ip", "address", "del", f"{peer}/24", "dev", "bond0"], namespace=inside)


def _lone_speaker(rack: Rack, address: str) -> None:
    """A bgpd without zebra, bound to one address of node1, that announces 10.1.7.7/32 to leaf 101."""
    directory = rack.lab.file("lone", address, "bgpd.conf").parent
    leaf = "192.168.2.201"
    configuration = directory / "bgpd.conf"
    configuration.write_text(
        f"router bgp 65003\n bgp router-id {address}\n no bgp ebgp-requires-policy\n no bgp network import-check\n"
        f" neighbor {leaf} remote-as 65002\n neighbor {leaf} password s3cret\n neighbor {leaf} timers 1 3\n"
        f" neighbor {leaf} timers connect 1\n neighbor {leaf} update-source {address}\n"
        " address-family ipv4 unicast\n  network 10.1.7.7/32\n"
    )
    for path in (directory, configuration):
        run(["chown", "frr:frr", str(path)])
    command = [str(DAEMONS / "bgpd"), "-Z", "-l", address, "-P", "0", "-f", str(configuration), "--log", "stdout"]
    command += ["-i", str(directory / "bgpd.pid"), "--vty_socket", str(directory)]
    start_process(rack.lab, f"lone.{address}", command, namespace=node(rack, "node1"))


# -- access policies ----------------------------------------------------------------------------------


def test_an_svi_whose_vlan_is_in_no_pool_is_not_deployed_and_raises_a_fault(rack):
    rack.configure(fabric())
    rack.speaker("node1", ["10.1.1.0/26"])
    rack.established(101, "192.168.2.1")
    rack.configure(fabric(pool=(400, 499)))
    rack.eventually(lambda: not rack.session(101, "192.168.2.1"), "the session to go")
    rack.eventually(lambda: any(dn.endswith("fault-F0467") for dn in rack.objects("faults")), "the fault")
    leaf = switching.leaf_namespace(rack.lab, 101, "k8s:prod")
    rack.eventually(lambda: "vlan310" not in run(["ip", "-br", "link"], namespace=leaf), "the SVI to go")


# -- the shared gateway and silent leaves -------------------------------------------------------------


def ping(rack: Rack, name: str, target: str, count: int = 20) -> tuple[int, int]:
    """(replies, duplicates) of some quick pings."""
    command = ["ip", "netns", "exec", node(rack, name), "ping", "-n", "-i", "0.02", "-c", str(count), "-W", "1", target]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    duplicates = re.search(r"\+(\d+) duplicates", text)
    return int(re.search(r"(\d+) received", text)[1]), int(duplicates[1]) if duplicates else 0  # type: ignore[index]


def frames(rack: Rack, leaf: int) -> int:
    """How many frames a leaf's gateway device took."""
    namespace = switching.leaf_namespace(rack.lab, leaf, "k8s:prod")
    path = "/sys/class/net/vlan310-gw/statistics/rx_packets"
    return int(run(["cat", path], namespace=namespace))


def gateway_answers(rack: Rack) -> None:
    rack.eventually(lambda: ping(rack, "node1", "192.168.2.254", 1)[0] == 1, "the gateway to answer")


def test_the_gateway_is_one_mac_on_all_leaves_and_every_frame_reaches_one_leaf_of_the_nodes_rack(rack):
    rack.configure(fabric(leaves6=LEAVES6))
    gateway_answers(rack)
    before = {leaf: frames(rack, leaf) for leaf in LEAVES}
    destinations = [f"172.31.0.{number}" for number in range(1, 65)]
    for destination in destinations:
        run(["ping", "-n", "-c1", "-W0.01", destination], namespace=node(rack, "node1"), check=False)
    taken = {leaf: frames(rack, leaf) - before[leaf] for leaf in LEAVES}
    assert taken[101] > 10
    assert taken[102] > 10
    assert taken[103] < 10
    assert ping(rack, "node1", "192.168.2.254") == (20, 0)
    assert ping(rack, "node3", "192.168.2.254") == (20, 0)
    for gateway in ("192.168.2.254", "fd00:2::ffff"):
        assert ping(rack, "node1", gateway, 2) == (2, 0)
        assert "00:22:bd:f8:19:ff" in run(["ip", "neigh", "show", gateway], namespace=node(rack, "node1"))


@pytest.mark.parametrize("leaf", [101, 102])
def test_the_gateway_survives_the_silence_of_either_leaf(rack, leaf):
    rack.configure(fabric(leaves6=LEAVES6))
    gateway_answers(rack)
    switching.set_cut(rack.lab, {leaf})
    assert ping(rack, "node1", "192.168.2.254") == (20, 0)
    assert ping(rack, "node1", "fd00:2::ffff") == (20, 0)


def test_a_rack_with_all_leaves_silent_has_no_gateway(rack):
    rack.configure(fabric())
    gateway_answers(rack)
    switching.set_cut(rack.lab, {101, 102})
    assert ping(rack, "node1", "192.168.2.254", 3)[0] == 0
    assert ping(rack, "node3", "192.168.2.254", 3)[0] == 3


def test_a_silent_leafs_routes_go_within_the_hold_time_and_come_back(rack):
    rack.configure(fabric())
    speaker = rack.speaker("node1", ["10.1.1.0/26"])
    rack.speaker("node3", ["10.1.3.0/26"])
    both = {"192.168.2.201", "192.168.2.202"}
    rack.eventually(lambda: speaker.routes().get("10.1.3.0/26") == both, "two ways to node3")
    switching.set_cut(rack.lab, {101})
    rack.eventually(lambda: speaker.routes().get("10.1.3.0/26") == {"192.168.2.202"}, "one way", timeout=4)
    rack.eventually(lambda: rack.routes(103).get("10.1.1.0/26") == {tunnel_address(102)}, "one way from 103", timeout=5)
    rack.eventually(
        lambda: rack.objects()["topology/pod-1/node-101"]["fabricSt"] == "inactive", "the controller to miss the leaf"
    )
    assert not [dn for dn in rack.objects() if dn.startswith("topology/pod-1/node-101/")]
    pids = [Path(path).read_text() for path in _pid_files(rack)]
    switching.set_cut(rack.lab, ())
    rack.established(101, "192.168.2.1")
    rack.eventually(lambda: speaker.routes().get("10.1.3.0/26") == both, "two ways again")
    assert [Path(path).read_text() for path in _pid_files(rack)] == pids


def _pid_files(rack: Rack) -> list[Path]:
    directory = Instance(rack.lab, 101, "k8s:prod").directory
    return [directory / "zebra.pid", directory / "bgpd.pid"]


# -- IPv6 ---------------------------------------------------------------------------------------------


def test_ipv6_next_hops_are_right_after_a_link_was_down_for_less_than_the_hold_time(rack):
    rack.configure(fabric())
    fabric_peer = f"show bgp neighbors {tunnel_address(103, 'ipv6')}"
    rack.eventually(lambda: "BGP state = Established" in rack.told(102, fabric_peer), "the session of 102 with 103")
    switching.set_cut(rack.lab, {102})
    rack.eventually(lambda: "Nexthop global: ::\n" in rack.told(102, fabric_peer), "102 to notice")
    switching.set_cut(rack.lab, ())
    rack.configure(fabric(leaves6=LEAVES6))
    rack.speaker("node1", ["fd00:10:0:1::/64"], family="ipv6")
    teps = {f"::ffff:{tunnel_address(leaf)}" for leaf in (101, 102)}
    rack.eventually(lambda: rack.routes(103, "ipv6").get("fd00:10:0:1::/64") == teps, "the route on 103")


def test_ipv6_sessions_carry_ipv6_routes_over_the_fabric(rack):
    rack.configure(fabric(leaves6=LEAVES6))
    speaker = rack.speaker("node1", ["fd00:10:0:1::/64"], family="ipv6")
    rack.speaker("node3", ["fd00:10:0:3::/64"], family="ipv6")
    rack.established(101, "fd00:2::1", "fd00:2::/64")
    teps = {f"::ffff:{tunnel_address(leaf)}" for leaf in (101, 102)}
    rack.eventually(
        lambda: rack.routes(103, "ipv6").get("fd00:10:0:1::/64") == teps,
        "the route on 103",
        seen=lambda: [
            rack.session(102, "fd00:2::1", "fd00:2::/64"),
            *(rack.told(leaf, "show bgp ipv6 unicast", "show bgp nexthop", "show bgp summary") for leaf in (102, 103)),
        ],
    )
    rack.eventually(lambda: "fd00:10:0:3::/64" in speaker.routes("ipv6"), "node3's route on node1")
    run(["ip", "address", "replace", "fd00:10:0:3::1/128", "dev", "lo"], namespace=node(rack, "node3"))
    run(["ip", "address", "replace", "fd00:10:0:1::1/128", "dev", "lo"], namespace=node(rack, "node1"))
    rack.eventually(lambda: ping(rack, "node1", "fd00:10:0:3::1", 2) == (2, 0), "packets from node1 to node3")
