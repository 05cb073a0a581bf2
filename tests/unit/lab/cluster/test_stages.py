"""lab.cluster.stages."""

from __future__ import annotations

import re

from lab.cluster.programs import COMMAND, IMAGE
from lab.cluster.stages import without_agents


def stage(kind: str) -> dict:
    ready = {"key": ".status.phase", "operator": "In", "values": ["Pending"]}
    return {"spec": {"resourceRef": {"kind": kind}, "selector": {"matchExpressions": [ready]}}}


def test_a_pods_stage_leaves_agents_alone_and_keeps_its_own_conditions():
    expressions = without_agents(stage("Pod"))["spec"]["selector"]["matchExpressions"]
    assert expressions[0] == {"key": ".status.phase", "operator": "In", "values": ["Pending"]}
    assert expressions[1]["operator"] == "DoesNotExist"
    assert expressions[1]["key"].startswith(".spec.containers[]")


def test_a_nodes_stage_stays_as_it_is():
    assert without_agents(stage("Node")) == stage("Node")


def test_the_given_stage_is_not_changed():
    given = stage("Pod")
    without_agents(given)
    assert given == stage("Pod")


def test_the_expressions_mean_the_same_to_jq_and_to_python():
    # What both engines (Oniguruma-like gojq on Go's regexp, and re) read alike: no look-around, no escapes.
    for expression in (IMAGE, COMMAND):
        assert not re.search(r"\\|\(\?", expression)
