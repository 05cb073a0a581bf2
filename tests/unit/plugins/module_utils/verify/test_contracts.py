"""Contracts between what the plan wants and what the fabric has: which of them let nothing pass."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import contracts

FILTER = {"name": "web", "found": True}
GRAPH = {"name": "firewall", "found": True}
SIDE = {"provide": [], "consume": [], "consume_interfaces": []}
WEB = "uni/tn-k8s/out-k8s-prod/instP-web"
PARTNERS = "uni/tn-dmz/out-partners/instP-partners"


def plan() -> dict:
    """A cluster whose external EPG provides a contract that an L3Out of another tenant consumes by an interface."""
    partners = {"tenant": "dmz", "l3out": "partners", "external_epg": "partners", "vrf": "prod", "vrf_tenant": "k8s"}
    reachability = {
        "contracts": [{"tenant": "k8s", "name": "web"}],
        "interfaces": [{"tenant": "dmz", "name": "k8s-web", "contract": "web"}],
        "external_epgs": [{**SIDE, "name": "web", "provide": ["web"]}],
        "epgs": [],
        "transit": [{**SIDE, **partners, "consume_interfaces": ["k8s-web"]}],
    }
    l3out = {"tenant": "k8s", "name": "k8s-prod", "vrf": "prod", "vrf_tenant": "k8s", "reachability": reachability}
    return {"l3out": l3out}


def found(*subjects: dict, **more: object) -> list[dict]:
    """The contract as the fabric has it, whole unless something else is given."""
    whole = {"tenant": "k8s", "name": "web", "present": True, "scope": "context"}
    ends = {"providers": [WEB], "consumers": [PARTNERS]}
    return [{**whole, **ends, "subjects": list(subjects), **more}]


def subject(*filters: dict, graph: dict | None = None) -> dict:
    return {"name": "any", "filters": list(filters), "graph": graph}


def told(contracts_found: list[dict], planned: dict | None = None) -> list[tuple[str, str]]:
    return [(item["kind"], item["message"]) for item in contracts.problems(planned or plan(), contracts_found)]


EMPTY = [("contract-empty", "contract web of tenant k8s has no subject with a filter: nothing passes by it.")]


@pytest.mark.parametrize("subjects", [[], [subject()], [subject(), subject()]])
def test_a_contract_without_a_subject_that_filters_lets_nothing_pass(subjects: list[dict]) -> None:
    assert told(found(*subjects)) == EMPTY


@pytest.mark.parametrize(
    "subjects",
    [[subject(FILTER)], [subject(graph=GRAPH)], [subject(), subject(FILTER)], [subject(FILTER, graph=GRAPH)]],
)
def test_one_filter_or_one_service_graph_is_enough(subjects: list[dict]) -> None:
    assert told(found(*subjects)) == []
