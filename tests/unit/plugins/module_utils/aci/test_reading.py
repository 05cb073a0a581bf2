"""The questions to APIC are few and narrow."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import reading
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import ancestor, owned

GOLDEN = Path(__file__).resolve().parents[4] / "golden" / "aci"


def build(case):
    return l3out.build(yaml.safe_load((GOLDEN / case / "l3out.yml").read_text()))


@pytest.mark.parametrize(
    ("case", "paths"),
    [
        ("floating-ipv4", ["uni/tn-k8s", "uni/infra", "uni"]),
        ("standard-ipv4", ["uni/tn-k8s", "uni/infra", "uni"]),
        ("floating-with-ports", ["uni/tn-k8s", "uni/infra", "uni"]),
        ("floating-ipv6-common-vrf", ["uni/tn-k8s", "uni/tn-common", "uni"]),
    ],
)
def test_there_is_one_for_each_tenant_one_for_infra_and_one_for_the_domains(case, paths):
    asked = [urlsplit(path).path for path in reading.queries(build(case))]
    assert sorted(asked) == sorted(f"/api/mo/{path}.json" for path in paths)


@pytest.mark.parametrize("case", sorted(path.parent.name for path in GOLDEN.glob("*/l3out.yml")))
def test_every_one_names_what_it_wants(case):
    for path in reading.queries(build(case)):
        options = parse_qs(urlsplit(path).query)
        assert options["query-target"] == ["subtree"]
        conditions = options["query-target-filter"][0]
        named = {cls for cls in options["target-subtree-class"][0].split(",") if f"({cls}." in conditions}
        assert named == set(options["target-subtree-class"][0].split(","))


def test_below_uni_only_children_are_asked_for():
    (path,) = [path for path in reading.queries(build("floating-ipv4")) if path.startswith("/api/mo/uni.json")]
    assert parse_qs(urlsplit(path).query)["rsp-subtree"] == ["children"]


def test_a_filter_that_is_too_long_for_one_url_is_divided():
    rules = [owned("rtctrlSubjP", name=f"rule-{number}-{'x' * 40}") for number in range(300)]
    paths = reading.queries(ancestor("polUni", [ancestor("fvTenant", rules, name="t")]))
    assert max(len(path) for path in paths) < 8000
    assert sum(path.count("rtctrlSubjP.dn") for path in paths) == 300


def test_an_object_outside_the_table_is_asked_for_with_its_rn():
    contract = owned("vzTaboo", [owned("vzTSubj", rn="tsubj-http", name="http")], rn="taboo-web", name="web")
    (path, _ancestors) = reading.queries(ancestor("polUni", [ancestor("fvTenant", [contract], name="t")]))
    assert "rsp-prop-include" not in path
