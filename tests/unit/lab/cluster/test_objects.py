"""lab.cluster.objects."""

from __future__ import annotations

import pytest

from lab.cluster import objects


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({}, True),
        (None, False),
        ({"matchLabels": {"a": "1"}}, True),
        ({"matchLabels": {"a": "2"}}, False),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}, True),
        ({"matchExpressions": [{"key": "b", "operator": "In", "values": ["1"]}]}, False),
        ({"matchExpressions": [{"key": "b", "operator": "NotIn", "values": ["1"]}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "DoesNotExist"}]}, True),
        ({"matchExpressions": [{"key": "b", "operator": "Exists"}]}, False),
    ],
)
def test_a_label_selector_takes_what_all_of_its_requirements_take(selector, expected):
    assert objects.selects(selector, {"a": "1"}) is expected


def test_an_agent_is_at_home_on_the_nodes_of_its_pods_that_stay():
    def pod(node: str, label: str = "calico-node", **metadata: str) -> dict:
        labels = {"k8s-app": label}
        return {"metadata": {"namespace": "calico-system", "labels": labels, **metadata}, "spec": {"nodeName": node}}

    going = pod("node2", deletionTimestamp="2026-01-01T00:00:00Z")
    pods = [pod("node1"), going, pod("node3", "cilium"), pod("")]
    assert objects.homes(pods, "calico-node") == {"node1": "calico-system"}
