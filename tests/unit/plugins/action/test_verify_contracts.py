"""verify looks at a plan's contracts, where it has any, and where the whole cluster is looked at."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.action.verify import ActionModule

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "plan" / "reachability" / "plan.yml"
PLAN = yaml.safe_load(GOLDEN.read_text())["plans"]["k8s-test"]
APIC = {"hosts": ["apic1"], "username": "admin", "password": "x", "port": None}
DEFAULT = "uni/tn-k8s/out-k8s-test/instP-default"


class Verify(ActionModule):
    """The action with a controller that answers what it is told."""

    def __init__(self, *consumers: str) -> None:
        filters = [{"name": "https", "found": True}]
        subject = {"name": "https", "filters": filters, "graph": None}
        contract = {"tenant": "k8s", "name": "registry", "present": True, "scope": "tenant", "subjects": [subject]}
        self.answer = {"contracts": [{**contract, "providers": [], "consumers": list(consumers)}]}
        self.asked: list = []

    def _module(self, name: str, arguments: dict, task_vars: dict) -> dict:
        self.asked.append((name, arguments, task_vars))
        return copy.deepcopy(self.answer)

    def outcome(self, **given: object) -> dict:
        """What becomes of an outcome without problems."""
        outcome = {"ok": True, "problems": []}
        self._add_contracts({"plan": PLAN, "apic": APIC, "nodes": None, **given}, outcome, {})
        return outcome


def test_a_planned_side_without_its_relation_is_a_problem():
    found = Verify().outcome()
    assert not found["ok"]
    assert [problem["message"] for problem in found["problems"]] == [
        "external EPG default of L3Out k8s-test does not consume contract registry, as planned: nothing passes by it. "
        "Likely cause: somebody took the relation away, or the last run did not finish"
    ]


def test_a_contract_with_one_side_is_a_warning():
    action = Verify(DEFAULT)
    found = action.outcome()
    assert (found["ok"], found["problems"]) == (True, [])
    assert found["warnings"] == [
        "Nobody provides contract registry of tenant k8s, which tn-k8s/out-k8s-test/instP-default consumes: "
        "nothing passes by it."
    ]
    ((name, arguments, _variables),) = action.asked
    connection = {"host": ["apic1"], "username": "admin", "password": "x"}
    assert name == "kubefabric.bgp.aci_contract_info"
    assert arguments == {**connection, "reachability": PLAN["l3out"]["reachability"]}


@pytest.mark.parametrize("given", [{"nodes": ["test1"]}, {"plan": {"l3out": {}}}])
def test_without_contracts_or_for_some_nodes_alone_nobody_is_asked(given):
    action = Verify()
    assert action.outcome(**given) == {"ok": True, "problems": []}
    assert action.asked == []
