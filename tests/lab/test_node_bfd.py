"""BFD beside the sessions of a host with its leaf: FRR and BIRD on the host, FRR's bfdd on the leaf, IPv4 and IPv6."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply, inspect
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speakers import SPEAKERS
from lab.context import Lab, run, wait_for
from lab.hosts import links
from tests.lab import speaker_host
from tests.lab.speaker_bird import BirdHost
from tests.lab.speaker_host import Site
from tests.lab.test_node_peering import validated

pytestmark = pytest.mark.lab
HOLD = 90
PEERS = {"10.0.1.201": "10.0.1.1", "fd00:1::201": "fd00:1::1"}  # the leaf's addresses, each with the host's
WANTED = {
    "vip": {},
    "workloads": [],
    "peers": [{"address": leaf, "asn": 65002, "local_address": own} for leaf, own in PEERS.items()],
    "keepalive": 30,
    "hold": HOLD,
    "bfd": True,
    "bfd_min_tx": 200,
    "bfd_min_rx": 300,
    "bfd_multiplier": 5,
}
LEAF = """
bfd
 profile leaf
  transmit-interval 250
  receive-interval 150
  detect-multiplier 4
 exit
exit
router bgp 65002
 no bgp ebgp-requires-policy
"""


@pytest.fixture(scope="module")
def _up(lab_ready: None) -> Iterator[Site]:  # noqa: ARG001
    with speaker_host.standing(speaker_host.make(Lab(f"w{os.getpid()}"), BirdHost, bfd=True), around={}) as site:
        leaf = site.routers["leaf1"].namespace
        links.batch(leaf, ["address add fd00:1::201/64 dev eth0 nodad"])
        links.batch(site.host.router.namespace, ["address add fd00:1::1/64 dev leaf1 nodad"])
        run(["nft", "add table inet cut; add chain inet cut in { type filter hook input priority 0; }"], namespace=leaf)
        site.speak("leaf1", leaf_configuration())
        yield site


def leaf_configuration() -> str:
    """A leaf with sessions that only BFD ends soon."""
    sessions = [
        line
        for host in PEERS.values()
        for line in (
            f" neighbor {host} remote-as 65003",
            f" neighbor {host} password s3cret",
            f" neighbor {host} passive",
            f" neighbor {host} timers 30 {HOLD}",
            f" neighbor {host} bfd",
            f" neighbor {host} bfd profile leaf",
        )
    ]
    family = [" address-family ipv6 unicast", "  neighbor fd00:1::1 activate", " exit-address-family", "exit", ""]
    return LEAF + "\n".join([*sessions, *family])


@pytest.fixture(params=["frr", "bird"])
def site(_up: Site, request: pytest.FixtureRequest) -> Iterator[tuple[Site, str]]:
    """The site, and the speaker of its host; the link carries packets before and after."""
    yield _up, request.param
    cut(_up, False)


def cut(site: Site, silent: bool) -> None:
    """Drop what the host sends on the leaf's side, or let it pass: no interface goes down, no daemon is notified."""
    rules = ["flush chain inet cut in", *(["add rule inet cut in drop"] if silent else [])]
    run(["nft", "; ".join(rules)], namespace=site.routers["leaf1"].namespace)


def watched(site: Site) -> dict[str, dict]:
    """Host's address → the leaf's BFD session with it."""
    return {item["peer"]: item for item in site.routers["leaf1"].ask("show bfd peers json", "bfdd")}


def established(site: Site, speaker: str) -> set[str]:
    return set(inspect.established(site.host, SPEAKERS[speaker], None))


def test_bfd_watches_at_the_intervals_asked_for_and_a_silent_link_ends_the_session_long_before_its_hold_time(site):
    site, speaker = site
    apply.bring(site.host, validated(speaker=speaker, **WANTED), False)
    wait_for(lambda: established(site, speaker) == set(PEERS), "the sessions", timeout=40)
    wait_for(lambda: {watched(site)[host]["status"] for host in PEERS.values()} == {"up"}, "BFD", timeout=20)
    assert {item["bfd"] for item in inspect.read(site.host, SPEAKERS[speaker], None)["sessions"]} == {"up"}
    for host in PEERS.values():
        found = watched(site)[host]
        asked = [found[f"remote-{name}"] for name in ("transmit-interval", "receive-interval", "detect-multiplier")]
        assert asked == [200, 300, 5], found
    started = time.monotonic()
    cut(site, True)
    wait_for(lambda: not established(site, speaker), "the end of the host's sessions", timeout=20)
    wait_for(lambda: not up_on_the_leaf(site), "the end of the leaf's sessions", timeout=20)
    assert time.monotonic() - started < HOLD / 3


def up_on_the_leaf(site: Site) -> list[str]:
    listed = site.routers["leaf1"].ask("show bgp neighbors json")
    return [peer for peer, body in listed.items() if body.get("bgpState") == "Established"]
