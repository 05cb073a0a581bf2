"""Kubernetes' LabelSelector."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.objects.label_selector import takes


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ({"operator": "In", "values": ["web"]}, True),
        ({"operator": "In", "values": ["mail"]}, False),
        ({"operator": "NotIn", "values": ["web"]}, False),
        ({"operator": "Exists"}, True),
        ({"operator": "DoesNotExist"}, False),
    ],
)
def test_a_term_of_a_selector_holds_as_in_kubernetes(term, expected):
    assert takes({"matchExpressions": [{"key": "app", **term}]}, {"app": "web"}) is expected
    assert takes({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, {})
