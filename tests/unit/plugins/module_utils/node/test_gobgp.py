"""What GoBGP alone has: what it cannot do, when a reload will not do, its unit and its answers."""

from __future__ import annotations

import json

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import checks, gobgp, gobgp_state, model
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import HEADER, NodeError
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speakers import SPEAKERS

from .cases import BLUE, NODES, RED
from .options import options

GOBGP = SPEAKERS["gobgp"]
LEAVES = options()["peers"]


def text(**changes: object) -> str:
    return gobgp.configuration(model.build(options(speaker="gobgp", **changes)))


def one_leaf(**changes: object) -> list:
    return [{**LEAVES[0], **changes}, LEAVES[1]]


RESTARTS = {
    "nothing": ({}, False),
    "a leaf's password": ({"peers": one_leaf(password="n3w")}, False),
    "both leaves' password": ({"password": "n3w"}, True),
    "one leaf less": ({"peers": LEAVES[:1]}, False),
    "another workload": ({"workloads": [*options()["workloads"], BLUE]}, False),
    "a workload's pools": ({"workloads": [{**options()["workloads"][0], "pools": ["10.9.0.0/16"]}]}, False),
    "a workload's password": ({"workloads": [{**options()["workloads"][0], "password": "n3w"}]}, True),
    "a workload's ranges": ({"workloads": [{**options()["workloads"][0], "ranges": ["10.9.0.0/16"]}]}, True),
    "no workload": ({"workloads": []}, True),
    "the host's AS": ({"asn": 65004}, True),
    "what is announced": ({"originate": ["10.9.0.0/16"]}, False),
    "a reflector's client": ({"workloads": [*options()["workloads"], NODES]}, False),
    "communities": ({"communities": ["65003:1"]}, False),
}


@pytest.mark.parametrize(("changes", "restart"), RESTARTS.values(), ids=RESTARTS)
def test_gobgp_is_restarted_only_for_what_a_reload_would_leave_out(changes, restart):
    assert gobgp.needs_restart(text(), text(**changes)) is restart


def test_a_foreign_configuration_is_left_by_a_restart():
    assert gobgp.needs_restart(text().replace(HEADER, "mine"), text())


def test_what_the_host_announces_is_added_and_withdrawn_while_gobgp_runs():
    before, after = text(originate=["10.1.0.0/16", "fd00::/48"]), text(originate=["10.2.0.0/16", "fd00::/48"])
    assert GOBGP.reload_commands(before, after, False) == [
        ["systemctl", "daemon-reload"],
        ["systemctl", "reload", "gobgpd"],
        [*gobgp.CLIENT, "global", "rib", "del", "10.1.0.0/16", "-a", "ipv4"],
        [*gobgp.CLIENT, "global", "rib", "add", "10.2.0.0/16", "-a", "ipv4"],
        [*gobgp.CLIENT, "neighbor", "all", "softresetout"],
    ]


def test_the_unit_announces_after_every_start():
    unit = gobgp.unit(model.build(options(originate=["172.30.0.1/32", "fd00::1/128"])))
    client = "ExecStartPost=/usr/bin/gobgp --target unix:///run/gobgpd/api.sock"
    assert f"{client} global rib add 172.30.0.1/32 -a ipv4\n" in unit
    assert f"{client} global rib add fd00::1/128 -a ipv6\n" in unit


def test_the_api_is_root_s_alone_and_profiles_and_metrics_are_off():
    unit = gobgp.unit(model.build(options()))
    assert " --api-hosts unix:///run/gobgpd/api.sock\n" in unit
    assert "\nRuntimeDirectory=gobgpd\nRuntimeDirectoryMode=0700\nUMask=0077\n" in unit
    (start,) = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    assert " --pprof-disable --pprof-host none " in start
    assert "--pprof-disable" in GOBGP.check_command("/etc/gobgpd.conf")


def test_another_unit_needs_a_restart_and_another_announcement_does_not():
    units = [gobgp.unit(model.build(options(originate=prefixes))) for prefixes in ([], ["172.30.0.1/32"])]
    assert not GOBGP.restarts(gobgp.UNIT, *units)
    assert GOBGP.restarts(gobgp.UNIT, units[0].replace(gobgp.API, "127.0.0.1:50051"), units[0])
    assert not GOBGP.restarts(gobgp.CONFIGURATION, "a", "b")


def test_only_root_reads_the_passwords_of_gobgp():
    modes = {file.path: file.mode for file in GOBGP.render(model.build(options()), {})}
    assert modes == {"/etc/systemd/system/gobgpd.service": 0o644, "/etc/gobgpd.conf": 0o600}


