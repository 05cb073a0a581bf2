"""node_peering's engine with a real FRR on a host between two leaves and a nested cluster's speaker."""

from __future__ import annotations

import copy
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply, inspect, model
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.host import Host
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.options import REQUIRED_IF, SPEC
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speakers import SPEAKERS
from lab.context import Lab, run, start_process, stop_process, wait_for
from lab.hosts import links
from tests.lab import speaker_host
from tests.lab.speaker_bird import BirdHost
from tests.lab.speaker_host import Site, addresses

pytestmark = pytest.mark.lab
LEAF1, LEAF2, GUEST = "10.0.1.201", "10.0.2.202", "10.1.0.5"
RED = {"name": "red", "asn": 65010, "ranges": ["10.1.0.0/16"], "pools": ["10.20.0.0/16"], "password": "inner"}
OPTIONS = {
    "asn": 65003,
    "router_id": "10.0.1.1",
    "vip": {"addresses": ["172.30.0.1"]},
    "password": "s3cret",
    "accept": ["10.99.0.0/16"],
    "connect_retry": 1,
    "deadline": 10,
    "peers": [
        {"address": LEAF1, "asn": 65002, "local_address": "10.0.1.1"},
        {"address": LEAF2, "asn": 65002, "local_address": "10.0.2.1"},
    ],
    "workloads": [RED],
}


@pytest.fixture(scope="module")
def _up(lab_ready: None) -> Iterator[Site]:  # noqa: ARG001
    with speaker_host.standing(speaker_host.make(Lab(f"n{os.getpid()}"), BirdHost)) as site:
        yield site


@pytest.fixture
def site(_up: Site) -> Site:
    """A host that peers with both leaves and with the guest."""
    bring(_up, rollback=False, deadline=1)
    _up.tell("guest", "router bgp 65010", "neighbor 172.30.0.1 password inner")
    settle(_up)
    return _up


def bring(site: Site, **changes: object) -> dict:
    return apply.bring(site.host, validated(**changes), False)


def validated(**changes: object) -> dict:
    """The options with every default filled in."""
    result = ArgumentSpecValidator(SPEC, required_if=REQUIRED_IF).validate({**copy.deepcopy(OPTIONS), **changes})
    assert not result.error_messages
    return result.validated_parameters


def uptimes(site: Site) -> dict[str, int]:
    """Peer → since when it has been established (seconds of 1970, which FRR tells and which stay while it is up)."""
    found = inspect.established(site.host, SPEAKERS["frr"], None)
    listed = site.host.router.ask("show bgp neighbors json")
    return {peer: listed[peer]["bgpTimerUpEstablishedEpoch"] for peer in found}


def same(before: dict[str, int], after: dict[str, int], *peers: str) -> bool:
    """Whether the sessions with some peers are the ones of before. FRR works out the time anew at each question."""
    return all(abs(after[peer] - before[peer]) <= 1 for peer in peers)


def settle(site: Site, *peers: str) -> None:
    """Wait until the sessions are established."""
    wanted = set(peers or (LEAF1, LEAF2, GUEST))
    wait_for(lambda: wanted <= set(uptimes(site)), f"sessions with {sorted(wanted)}", timeout=40)


