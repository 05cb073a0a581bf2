"""No contract, no reachability: what is missing between a cluster and others is read from the controller and named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import contracts
from ansible_collections.kubefabric.bgp.plugins.modules import aci_contract_info, aci_l3out
from lab import rehearsal
from lab.fabric_description import objects
from lab.topology import from_documents
from tests.aci_modules import connection, controller, methods  # noqa: F401 - fixture
from tests.apic import Apic, apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.fabric_trees import mo
from tests.run_module import run_module

PLAN = yaml.safe_load(
    (Path(__file__).resolve().parents[3] / "golden" / "plan" / "reachability" / "plan.yml").read_text()
)["plans"]["k8s-prod"]
REACHABILITY = PLAN["l3out"]["reachability"]


@pytest.fixture
def fabric(controller) -> Apic:  # noqa: F811
    """A controller with what others have and everything of the cluster."""
    for document in objects.documents(rehearsal.fabric(from_documents([PLAN]), [PLAN], None, "").description):
        controller.post("uni", document)
    run_module(aci_l3out, {**connection(controller), **PLAN["l3out"], "wait_for_faults": 0})
    controller.reset()
    return controller


def test_a_plan_is_asked_for_like_its_reachability(fabric):
    assert run_module(aci_contract_info, {**connection(fabric), "plan": PLAN})["contracts"] == read(fabric)


def read(fabric: Apic) -> list[dict]:
    return run_module(aci_contract_info, {**connection(fabric), "reachability": REACHABILITY})["contracts"]


def told(fabric: Apic) -> list[str]:
    return [problem["message"] for problem in contracts.problems(PLAN, read(fabric))]


def test_what_is_whole_has_no_problem_and_costs_one_get(fabric):
    found = {one["name"]: one for one in read(fabric)}
    assert methods(fabric) == {"login": 1, "get": 1, "post": 0}
    assert contracts.problems(PLAN, list(found.values())) == []
    assert found["web"] == {
        "tenant": "k8s",
        "name": "web",
        "present": True,
        "scope": "global",
        "subjects": [
            {
                "name": "web",
                "filters": [{"name": "default", "found": True}, {"name": "web", "found": True}],
                "graph": {"name": "firewall", "found": True},
            }
        ],
        "providers": ["uni/tn-k8s/out-k8s-prod/instP-web"],
        "consumers": ["uni/tn-dmz/out-partners/instP-partners", "uni/tn-k8s/out-internet/instP-all"],
    }
    assert found["billing"]["consumers"] == ["uni/tn-k8s/ap-shop/epg-frontend", "uni/tn-legacy/ap-erp/epg-erp"]


def test_a_contract_with_one_side_is_a_remark(fabric):
    assert contracts.remarks(PLAN, read(fabric)) == [
        "Contract registry of tenant k8s has no consumer (provided by tn-k8s/out-k8s-prod/instP-default): "
        "it permits no traffic.",
        "Contract dns of tenant common has no provider (consumed by tn-k8s/out-k8s-prod/instP-default): "
        "it permits no traffic.",
        "Contract monitoring of tenant ops has no provider (consumed by tn-k8s/out-k8s-prod/instP-default): "
        "it permits no traffic.",
    ]
    fabric.post("uni/tn-k8s/ctx-prod", mo("vzAny", mo("vzRsAnyToCons", tnVzBrCPName="registry")))
    assert "registry" not in contracts.remarks(PLAN, read(fabric))[0]


BROKEN = "an operator or another tool removed the relation, or the last run did not finish"


@pytest.mark.parametrize(
    ("gone", "messages"),
    [
        (
            "uni/tn-k8s/out-k8s-prod/instP-web/rsprov-web",
            [
                "external EPG web of L3Out k8s-prod does not provide contract web, as planned: it permits no traffic. "
                f"Likely cause: {BROKEN}"
            ],
        ),
        (
            "uni/tn-dmz/out-partners/instP-partners/rsconsIf-k8s-web",
            [
                "external EPG partners of L3Out partners does not consume contract web, as planned: it permits "
                f"no traffic. Likely cause: {BROKEN}"
            ],
        ),
        (
            "uni/tn-legacy/cif-k8s-billing",
            [f"EPG erp does not consume contract billing, as planned: it permits no traffic. Likely cause: {BROKEN}"],
        ),
        ("uni/tn-ops/brc-monitoring", ["contract monitoring of tenant ops does not exist: it permits no traffic."]),
        ("uni/tn-k8s/flt-web", ["subject web of contract web of tenant k8s: filter web does not exist."]),
        (
            "uni/tn-k8s/AbsGraph-firewall",
            ["subject web of contract web of tenant k8s: service graph firewall does not exist."],
        ),
        (
            "uni/tn-k8s/brc-billing/subj-any",
            ["contract billing of tenant k8s has no subject with a filter: it permits no traffic."],
        ),
    ],
)
def test_what_is_missing_is_named(fabric, gone, messages):
    fabric.delete(gone)
    assert told(fabric) == messages


def test_a_scope_that_was_narrowed_is_named(fabric):
    fabric.post("uni/tn-k8s", mo("vzBrCP", name="web", scope="context"))
    assert told(fabric) == ["contract web of tenant k8s has scope context, its sides need global."]


def test_a_plan_without_contracts_asks_for_nothing():
    plan = {"l3out": {key: value for key, value in PLAN["l3out"].items() if key != "reachability"}}
    assert (contracts.problems(plan, []), contracts.remarks(plan, [])) == ([], [])