def test_vrfs_and_bfd_are_refused():
    peers = [{**LEAVES[0], "bfd": True}]
    found = checks.mistakes(options(speaker="gobgp", vrf="prod", bfd=True, peers=peers))
    assert [str(item) for item in found] == [
        "vrf: GoBGP has sessions in the host's own routing table only; take frr or bird, or leave it out",
        "bfd: GoBGP 3 has no BFD; take frr or bird, or leave it out",
        "peers[0].bfd: GoBGP 3 has no BFD; take frr or bird, or leave it out",
    ]


def test_passwords_within_a_range_are_refused_by_versions_that_would_not_set_them():
    config = model.build(options(workloads=[{**RED, "ranges": ["10.1.0.0/16", "10.2.0.5/32"]}]))
    assert GOBGP.objection(config, "gobgpd version 3.10.0\n") == (
        "GoBGP 3.10 has no passwords for speakers within a range, as red-1 (10.1.0.0/16): give each speaker's own "
        "address (/32, /128) in ranges, install 3.21 or later, or take frr or bird"
    )
    assert GOBGP.objection(config, "gobgpd version 3.36.0") is None
    assert GOBGP.objection(model.build(options(workloads=[{**RED, "ranges": ["10.2.0.5/32"]}])), "3.10") is None


def test_a_range_of_one_address_is_a_neighbour_that_has_to_connect():
    found = text(workloads=[{**RED, "ranges": ["10.2.0.5/32"]}])
    assert '    neighbor-address = "10.2.0.5"\n    peer-as = 65010\n    auth-password = "p4ss#$%!x"\n' in found
    assert "peer-group" not in found


def test_the_user_learns_that_gobgp_does_not_forward():
    (remark,) = GOBGP.remarks(model.build(options()))
    assert remark.startswith("GoBGP puts no route into this host's kernel: ")
    assert GOBGP.remarks(model.build(options(workloads=[], accept=[]))) == []


PEER = {
    "conf": {"neighbor_address": "192.168.2.201", "auth_password": "s3cret"},
    "state": {"neighbor_address": "192.168.2.201", "peer_asn": 65002, "session_state": 6},
    "timers": {"state": {"uptime": {"seconds": 980}}},
    "transport": {"local_address": "192.168.2.1"},
}
GUEST = {
    "conf": {"peer_asn": 65010, "peer_group": "red-ipv4"},
    "state": {"neighbor_address": "10.1.0.5", "peer_asn": 65010, "session_state": 3},
    "transport": {"local_address": "0.0.0.0"},
}
PATH = {
    "best": True,
    "neighbor-ip": "192.168.2.201",
    "attrs": [
        {"type": 1, "value": 0},
        {"type": 2, "as_paths": [{"segment_type": 2, "num": 2, "asns": [65002, 65005]}]},
        {"type": 3, "nexthop": "192.168.2.201"},
    ],
}
OWN = {"best": True, "attrs": [{"type": 1, "value": 2}, {"type": 3, "nexthop": "0.0.0.0"}]}


def test_gobgp_s_neighbours_and_routes():
    table = {"10.99.0.0/24": [PATH], "172.30.0.1/32": [OWN]}
    outputs = {"neighbors": json.dumps([PEER, GUEST]), "ipv4": json.dumps(table), "ipv6": "Network not in table\n"}
    found = gobgp_state.state(outputs, 1000)
    common = {"family": "ipv4", "prefixes_sent": None, "bfd": None, "last_down_reason": ""}
    guest = {"peer": "10.1.0.5", "state": "active", "remote_asn": 65010, "local_address": None, "uptime": None}
    leaf = {"peer": "192.168.2.201", "state": "established", "remote_asn": 65002, "local_address": "192.168.2.1"}
    assert found["sessions"] == [
        {**common, **guest, "prefixes_received": None, "listen": "red-ipv4"},
        {**common, **leaf, "uptime": 20, "prefixes_received": 1, "listen": ""},
    ]
    assert [(item["prefix"], item["as_path"], item["next_hops"]) for item in found["routes"]] == [
        ("10.99.0.0/24", [65002, 65005], [{"address": "192.168.2.201"}])
    ]
    assert "s3cret" not in str(found)


@pytest.mark.parametrize(
    "answer",
    ["context deadline exceeded\n", '{"error": "rpc error: code = Unknown desc = bgp server hasn\'t started yet"}\n'],
    ids=["not", "not yet"],
)
def test_gobgp_that_does_not_run_has_no_sessions(answer):
    outputs = dict.fromkeys(("neighbors", "ipv4", "ipv6"), answer)
    assert gobgp_state.state(outputs, 0) == {"sessions": [], "routes": []}


def test_an_answer_of_gobgp_that_is_cut_off_is_an_error():
    with pytest.raises(NodeError, match=r"^GoBGP's answer about neighbors is not JSON: "):
        gobgp_state.state({"neighbors": '[{"conf'}, 0)
