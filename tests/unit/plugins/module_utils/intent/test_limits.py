"""Limits of a fabric, counted over all of its clusters."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent import limits
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.options_fabric import LIMITS
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from tests.unit.plugins.module_utils.plan.intents import add_cluster, standard, white_paper


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
        "group_vars/all: kubefabric_fabric.version: 101 L3Outs with floating SVI exceed the limit of 100 for release "
        "6.0(9c); use standard SVI for some clusters, or another fabric"
    ]


def test_a_dual_stack_cluster_counts_as_two_floating_addresses() -> None:
    assert _findings(_clusters(101, dual=True))[1] == (
        "group_vars/all: kubefabric_fabric.version: 202 floating addresses exceed the limit of 200 for release 6.0(9c)"
        "; use standard SVI for some clusters, or another fabric"
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
    assert limits.of_fabric("9.9(9z)", {}) == (limits.RELEASES[max(limits.RELEASES)], False)
    assert limits.of_fabric("5.2(7f)", {}) == (limits.Limits(6, 12, 200, 100, 2400, 20_000, 128_000, 4094), True)


def test_limits_that_the_intent_gives_go_before_the_release_s() -> None:
    intent = _clusters(3)
    intent["fabric"]["limits"] = {"floating_l3outs": 2}
    assert _findings(intent) == [
        "group_vars/all: kubefabric_fabric.version: 3 L3Outs with floating SVI exceed the limit of 2 in limits; "
        "use standard SVI for some clusters, or another fabric"
    ]


def test_a_release_of_which_the_intent_gives_every_limit_is_known() -> None:
    intent = white_paper()
    intent["fabric"]["version"] = "6.1(4h)"
    given = dataclasses.asdict(limits.RELEASES[6, 0])
    assert build({**intent, "fabric": {**intent["fabric"], "limits": given}}).warnings == []
    del given["lpm_most"]
    assert len(build({**intent, "fabric": {**intent["fabric"], "limits": given}}).warnings) == 1


def test_the_limits_of_the_intent_are_those_of_the_table() -> None:
    assert sorted(LIMITS) == sorted(field.name for field in dataclasses.fields(limits.Limits))


def test_the_vlans_of_a_leaf_are_counted_over_both_designs() -> None:
    intent = standard()
    add_cluster(intent, 1)
    intent["clusters"]["prod"]["nodes"].pop("node3")
    intent["fabric"]["limits"] = {"vlans": 2}
    assert _findings(intent) == [
        f"group_vars/all: kubefabric_fabric.racks.rack1.leaves.{leaf}: its L3Outs take 3 VLANs, more than the 2 that a "
        "leaf has for them; spread the nodes over more racks, or use floating SVI, which takes one VLAN a cluster"
        for leaf in (101, 102)
    ]
    intent["fabric"]["limits"] = {"vlans": 3}
    assert len(build(intent).plans) == 2


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


def _nodes(intent: dict, count: int, racks: int = 2) -> dict:
    nodes = {f"n{number}": {"rack": f"rack{number % racks + 1}"} for number in range(count)}
    intent["clusters"]["prod"]["nodes"] = nodes
    return intent


def test_a_rack_with_more_nodes_than_ecmp_is_wide_is_worth_a_warning() -> None:
    intent = _nodes(white_paper(), 64, racks=1)
    intent["clusters"]["prod"]["cluster"]["bgp"]["ecmp"] = 64
    assert build(intent).warnings == []
    intent["clusters"]["prod"]["cluster"]["bgp"]["ecmp"] = 60
    assert [str(finding) for finding in build(intent).warnings] == [
        "host_vars/prod: kubefabric_cluster.bgp.ecmp: rack rack1 has 64 nodes and a leaf uses 60 ways to one prefix: 4 "
        "of them get none of its traffic to services of the whole cluster; spread the nodes over more racks, or raise "
        "ecmp (to 64 at most)"
    ]


@pytest.mark.parametrize(
    ("given", "planned"), [({}, 64), ({"ecmp": None}, 64), ({"ecmp": "32"}, 32), ({"ecmp": "unmanaged"}, None)]
)
def test_ecmp_is_a_number_or_left_to_the_vrfs_own_policies(given: dict, planned: int | None) -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["bgp"].pop("ecmp", None)
    intent["clusters"]["prod"]["cluster"]["bgp"].update(given)
    plan = build(intent).plans["prod"]
    assert (plan["bgp"]["ecmp"], plan["l3out"]["bgp"]["ecmp"]) == (planned, planned)


@pytest.mark.parametrize(("least", "most"), [(24, 99), (23, 24)], ids=["fits", "fits a larger profile"])
def test_routes_are_counted_over_all_clusters_of_a_leafs_vrfs(monkeypatch, least: int, most: int) -> None:
    intent = _nodes(white_paper(), 10)  # 10 pod blocks, 1 external service network, 1 subnet
    add_cluster(intent, 1)  # 2 pod blocks, 1 subnet; the same VRF
    other = standard()["clusters"]["prod"]  # 3 pod blocks, 3 subnets, 1 external service network, in a VRF of its own
    other["cluster"]["l3out"] |= {"name": "other", "vrf": "other"}
    other["nodes"] = {f"other-{name}": node for name, node in other["nodes"].items()}
    intent["clusters"]["other"] = other
    add_cluster(intent, 2, vrf="third")  # 3, in a third VRF
    assert 12 + 3 + 7 + 3 == 25
    monkeypatch.setitem(limits.RELEASES, (6, 0), limits.Limits(lpm_least=least + 1, lpm_most=most + 1))
    warnings = [str(finding) for finding in build(intent).warnings]
    assert warnings == (
        []
        if least == 24
        else [
            "group_vars/all: kubefabric_fabric.version: leaf 101 learns about 25 routes, not counting those of single "
            "services, more than the 24 longest prefix matches of the smallest forwarding scale profile of release "
            "6.0(9c); see that the leaves have a larger one (up to 25)"
        ]
    )


def test_more_routes_than_the_largest_profile_holds_are_a_mistake(monkeypatch) -> None:
    monkeypatch.setitem(limits.RELEASES, (6, 0), limits.Limits(lpm_least=10, lpm_most=11))
    assert _findings(_nodes(white_paper(), 10)) == [
        "group_vars/all: kubefabric_fabric.version: leaf 101 learns about 12 routes, not counting those of single "
        "services, more than the 11 longest prefix matches of the largest forwarding scale profile of release 6.0(9c); "
        "spread the clusters over more leaves, or over VRFs on other leaves"
    ]


def test_routes_of_nested_clusters_are_counted_as_well(monkeypatch) -> None:
    intent = _nodes(white_paper(), 10)
    intent["clusters"]["prod"]["cluster"]["workload_peering"] = {"addresses": ["169.254.0.179"], "speaker": "host"}
    red = {"asn": 65010, "cni": "calico", "networks": {"pod": ["10.123.0.0/16"], "service": ["10.97.0.0/16"]}}
    nodes: dict = {f"vm{number}": {} for number in range(4)}
    intent["clusters"]["red"] = {"cluster": {**red, "nested_in": {"cluster": "prod"}}, "nodes": nodes}
    assert 12 + 4 + 1 == 17
    monkeypatch.setitem(limits.RELEASES, (6, 0), limits.Limits(lpm_least=17, lpm_most=20))
    assert not build(intent).warnings
    intent["clusters"]["red"]["nodes"]["vm4"] = {}
    assert "leaf 101 learns about 18 routes" in str(build(intent).warnings[0])
