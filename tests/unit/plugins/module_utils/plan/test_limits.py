"""What a fabric bears, counted over all of its clusters."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan import limits
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.errors import IntentError

from .intents import add_cluster, standard, white_paper


def _findings(intent: dict) -> list[str]:
    with pytest.raises(IntentError) as raised:
        build(intent)
    return [str(finding) for finding in raised.value.findings]


def _clusters(count: int, *, dual: bool = False) -> dict:
    intent = white_paper()
    for number in range(1, count):
        add_cluster(intent, number)
    for number, cluster in enumerate(intent["clusters"].values()):
        if dual:
            cluster["cluster"]["networks"]["node"].append(f"2001:db8:{number:x}::/64")
            cluster["cluster"]["networks"]["pod"].append(f"2001:db8:1000:{number:x}::/64")
    return intent


def _add_racks(intent: dict, count: int) -> None:
    for rack in range(3, count + 1):
        ids = {leaf: {"router_id": f"1.1.2.{leaf - 100}"} for leaf in (99 + 2 * rack, 100 + 2 * rack)}
        intent["fabric"]["racks"][f"rack{rack}"] = {"leaves": ids}
        intent["clusters"]["prod"]["nodes"][f"more{rack}"] = {"rack": f"rack{rack}", "vpc": f"vpc-more{rack}"}


def test_a_hundred_dual_stack_clusters_with_floating_svi_fit_a_fabric() -> None:
    assert len(build(_clusters(100, dual=True)).plans) == 100


def test_a_hundred_and_one_clusters_with_floating_svi_do_not() -> None:
    assert _findings(_clusters(101)) == [
        "group_vars/all: kubefabric_fabric.version: 101 L3Outs with floating SVI are more than the 100 that release "
        "6.0(9c) bears; use standard SVI for some clusters, or another fabric"
    ]


def test_a_dual_stack_cluster_counts_as_two_floating_addresses() -> None:
    assert _findings(_clusters(101, dual=True))[1] == (
        "group_vars/all: kubefabric_fabric.version: 202 floating addresses are more than the 200 that release 6.0(9c) "
        "bears; use standard SVI for some clusters, or another fabric"
    )


def test_three_racks_are_the_most_for_floating_svi() -> None:
    intent = white_paper()
    _add_racks(intent, 3)
    assert len(build(intent).plans["prod"]["leaves"]) == 6


def test_six_racks_are_the_most_for_standard_svi() -> None:
    intent = standard()
    _add_racks(intent, 6)
    assert len(build(intent).plans["prod"]["leaves"]) == 12
    _add_racks(intent, 7)
    assert _findings(intent) == [
        "host_vars/prod: kubefabric_cluster.l3out.leaves: 14 border leaves are more than the 12 of an L3Out with "
        "standard SVI; keep the cluster's nodes to 6 racks"
    ]


def test_an_unknown_release_has_the_newest_known_limits() -> None:
    assert limits.of_release("9.9(9z)") == (limits.RELEASES[max(limits.RELEASES)], False)
    assert limits.of_release("5.2(7f)") == (limits.Limits(6, 12, 200, 100, 2400), True)


@pytest.mark.parametrize(
    ("version", "since", "answer"),
    [
        ("6.1(1f)", "6.1(1)", True),
        ("6.1(4h)", "6.1(1)", True),
        ("6.1(4h)", "6.1(4h)", True),
        ("6.1(4)", "6.1(4h)", False),
        ("6.0(9c)", "6.1(1)", False),
        ("5.0(1k)", "5.0(1)", True),
        ("4.2(10)", "4.2(9)", True),
        ("10.0(1a)", "6.1(1)", True),
    ],
)
def test_releases_are_compared_by_their_numbers_and_then_by_their_letter(
    version: str, since: str, answer: bool
) -> None:
    assert limits.at_least(version, since) is answer
