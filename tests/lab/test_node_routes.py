"""What a host's options do to routes, with real speakers: communities, ECMP, limits, and a speaker that crashes."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply, inspect
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speakers import SPEAKERS
from lab.context import Lab, process_id, run, wait_for
from tests.lab import speaker_host
from tests.lab.speaker_bird import BirdHost
from tests.lab.speaker_host import Site
from tests.lab.test_node_peering import GUEST, LEAF1, LEAF2, RED, leaf_helps, validated

pytestmark = pytest.mark.lab
POOL, FAR, DEFAULT = "10.20.1.0/24", "10.99.0.0/24", "0.0.0.0/0"
PROCESS = {"frr": "host.bgpd", "bird": "host.bird"}
Bring = Callable[..., dict]


@pytest.fixture(scope="module")
def site(lab_ready: None) -> Iterator[Site]:  # noqa: ARG001
    with speaker_host.standing(speaker_host.make(Lab(f"r{os.getpid()}"), BirdHost)) as site:
        yield site


@pytest.fixture(params=["frr", "bird"], scope="module")
def speaker(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def bring(site: Site, speaker: str) -> Bring:
    """Brings the host to options, and waits for everybody."""

    def to(everybody: bool = True, **changes: object) -> dict:
        result = apply.bring(site.host, validated(speaker=speaker, rollback=False, deadline=1, **changes), False)
        if everybody:
            wait_for(lambda: established(site, speaker) == {LEAF1, LEAF2, GUEST}, "everybody", timeout=40)
        return result

    return to


def established(site: Site, speaker: str) -> set[str]:
    return set(inspect.established(site.host, SPEAKERS[speaker], None))


def path(site: Site, prefix: str = POOL) -> dict:
    """A leaf's path to a prefix; empty where it has none."""
    return next(iter(site.routers["leaf1"].ask(f"show bgp ipv4 unicast {prefix} json").get("paths", [])), {})


def kernel(site: Site, prefix: str) -> set[str]:
    """The next hops of a prefix in the host's kernel."""
    (route,) = json.loads(run(["ip", "-n", site.host.router.namespace, "-j", "route", "show", prefix])) or [{}]
    return {hop["gateway"] for hop in route.get("nexthops", [route]) if "gateway" in hop}


def test_leaves_are_told_the_communities(site: Site, bring: Bring) -> None:
    bring(communities=["65003:100", "65003:1:2"])

    def told() -> list[list[str]]:
        return [path(site).get(kind, {}).get("list", []) for kind in ("community", "largeCommunity")]

    wait_for(lambda: told() == [["65003:100"], ["65003:1:2"]], "both communities")
    bring()
    wait_for(lambda: told() == [[], []], "a path without them")


def test_what_both_leaves_tell_is_in_the_kernel_by_as_many_of_them_as_asked_for(site: Site, bring: Bring) -> None:
    bring()
    wait_for(lambda: kernel(site, FAR) == {LEAF1, LEAF2}, "both leaves in the kernel")
    bring(ecmp=1)
    wait_for(lambda: len(kernel(site, FAR)) == 1, "one leaf in the kernel")


def test_a_workload_is_told_what_it_asks_for_and_nothing_else(site: Site, bring: Bring) -> None:
    bring(workloads=[{**RED, "advertise": ["10.99.0.0/16"]}], accept=["10.99.0.0/16", DEFAULT])
    wait_for(lambda: kernel(site, "default") == {LEAF1, LEAF2}, "the leaves' default route")
    wait_for(lambda: site.routes("guest").get(FAR) == {"172.30.0.1"}, "the leaves' route at the guest")
    assert not site.routes("guest").get(DEFAULT)


def test_a_workload_that_announces_too_much_does_not_reach_the_leaves_with_all_of_it(
    site: Site, bring: Bring, speaker: str
) -> None:
    pools = ["10.20.0.0/16", "10.66.0.0/16"]
    bring(workloads=[{**RED, "pools": pools}])
    both = {POOL, "10.66.0.0/24"}
    wait_for(lambda: both <= set(site.routes("leaf1")), "both prefixes on leaf 1")
    bring(everybody=False, workloads=[{**RED, "pools": pools, "max_prefixes": 1}])
    if speaker == "bird":  # as it came; the limit counts from the next session on
        site.host.do(["birdc", "restart", "workload_red_10_1_0_0_16_1"])
    wait_for(lambda: not both <= set(site.routes("leaf1")), "the limit", timeout=60)
    assert {LEAF1, LEAF2} <= established(site, speaker)


def test_a_leaf_goes_on_with_the_routes_of_a_speaker_that_crashed_until_it_is_back(
    site: Site, bring: Bring, speaker: str
) -> None:
    bring()
    wait_for(lambda: leaf_helps(site, "leaf1"), "a graceful session")
    wait_for(lambda: path(site).get("valid"), "the pool on leaf 1")
    os.kill(process_id(site.lab, PROCESS[speaker]) or 0, signal.SIGKILL)
    wait_for(lambda: path(site).get("stale"), "the leaf's note that the speaker is away")
    site.host.do(["systemctl", "restart", SPEAKERS[speaker].service])
    there: list[bool] = []

    def back() -> bool:
        found = path(site)
        there.append(bool(found.get("valid")))
        return bool(found) and not found.get("stale")

    wait_for(back, "the speaker", timeout=40)
    # BIRD, started without -R, says at once that it has no more routes: the workload's come a moment later
    assert all(there) or speaker == "bird"
