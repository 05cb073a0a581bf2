"""node_peering's engine with a real GoBGP on a host between two leaves and a nested cluster's speaker."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply, inspect
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speakers import SPEAKERS
from lab.context import Lab, wait_for
from lab.tools import program
from tests.lab import speaker_host
from tests.lab.speaker_gobgp import API, GoBgpHost
from tests.lab.speaker_host import Site
from tests.lab.test_node_peering import GUEST, LEAF1, LEAF2, OPTIONS, RED, accepted_by, leaf_helps, validated
from tests.lab.test_node_routes import path

pytestmark = pytest.mark.lab
GOBGP = SPEAKERS["gobgp"]
ORIGINATE = ["172.30.0.1/32"]


@pytest.fixture(scope="module")
def _up(lab_ready: None) -> Iterator[Site]:  # noqa: ARG001
    site = speaker_host.make(Lab(f"g{os.getpid()}"))
    site.host = GoBgpHost(site.host.router, Path(site.host.root), program("gobgpd").parent)
    with speaker_host.standing(site):
        yield site


@pytest.fixture
def site(_up: Site) -> Site:
    """A host that peers with both leaves and with the guest."""
    bring(_up, rollback=False, deadline=1)
    settle(_up)
    return _up


def bring(site: Site, **changes: object) -> dict:
    return apply.bring(
        site.host, validated(speaker="gobgp", **{"originate": ORIGINATE, "deadline": 30, **changes}), False
    )


def uptimes(site: Site) -> dict[str, float]:
    """Peer → since when it has been established, in seconds of 1970."""
    now = site.host.now()
    return {peer: now - item["uptime"] for peer, item in inspect.established(site.host, GOBGP, None).items()}


def settle(site: Site) -> None:
    wait_for(lambda: {LEAF1, LEAF2, GUEST} <= set(uptimes(site)), "GoBGP's sessions", timeout=60)


def same(before: dict[str, float], after: dict[str, float], *peers: str) -> bool:
    return all(abs(after[peer] - before[peer]) < 1.5 for peer in peers)


def test_gobgp_passes_the_guest_s_pool_and_what_the_host_announces_and_nothing_else(site):
    wait_for(lambda: set(site.routes("leaf1")) >= {"10.20.1.0/24", *ORIGINATE}, "the pool on leaf 1")
    wait_for(lambda: set(site.routes("leaf2")) >= {"10.20.1.0/24", *ORIGINATE}, "the pool on leaf 2")
    assert site.routes("leaf1")["10.20.1.0/24"] == {"10.0.1.1"}
    assert "10.66.0.0/24" not in site.routes("leaf1")  # outside of the pool
    assert not any(site.routes("guest").values())  # no option asks for that
    wanted = [("10.20.1.0/24", GUEST), ("10.99.0.0/24", LEAF1), ("10.99.0.0/24", LEAF2)]
    wait_for(lambda: accepted_by(site, "gobgp") == wanted, "what the host accepts")
    assert not bring(site)["changed"]


def test_only_root_reaches_the_api_and_no_other_port_is_open(site):
    listening = site.host.ask(["ss", "-Htln"])
    assert {line.split()[3].rpartition(":")[2] for line in listening.splitlines()} == {"179"}
    directory = Path(site.host.path(API)).parent
    assert directory.stat().st_mode & 0o777 == 0o700
    assert "connection refused" in site.host.ask(["gobgp", "neighbor"])  # at its default, 127.0.0.1:50051


def test_a_change_of_one_leaf_s_session_and_of_the_routes_leaves_the_other_sessions_up(site):
    before = uptimes(site)
    peers = copy.deepcopy(OPTIONS["peers"])
    peers[1]["description"] = "the other leaf"
    bring(site, peers=peers, originate=["172.30.9.0/24"])
    wait_for(lambda: "172.30.9.0/24" in site.routes("leaf1"), "the new route")
    wait_for(lambda: ORIGINATE[0] not in site.routes("leaf1"), "the withdrawal of the old one")
    assert same(before, uptimes(site), LEAF1, GUEST)


def test_gobgp_tells_the_leaves_the_communities_without_a_restart(site):
    before = uptimes(site)
    bring(site, communities=["65003:100", "65003:1:2"])
    wait_for(lambda: path(site).get("community", {}).get("list") == ["65003:100"], "the community")
    assert path(site)["largeCommunity"]["list"] == ["65003:1:2"]
    assert same(before, uptimes(site), LEAF1, LEAF2, GUEST)


def test_a_pool_that_ends_is_withdrawn_without_a_restart(site):
    before = uptimes(site)
    bring(site, workloads=[{**RED, "pools": ["10.66.0.0/16"]}])
    wait_for(lambda: "10.20.1.0/24" not in site.routes("leaf1"), "the withdrawal")
    wait_for(lambda: "10.66.0.0/24" in site.routes("leaf1"), "the new pool's route")
    assert same(before, uptimes(site), LEAF1, LEAF2, GUEST)


def test_a_lost_session_brings_gobgp_s_old_state_back(site):
    text = Path(site.host.path("/etc/gobgpd.conf")).read_text()
    peers = copy.deepcopy(OPTIONS["peers"])
    peers[0]["password"] = "wrong"
    with pytest.raises(NodeError, match=rf"^sessions were lost: {LEAF1} \(AS 65002\) .*are restored\.$"):
        bring(site, peers=peers, deadline=4)
    assert Path(site.host.path("/etc/gobgpd.conf")).read_text() == text
    settle(site)


def test_absent_ends_gobgp_and_takes_its_files_away(site):
    wait_for(lambda: leaf_helps(site, "leaf1"), "a graceful session of leaf 1", timeout=40)
    wait_for(lambda: site.routes("leaf1").get("10.20.1.0/24"), "the pool on leaf 1")
    bring(site, state="absent")
    # at once, not after the 120 s for which a leaf helps a speaker that restarts gracefully
    wait_for(lambda: not site.routes("leaf1").get("10.20.1.0/24"), "the pool gone from leaf 1", timeout=10)
    assert not site.host.succeeds(["systemctl", "is-active", "--quiet", "gobgpd"])
    assert not Path(site.host.path("/etc/gobgpd.conf")).exists()
    assert not Path(site.host.path("/etc/systemd/system/gobgpd.service")).exists()
