"""A cluster's files as text."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out, tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.attribute import Attribute
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.plugin_utils import documents as of_documents
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.documents import PLACEHOLDER, documents, page
from tests.catalog_check import problems

GOLDEN = Path(__file__).parents[3] / "golden" / "plan"
PLANS = {path.parent.name: yaml.safe_load(path.read_text())["plans"] for path in GOLDEN.glob("*/plan.yml")}
CASES = sorted(f"{case}/{cluster}" for case, plans in PLANS.items() for cluster in plans)


def _plan(case: str) -> dict:
    """A copy of the plan ``case/cluster``; the cluster is k8s-prod if none is named."""
    name, _, cluster = case.partition("/")
    return copy.deepcopy(PLANS[name][cluster or "k8s-prod"])


@pytest.mark.parametrize("case", CASES)
def test_every_golden_plan_renders_to_all_files(case: str) -> None:
    files = documents(_plan(case))
    network = NETWORKS.get(_plan(case)["cni"])
    resources = ["kubernetes.yml"] if network and network.kubernetes else []
    further = ["cilium-values.yml"] if _plan(case)["cni"] == "cilium" else []
    fabric = ["apic.json"] if "l3out" in _plan(case) else []
    assert list(files) == ["plan.yml", *fabric, "README.md", *resources, *further]
    assert yaml.safe_load(files["plan.yml"]) == _plan(case)
    assert all(list(json.loads(files[name])) == ["polUni"] for name in fabric)
    assert all(item["kind"] for item in yaml.safe_load_all(files.get("kubernetes.yml", "")))


@pytest.mark.parametrize("case", [case for case in CASES if "l3out" in _plan(case)])
def test_apic_s_class_catalog_takes_every_golden_plan(case: str) -> None:
    assert problems(tree.to_map(l3out.build(_plan(case)["l3out"], "s3cret"))) == []


def test_a_placeholder_stands_where_the_password_belongs() -> None:
    files = documents(_plan("floating-ipv4"))
    assert f'"password": "{PLACEHOLDER}"' in files["apic.json"]
    assert PLACEHOLDER in files["kubernetes.yml"]


def test_the_password_is_rendered_when_given() -> None:
    files = documents(_plan("floating-ipv4"), "s3cret")
    assert '"password": "s3cret"' in files["apic.json"]
    assert not any(PLACEHOLDER in text for text in files.values())


def test_a_plan_without_password_renders_none() -> None:
    files = documents(_plan("one-rack"), "s3cret")
    assert not any("s3cret" in text or PLACEHOLDER in text for text in files.values())


def test_plan_files_have_no_anchors() -> None:
    shared = {"ipv4": "192.168.2.254"}
    plan = _plan("floating-ipv4")
    for node in plan["nodes"].values():
        node["gateways"] = shared
    assert "&id" not in documents(plan)["plan.yml"]


def test_the_page_lists_every_session() -> None:
    rows = [line for line in page(_plan("floating-dual")).splitlines() if line.endswith("| 65002 |")]
    assert len(rows) == 16
    assert "| node1 | 2001:db8:2::11 | 65003 | 101 | 2001:db8:2::101 | 65002 |" in rows


def test_the_page_of_standard_svi_lists_every_path() -> None:
    assert (
        "| node2 | ipv4 | vpc-node2 | 401 | 101: 192.168.4.20/29 | 102: 192.168.4.21/29 | 192.168.4.22/29 |"
        in page(_plan("standard-ipv4")).splitlines()
    )


@pytest.mark.parametrize("case", CASES)
def test_the_page_s_tables_are_whole(case: str) -> None:
    """Every row of a table has as many cells as its head."""
    cells = None
    for line in page(_plan(case)).splitlines():
        if not line.startswith("|"):
            cells = None
            continue
        cells = cells or line.count("|")
        assert line.count("|") == cells, line


def test_documents_are_the_same_for_the_same_intent() -> None:
    intent = yaml.safe_load((GOLDEN / "floating-dual" / "intent.yml").read_text())
    assert documents(build(intent).plans["k8s-prod"]) == documents(build(intent).plans["k8s-prod"])


def test_the_page_has_a_line_for_an_attribute_that_the_plan_has_only_when_it_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(of_documents, "BGP", (Attribute("weight", "int", "Weight, V(0) for none", sparse=True),))
    plan = _plan("floating-ipv4")
    assert "Weight" not in page(plan)
    plan["l3out"]["bgp"]["weight"] = 7
    assert "communities not sent |\n| Weight, `0` for none | 7 |\n\n" in page(plan)