@dataclass
class Bird:
    """BIRD in the host's namespace, with what the module would write."""

    site: Site

    @property
    def socket(self) -> Path:
        return self.site.lab.directory / "bird.ctl"

    def start(self, **changes: object) -> None:
        self._write(**changes)
        command = ["bird", "-f", "-c", str(self.socket.with_suffix(".conf")), "-s", str(self.socket)]
        start_process(self.site.lab, "bird", command, namespace=self.site.host.router.namespace)
        wait_for(self.socket.exists, "BIRD")

    def stop(self) -> None:
        stop_process(self.site.lab, "bird")

    def configure(self, **changes: object) -> None:
        """Reload with other options, as the module does."""
        self._write(**changes)
        for command in SPEAKERS["bird"].reload_commands("", "", False):
            self.ask(*command[1:])

    def _write(self, **changes: object) -> None:
        config = model.build(validated(speaker="bird", **changes))
        self.socket.with_suffix(".conf").write_text(SPEAKERS["bird"].render(config, {})[-1].text)

    def ask(self, *words: str, check: bool = True) -> str:
        return run(["birdc", "-s", str(self.socket), *words], check=check)

    def state(self) -> dict:
        commands = SPEAKERS["bird"].state_commands(None)
        told = {
            name: self.ask(*words[1:], check=name != "bfd") for name, words in commands.items()
        }  # there may be no BFD
        return SPEAKERS["bird"].state(told, time.time())

    def as_calico(self) -> Host:
        """The host, with BIRD's socket where calico-node has its own."""
        path = Path(self.site.host.path("/var/run/calico/bird.ctl"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.hardlink_to(self.socket)  # a link of the image would not lead out of it
        return self.site.host

    def settle(self) -> None:
        def up() -> set[str]:
            return {item["peer"] for item in self.state()["sessions"] if item["state"] == "established"}

        wait_for(lambda: up() == {LEAF1, LEAF2, GUEST}, "BIRD's sessions", timeout=40)

    def sessions(self, prefix: str) -> dict[str, str]:
        """Protocol → since when it has been established."""
        lines = [line.split() for line in self.ask("-r", "show", "protocols").splitlines() if "Established" in line]
        return {words[0]: words[4] for words in lines if words[0].startswith(prefix)}


def accepted_by(site: Site, speaker: str) -> list[tuple[str, ...]]:
    """(prefix, next hops …) of every route that the host's speaker has, as node_bgp_info tells."""
    routes = inspect.read(site.host, SPEAKERS[speaker], None)["routes"]
    return sorted((route["prefix"], *(hop["address"] for hop in route["next_hops"])) for route in routes)


def test_a_guest_s_pool_reaches_the_leaves_by_the_host_and_nothing_else_goes_anywhere(site):
    wait_for(lambda: "10.20.1.0/24" in site.routes("leaf1"), "the pool on leaf 1")
    wait_for(lambda: "10.20.1.0/24" in site.routes("leaf2"), "the pool on leaf 2")
    assert site.routes("leaf1")["10.20.1.0/24"] == {"10.0.1.1"}
    assert site.routes("leaf2")["10.20.1.0/24"] == {"10.0.2.1"}
    assert "10.66.0.0/24" not in site.routes("leaf1")  # outside of the pool
    assert not any(site.routes("guest").values())  # no option asks for that
    wanted = [("10.20.1.0/24", GUEST), ("10.99.0.0/24", LEAF1), ("10.99.0.0/24", LEAF2)]
    wait_for(lambda: accepted_by(site, "frr") == wanted, "what the host accepts")
    assert addresses(site.host) >= {"172.30.0.1/32"}


def test_a_second_run_changes_nothing(site):
    assert not bring(site)["changed"]


def test_a_change_of_one_peer_leaves_the_other_sessions_up(site):
    before = uptimes(site)
    peers = copy.deepcopy(OPTIONS["peers"])
    peers[1]["description"] = "the other leaf"
    bring(site, peers=peers[:1])
    assert set(uptimes(site)) == {LEAF1, GUEST}
    bring(site, peers=peers)
    settle(site)
    assert same(before, uptimes(site), LEAF1, GUEST)
    assert not same(before, uptimes(site), LEAF2)


@pytest.mark.parametrize("first", ["host", "guest"])
def test_a_guest_s_password_is_rotated_and_only_its_session_starts_again(site, first):
    before = uptimes(site)
    for side in ("guest", "host") if first == "guest" else ("host", "guest"):
        if side == "host":
            bring(site, workloads=[{**RED, "password": "rotated"}], rollback=False, deadline=1)
            continue
        site.tell("guest", "router bgp 65010", "neighbor 172.30.0.1 password rotated")
        if first == "guest":
            wait_for(lambda: GUEST not in uptimes(site), "the end of the guest's session", timeout=20)
    wait_for(lambda: uptimes(site).get(GUEST, 0) > before[GUEST] + 1, "the guest's new session", timeout=40)
    assert same(before, uptimes(site), LEAF1, LEAF2)


def test_a_change_that_loses_a_session_is_taken_back_within_the_deadline(site):
    path = Path(site.host.path("/etc/frr/frr.conf"))
    text = path.read_text()
    peers = copy.deepcopy(OPTIONS["peers"])
    peers[0]["password"] = "wrong"
    with pytest.raises(
        NodeError, match=rf"^sessions were lost: {LEAF1} \(AS 65002\) was established and is .*are restored\.$"
    ):
        bring(site, peers=peers, deadline=4)
    assert path.read_text() == text
    settle(site)


def test_a_configuration_that_frr_refuses_leaves_file_and_sessions_alone(site, monkeypatch):
    before, path = uptimes(site), Path(site.host.path("/etc/frr/frr.conf"))
    text = path.read_text()
    render = SPEAKERS["frr"].render

    def broken(config, present):
        files = render(config, present)
        return [*files[:-1], type(files[-1])(**{**vars(files[-1]), "text": files[-1].text + "neighbour nonsense\n"})]

    monkeypatch.setattr(SPEAKERS["frr"], "render", broken)
    with pytest.raises(NodeError, match=r"^frr refuses the new /etc/frr/frr\.conf; nothing was changed\."):
        bring(site)
    assert path.read_text() == text
    assert same(before, uptimes(site), *before)


def test_a_vrf_that_this_kernel_does_not_have_is_refused_and_sessions_stay(site):
    before = uptimes(site)
    with pytest.raises(
        NodeError, match=r"^vrf: there is no prod on this host; .*CONFIG_NET_VRF\)\. Nothing was changed\.$"
    ):
        bring(site, vrf="prod", vrf_table=10)
    assert same(before, uptimes(site), *before)


def test_ipv6_sessions_carry_the_vip_and_what_is_accepted(site):
    links.batch(site.routers["leaf1"].namespace, ["address add fd00:1::201/64 dev eth0 nodad"], force=True)
    links.batch(site.host.router.namespace, ["address add fd00:1::1/64 dev leaf1 nodad"], force=True)
    lines = [
        "neighbor fd00:1::1 remote-as 65003",
        "neighbor fd00:1::1 password s3cret",
        "neighbor fd00:1::1 timers 1 3",
    ]
    family = ["address-family ipv6 unicast", "neighbor fd00:1::1 activate", "network fd00:99::/64", "network ::/0"]
    site.tell("leaf1", "router bgp 65002", *lines, *family)
    peers = [*OPTIONS["peers"], {"address": "fd00:1::201", "asn": 65002, "local_address": "fd00:1::1"}]
    vip = {"addresses": ["172.30.0.1", "fd00:30::1"]}
    accept = [*OPTIONS["accept"], "fd00:99::/48"]
    bring(site, peers=peers, vip=vip, originate=["fd00:30::1/128"], accept=accept)
    settle(site, "fd00:1::201")
    leaf = site.routers["leaf1"]
    wait_for(lambda: "fd00:30::1/128" in leaf.ask("show bgp ipv6 unicast json")["routes"], "the VIP on leaf 1")
    wait_for(lambda: _six(site) == [("fd00:99::/64", "fd00:1::201")], "what leaf 1 announces, but its default route")
    assert "fd00:30::1/128" in addresses(site.host)


def _six(site: Site) -> list[tuple[str, ...]]:
    return [path for path in accepted_by(site, "frr") if ":" in path[0]]


def test_the_way_to_the_leaves_is_set_and_given_back(site):
    def way() -> tuple[int, str]:
        link = json.loads(run(["ip", "-n", site.host.router.namespace, "-j", "link", "show", "dev", "leaf1"]))
        return link[0]["mtu"], run(["ip", "-n", site.host.router.namespace, "route", "show", "default"]).strip()

    before, sessions = way(), uptimes(site)
    given = {"interface": "leaf1", "gateways": ["10.0.1.254"], "mtu": 1400}
    assert bring(site, uplink=given)["changed"]
    assert way() == (1400, "default via 10.0.1.254 dev leaf1")
    assert not bring(site, uplink=given)["changed"]
    bring(site)
    assert (way(), before) == ((1500, ""), (1500, ""))
    assert same(sessions, uptimes(site), *sessions)


@pytest.mark.parametrize("speaker", ["frr", "bird"])
def test_absent_ends_the_speaker_and_takes_the_vip_away(site, speaker):
    if speaker != "frr":
        bring(site, speaker=speaker, rollback=False)
    wait_for(lambda: leaf_helps(site, "leaf1"), f"a graceful session of leaf 1 with {speaker}", timeout=40)
    wait_for(lambda: site.routes("leaf1").get("10.20.1.0/24"), "the pool on leaf 1")
    bring(site, state="absent")
    assert not inspect.started(site.host, SPEAKERS[speaker])
    # at once, not after the 120 s for which a leaf helps a speaker that restarts gracefully
    wait_for(lambda: not site.routes("leaf1").get("10.20.1.0/24"), "the pool gone from leaf 1", timeout=10)
    assert "172.30.0.1/32" not in addresses(site.host)
    assert not Path(site.host.path("/etc/systemd/system/kubefabric-vip.service")).exists()


def leaf_helps(site: Site, leaf: str) -> bool:
    """Whether a leaf would go on with the IPv4 routes of a host that restarts: it is established, and both said so."""
    listed = site.routers[leaf].ask("show bgp neighbors json")
    body = next(body for peer, body in listed.items() if ":" not in peer)
    return body["bgpState"] == "Established" and body["gracefulRestartInfo"]["remoteGrMode"] == "Restart"


@pytest.fixture
def bird(_up: Site) -> Iterator[Bird]:
    """BIRD in FRR's place on the host."""
    if shutil.which("bird") is None:
        pytest.skip("BIRD is not installed")
    bring(_up, state="absent")
    links.batch(_up.host.router.namespace, ["address add 172.30.0.1/32 dev lo"])
    _up.tell("guest", "router bgp 65010", "neighbor 172.30.0.1 password inner")
    speaker = Bird(_up)
    try:
        speaker.start()
        yield speaker
    finally:
        speaker.stop()
        links.batch(_up.host.router.namespace, ["address del 172.30.0.1/32 dev lo"])


def test_bird_passes_the_same_routes_and_a_rotated_password_restarts_one_session(bird):
    bird.settle()
    wait_for(lambda: bird.site.routes("leaf1").get("10.20.1.0/24") == {"10.0.1.1"}, "the pool on leaf 1")
    assert "10.66.0.0/24" not in bird.site.routes("leaf1")
    assert not any(bird.site.routes("guest").values())
    found = {(route["prefix"], *(hop["address"] for hop in route["next_hops"])) for route in bird.state()["routes"]}
    assert found == {("10.20.1.0/24", GUEST), ("10.99.0.0/24", LEAF1), ("10.99.0.0/24", LEAF2)}
    told = inspect.look(bird.as_calico(), "calico", None, [LEAF1, LEAF2, GUEST], 0)
    assert (told["missing"], told["routes"]) == ([], bird.state()["routes"])
    leaves, guest = (bird.sessions(prefix) for prefix in ("leaf_", "workload_red_10_1_0_0_16_"))
    bird.configure(workloads=[{**RED, "password": "rotated"}])
    bird.site.tell("guest", "router bgp 65010", "neighbor 172.30.0.1 password rotated")
    wait_for(
        lambda: bird.sessions("workload_red_10_1_0_0_16_") not in (guest, {}), "the guest's new session", timeout=40
    )
    bird.settle()
    assert bird.sessions("leaf_") == leaves
