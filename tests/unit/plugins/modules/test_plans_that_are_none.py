"""A plan that is not in the format is refused by every module that takes one, before anything is asked."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.modules import cluster_conflicts, cluster_resources
from tests.plans import plan
from tests.run_module import ModuleFailed, run_module

NOWHERE = {"host": "https://127.0.0.1:1", "api_key": "none"}


@pytest.mark.parametrize("module", [cluster_resources, cluster_conflicts], ids=lambda module: module.__name__[-17:])
def test_a_broken_plan_is_refused_with_every_mistake(module):
    broken = plan()
    del broken["asn"], broken["nodes"]["node1"]["peers"]
    with pytest.raises(ModuleFailed) as refused:
        run_module(module, {**NOWHERE, "plan": broken})
    assert refused.value.result["msg"].splitlines() == [
        "The plan has 2 mistakes; nothing was done.",
        "  1. plan.asn: is missing; add it, for example asn: 65003",
        "  2. plan.nodes.node1.peers: is missing; add it, for example peers: [{leaf: 101, family: ipv4, "
        "address: 192.168.2.201, local_address: 192.168.2.1, asn: 65002}]",
    ]
    assert [finding["path"] for finding in refused.value.result["findings"]] == [
        "plan.asn",
        "plan.nodes.node1.peers",
    ]
