"""Runs without hosts or tasks, and what is said of them."""

from __future__ import annotations

import pytest
from ansible.playbook.taggable import Taggable

from ansible_collections.kubefabric.bgp.plugins.plugin_utils.run_scope import selected, without_hosts, without_tasks

GROUPS = {
    "all": ["k8s-prod", "node1", "node2"],
    "ungrouped": [],
    "clusters": ["k8s-prod"],
    "k8s_prod_nodes": ["node1", "node2"],
}
NO_GROUP = "The inventory has no group clusters (one host per Kubernetes cluster)"
LIMITED = "leaves no host of the group clusters in this run"


@pytest.mark.parametrize(
    ("groups", "running", "limit", "said"),
    [
        pytest.param(GROUPS, None, None, None, id="all"),
        pytest.param(GROUPS, ["k8s-prod"], "k8s-prod", None, id="a cluster by limit"),
        pytest.param(
            {"all": [], "ungrouped": []},
            None,
            None,
            f"{NO_GROUP}. It has no hosts at all: was it given (-i), and could Ansible read it?",
            id="no inventory",
        ),
        pytest.param(
            {"all": ["k8s-prod", "node1"], "ungrouped": ["k8s-prod", "node1"]},
            None,
            None,
            f"{NO_GROUP}. It has hosts and no groups, like a smart inventory of AWX. Run on the inventory that has the "
            "groups, or on a constructed inventory",
            id="smart inventory",
        ),
        pytest.param(
            {"all": ["a", "n"], "cluster": ["a"], "a_nodes": ["n"]},
            None,
            None,
            f"{NO_GROUP}; did you mean cluster?",
            id="misspelt",
        ),
        pytest.param(
            {"all": ["web1"], "web": ["web1"]}, None, None, f"{NO_GROUP}. It has: web", id="another inventory"
        ),
        pytest.param(
            {**GROUPS, "clusters": []},
            None,
            None,
            "The group clusters (one host per Kubernetes cluster) has no hosts",
            id="empty",
        ),
        pytest.param(
            GROUPS,
            ["node1"],
            "node1",
            f"--limit node1 {LIMITED}. node1 is a node of k8s-prod: say --limit k8s-prod",
            id="a node",
        ),
        pytest.param(
            GROUPS,
            ["node1", "node2"],
            "k8s_prod_nodes",
            f"--limit k8s_prod_nodes {LIMITED}. node1, node2 are nodes of k8s-prod: say --limit k8s-prod",
            id="all nodes",
        ),
        pytest.param(
            {**GROUPS, "web": ["web1"]},
            ["web1"],
            "web",
            f"--limit web {LIMITED}. The inventory has: k8s-prod",
            id="other hosts",
        ),
    ],
)
def test_a_run_without_a_cluster_is_told_why(groups: dict, running: list | None, limit: str | None, said: str) -> None:
    assert without_hosts(groups, ["clusters"], running, limit) == said


def test_of_several_groups_one_with_a_host_is_enough() -> None:
    needed = ["peering_hosts", "reflector_hosts"]
    assert without_hosts({"all": ["rr1"], "reflector_hosts": ["rr1"]}, needed, None, None) is None
    assert without_hosts(GROUPS, needed, None, None) == (
        "The inventory has no group peering_hosts (the hosts that run a BGP speaker of their own), or reflector_hosts "
        "(the hosts that reflect routes). It has: clusters, k8s_prod_nodes"
    )
    assert without_hosts({**GROUPS, "peering_hosts": ["node1"]}, needed, ["k8s-prod"], "k8s-prod") == (
        "--limit k8s-prod leaves no host of the group peering_hosts or reflector_hosts in this run. "
        "The inventory has: node1"
    )


def test_nothing_is_missing_where_no_group_is_needed() -> None:
    """The groups of nodes of an inventory without clusters are none; that it has no clusters is said already."""
    assert without_hosts({"all": ["a"]}, [], None, None) is None
    assert without_hosts({"all": ["a"]}, [], ["a"], "a") is None


@pytest.mark.parametrize(
    ("needed", "running", "limit", "said"),
    [
        (["clusters"], ["node1"], "node1", "node1 is a node of k8s-prod: say --limit node1,k8s-prod"),
        (["clusters"], ["node1"], "node[1:1]", "node1 is a node of k8s-prod: say --limit 'node[1:1],k8s-prod'"),
        (["k8s_prod_nodes"], ["k8s-prod"], "k8s-prod", "Say --limit k8s-prod,k8s_prod_nodes"),
    ],
)
def test_the_limit_that_is_advised_has_all_that_the_run_needs(needed, running, limit, said) -> None:
    needs = [["clusters"], ["k8s_prod_nodes"]]
    assert without_hosts(GROUPS, needed, running, limit, needs).split(". ", 1)[1] == said


TAGS = [[], ["a"], ["b"], ["a", "b"], ["never"], ["a", "never"], ["always"], ["a", "always"]]
ONLY = [["all"], ["a"], ["tagged"], ["untagged"], ["a", "untagged"]]
SKIP = [[], ["a"], ["tagged"], ["untagged"], ["all"], ["always"], ["all", "always"]]


class Task(Taggable):
    """As much of a task as tags need."""

    def __init__(self, tags: list[str]) -> None:
        self.tags = tags
        self._loader = self._parent = None

    def get_play(self) -> None:
        """Not in a play."""


@pytest.mark.parametrize("tags", TAGS)
@pytest.mark.parametrize("only", ONLY)
@pytest.mark.parametrize("skip", SKIP)
def test_tags_select_what_ansible_selects(tags: list[str], only: list[str], skip: list[str]) -> None:
    assert selected(tags, only, skip) == Task(tags).evaluate_tags(only, skip, {})


def test_tags_that_leave_no_task_are_named_with_those_that_there_are() -> None:
    assert without_tasks([["fabric"], []], ["fabric"], []) is None
    assert without_tasks([["fabric"], ["verify"]], ["fabrik"], []) == (
        "--tags fabrik leaves no task to run. The tags of this run are fabric, verify"
    )
    assert without_tasks([[]], ["all"], ["untagged"]) == (
        "--skip-tags untagged leaves no task to run. The tasks of this run have no tags"
    )
