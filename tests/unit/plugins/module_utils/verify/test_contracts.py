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


EMPTY = [("contract-empty", "contract web of tenant k8s has no subject with a filter: it permits no traffic.")]


@pytest.mark.parametrize("subjects", [[], [subject()], [subject(), subject()]])
def test_a_contract_without_a_subject_that_filters_lets_nothing_pass(subjects: list[dict]) -> None:
    assert told(found(*subjects)) == EMPTY


@pytest.mark.parametrize(
    "subjects",
    [[subject(FILTER)], [subject(graph=GRAPH)], [subject(), subject(FILTER)], [subject(FILTER, graph=GRAPH)]],
)
def test_one_filter_or_one_service_graph_is_enough(subjects: list[dict]) -> None:
    assert told(found(*subjects)) == []


# -- the contract, its sides and its scope -------------------------------------------------------------

BROKEN = "an operator or another tool removed the relation, or the last run did not finish"


def test_a_contract_that_is_not_there_is_the_only_thing_said_of_it() -> None:
    assert told(found(present=False, scope="context", providers=[], consumers=[])) == [
        ("contract-missing", "contract web of tenant k8s does not exist: it permits no traffic.")
    ]


def test_filters_and_graphs_that_do_not_exist_are_named_each() -> None:
    lost = subject({"name": "a", "found": False}, FILTER, graph={"name": "g", "found": False})
    where = "subject any of contract web of tenant k8s"
    assert told(found(lost)) == [
        ("contract-incomplete", f"{where}: filter a does not exist."),
        ("contract-incomplete", f"{where}: service graph g does not exist."),
    ]


def test_each_side_that_lost_its_relation_is_named() -> None:
    assert told(found(subject(FILTER), providers=[], consumers=["uni/tn-k8s/out-k8s-prod/instP-other"])) == [
        (
            "contract-side",
            "external EPG web of L3Out k8s-prod does not provide contract web, as planned: it permits no traffic. "
            f"Likely cause: {BROKEN}",
        ),
        (
            "contract-side",
            "external EPG partners of L3Out partners does not consume contract web, as planned: it permits no traffic. "
            f"Likely cause: {BROKEN}",
        ),
    ]


def consuming(**more: object) -> dict:
    """The plan with an EPG that consumes the contract itself."""
    planned = plan()
    epg = {**SIDE, "tenant": "k8s", "application": "shop", "name": "web", "vrf": "prod", "vrf_tenant": "k8s"}
    planned["l3out"]["reachability"]["epgs"] = [{**epg, "consume": ["web"], **more}]
    return planned


EPG = "uni/tn-k8s/ap-shop/epg-web"


def test_an_epg_is_a_side_like_an_external_one() -> None:
    assert told(found(subject(FILTER), consumers=[PARTNERS, EPG]), consuming()) == []
    (message,) = told(found(subject(FILTER)), consuming())
    assert message[1].startswith("EPG web does not consume contract web, as planned")


@pytest.mark.parametrize(
    ("other", "scope", "needed"),
    [
        ({}, "context", None),
        ({}, "tenant", None),
        ({}, "global", None),
        ({"vrf": "test"}, "context", "tenant"),
        ({"vrf": "test"}, "tenant", None),
        ({"vrf": "test"}, "global", None),
        ({"vrf_tenant": "common"}, "context", "tenant"),
        ({"tenant": "dmz", "vrf": "test"}, "tenant", "global"),
        ({"tenant": "dmz", "vrf": "test"}, "global", None),
        ({"consume": [], "vrf": "test"}, "context", None),
    ],
)
def test_a_contract_reaches_as_far_as_its_sides_stand_apart(other: dict, scope: str, needed: str | None) -> None:
    planned = consuming(**other)
    tenant = other.get("tenant", "k8s")
    ends = [PARTNERS, f"uni/tn-{tenant}/ap-shop/epg-web"]
    message = f"contract web of tenant k8s has scope {scope}, its sides need {needed}."
    expected = [("contract-scope", message)] if needed else []
    assert told(found(subject(FILTER), scope=scope, consumers=ends), planned) == expected


def test_an_interface_s_side_counts_for_the_scope_of_its_contract() -> None:
    planned = plan()
    planned["l3out"]["reachability"]["transit"][0]["vrf"] = "test"
    assert told(found(subject(FILTER)), planned) == [
        ("contract-scope", "contract web of tenant k8s has scope context, its sides need global.")
    ]


@pytest.mark.parametrize(
    ("ends", "remark"),
    [
        ({"providers": [WEB], "consumers": []}, "Contract web of tenant k8s has no consumer (provided by {})"),
        ({"providers": [], "consumers": [WEB]}, "Contract web of tenant k8s has no provider (consumed by {})"),
        ({"providers": [WEB], "consumers": [PARTNERS]}, None),
        ({"providers": [], "consumers": []}, None),
        ({"providers": [WEB], "consumers": [], "present": False}, None),
        ({"providers": [], "consumers": [WEB], "present": False}, None),
    ],
)
def test_a_contract_with_one_side_is_a_remark(ends: dict, remark: str | None) -> None:
    expected = [f"{remark.format('tn-k8s/out-k8s-prod/instP-web')}: it permits no traffic."] if remark else []
    assert contracts.remarks(plan(), found(subject(FILTER), **ends)) == expected


def test_of_many_sides_one_is_named_and_the_others_are_counted() -> None:
    (remark,) = contracts.remarks(plan(), found(subject(FILTER), providers=[WEB, PARTNERS], consumers=[]))
    assert "(provided by tn-k8s/out-k8s-prod/instP-web and 1 more)" in remark


def test_a_plan_without_contracts_has_neither_problems_nor_remarks() -> None:
    bare = {"l3out": {"reachability": None}}
    assert (contracts.problems(bare, found()), contracts.remarks(bare, found(consumers=[]))) == ([], [])


def test_every_problem_names_its_contract() -> None:
    lost = subject({"name": "a", "found": False}, FILTER)
    apart = consuming(vrf="test")
    cases = [
        contracts.problems(plan(), found(present=False)),
        contracts.problems(plan(), found()),
        contracts.problems(plan(), found(lost)),
        contracts.problems(plan(), found(subject(FILTER), providers=[])),
        contracts.problems(apart, found(subject(FILTER), consumers=[PARTNERS, EPG])),
    ]
    assert [[item["contract"] for item in case] for case in cases] == [["web"]] * 5
