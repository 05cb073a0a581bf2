"""A cluster that moves between floating and standard SVI says what it tears down, and wants to be told."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import Findings, IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan import redesign
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build

from .intents import standard, white_paper

AT = "host_vars/prod: kubefabric_cluster.l3out.svi"
TO_STANDARD = (
    "the cluster has floating SVI, and moving it to standard tears down the SVIs of 4 leaves, 192.168.2.253, "
    "192.168.2.254 and the addresses of 3 nodes"
)
TO_FLOATING = (
    "the cluster has standard SVI, and moving it to floating tears down the SVIs and networks of its 3 nodes with "
    "VLANs 400, 401, 402"
)
MOVES = [(white_paper, standard, TO_STANDARD, "floating"), (standard, white_paper, TO_FLOATING, "standard")]


@pytest.mark.parametrize(("before", "after", "rule", "design"), MOVES)
def test_a_move_is_refused_and_says_what_it_tears_down(before, after, rule, design):
    kept = build(before()).allocations
    with pytest.raises(IntentError) as raised:
        build({**after(), "allocations": kept})
    remedy = f"to confirm, set kubefabric_change_svi: prod; if not, give svi: {design}"
    assert [str(finding) for finding in raised.value.findings] == [f"{AT}: {rule}; {remedy}"]


@pytest.mark.parametrize(("before", "after", "rule", "_design"), MOVES)
def test_a_move_that_is_asked_for_starts_anew_with_a_warning(before, after, rule, _design):
    result = build({**after(), "allocations": build(before()).allocations, "change_svi": "prod"})
    assert result.plans == build(after()).plans
    remedy = "all its sessions go down until nodes and leaves are configured"
    assert [str(finding) for finding in result.warnings] == [f"{AT}: {rule}; {remedy}"]


def test_leaves_count_whose_addresses_the_intent_gave():
    before = white_paper()
    leaves = {leaf: {"addresses": [f"192.168.2.{100 + leaf}"]} for leaf in (101, 102, 103, 104)}
    before["clusters"]["prod"]["cluster"]["l3out"]["leaves"] = leaves
    with pytest.raises(IntentError, match=r"tears down the SVIs of 4 leaves, 192\.168\.2\.253, "):
        build({**standard(), "allocations": build(before).allocations})


def test_another_cluster_may_be_moved_and_this_one_may_not():
    with pytest.raises(IntentError):
        build({**standard(), "allocations": build(white_paper()).allocations, "change_svi": ["test"]})


@pytest.mark.parametrize(("value", "names"), [("a, b", ["a", "b"]), (["a"], ["a"]), (None, []), ("", [])])
def test_clusters_are_named_by_a_list_or_by_text(value, names):
    assert redesign.named(value) == names


@pytest.mark.parametrize(
    ("kept", "design"),
    [
        ({"leaves": {"101": {}}}, "floating"),
        ({"floating": {"ipv4": "192.0.2.1"}}, "floating"),
        ({"secondary": {"ipv4": "192.0.2.1"}}, "floating"),
        ({"vlans": {"node1": 400}}, "standard"),
        ({"vlans": {"node1": 400}, "leaves": {"101": {}}}, "floating"),
        ({"nodes": {"node1": {}}, "leaves": {}, "vlans": {}}, None),
        (None, None),
        ([], None),
    ],
)
def test_the_design_of_before_shows_in_what_was_allocated(kept, design):
    assert redesign.earlier_design(kept) == design


def cluster(svi):
    """As much of a cluster as the rule looks at."""
    return SimpleNamespace(name="prod", l3out={"svi": svi}, leaves=[101, 102], at=lambda key: f"prod.{key}")


FLOATING = {"leaves": {"101": {}, "105": {}}, "floating": {"ipv4": "192.0.2.1"}}


@pytest.mark.parametrize(
    ("kept", "svi"),
    [
        (FLOATING, "floating"),
        ({"vlans": {"node1": 400}}, "standard"),
        ({"nodes": {}}, "standard"),
        (None, "floating"),
        ([1], "floating"),
    ],
)
def test_what_was_allocated_stays_where_the_design_does(kept, svi):
    findings = Findings()
    assert redesign.still_valid(cluster(svi), kept, [], findings) is kept
    assert (findings.errors, findings.warnings) == ([], [])


def test_what_is_torn_down_is_counted_by_what_was_allocated_and_what_the_intent_gave():
    findings = Findings()
    assert redesign.still_valid(cluster("standard"), FLOATING, [], findings) is None
    (finding,) = findings.errors
    assert finding.rule.endswith("tears down the SVIs of 3 leaves, 192.0.2.1 and the addresses of 0 nodes")
    redesign.still_valid(cluster("standard"), {"leaves": {"101": {}}}, [], findings)
    assert findings.errors[1].rule.endswith("tears down the SVIs of 2 leaves, none and the addresses of 0 nodes")
