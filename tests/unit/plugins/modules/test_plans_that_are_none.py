"""A plan that is not in the format is refused by every module that takes one, before anything is asked."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.modules import (
    aci_bgp_info,
    aci_contract_info,
    aci_l3out,
    cluster_conflicts,
    cluster_resources,
    render,
    verify,
)
from tests.plans import golden, plan
from tests.run_module import ModuleFailed, module_name, run_module

FABRIC = [aci_l3out, aci_bgp_info, aci_contract_info]
NOWHERE = {
    **{module: {"host": "https://127.0.0.1:1", "api_key": "none"} for module in (cluster_resources, cluster_conflicts)},
    **{module: {"host": "127.0.0.1", "port": 1, "password": "none"} for module in FABRIC},
}


@pytest.mark.parametrize("module", NOWHERE, ids=module_name)
def test_a_broken_plan_is_refused_with_every_mistake(module):
    broken = plan()
    del broken["asn"], broken["nodes"]["node1"]["peers"]
    with pytest.raises(ModuleFailed) as refused:
        run_module(module, {**NOWHERE[module], "plan": broken})
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


@pytest.mark.parametrize("module", FABRIC, ids=module_name)
def test_a_nested_cluster_has_no_l3out_and_its_parent_is_named(module):
    red = golden("nested")["red"]
    with pytest.raises(ModuleFailed, match="cluster red is nested in k8s-prod and has no L3Out"):
        run_module(module, {**NOWHERE[module], "plan": red})


def test_a_plan_and_what_it_stands_for_exclude_each_other():
    for module, option in (
        (aci_l3out, {"name": "x"}),
        (aci_bgp_info, {"vrf": "x"}),
        (aci_contract_info, {"reachability": {}}),
    ):
        with pytest.raises(ModuleFailed, match="mutually exclusive"):
            run_module(module, {**NOWHERE[module], "plan": plan(), **option})


@pytest.mark.parametrize("module", NOWHERE, ids=module_name)
def test_of_a_plan_its_cluster_is_returned_and_logged_alone(module):
    with pytest.raises(ModuleFailed) as refused:
        run_module(module, {**NOWHERE[module], "plan": {**plan(), "secret": "geheim"}})
    assert refused.value.result["invocation"]["module_args"]["plan"] == {"cluster": "k8s-prod"}
    assert "geheim" not in str(refused.value.result)


@pytest.mark.parametrize("module", [*NOWHERE, render, verify], ids=module_name)
def test_the_mistakes_of_a_plan_are_documented_alike(module):
    """RETURN has no fragments, so that each module has the text itself."""
    assert yaml.safe_load(module.RETURN)["findings"] == yaml.safe_load(aci_l3out.RETURN)["findings"]
