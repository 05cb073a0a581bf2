"""The rules of kube-router, Cilium, FRR-K8s and OVN-Kubernetes that rules_*.yml list, tried with intents.

Every file begins with the project and its release, and lists the project's own rules: ``source`` is the file in its
source, and an intent that breaks the rule is ``refused`` (or ``warned`` of) at that key, or the rule never comes up
(``never``: what is written instead), or only the cluster knows (``cannot``). Calico's are in calico_rules.yml.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build

from .intents import white_paper
from .test_mistakes import _set

FILES = {
    path.stem.removeprefix("rules_"): yaml.safe_load(path.read_text())
    for path in Path(__file__).parent.glob("rules_*.yml")
}
RULES = [(file, rule) for file, listed in FILES.items() for rule in listed["rules"]]
HELD = [(file, rule) for file, rule in RULES if {"refused", "warned"} & set(rule)]
IDS = [f"{file}: {rule['rule']}" for file, rule in HELD]


def _paths(intent: dict[str, Any], warned: bool) -> list[str]:
    """The keys of the mistakes, or of the warnings."""
    try:
        findings = build(intent).warnings
    except IntentError as error:
        assert not warned, error
        findings = error.findings
    return [finding.path.split(": ", 1)[1] for finding in findings]


@pytest.mark.parametrize(("file", "rule"), HELD, ids=IDS)
def test_what_the_project_refuses_the_planner_refuses_at_the_key(file: str, rule: dict[str, Any]) -> None:
    intent, cni = white_paper(), FILES[file]["cni"]
    intent["clusters"]["prod"]["cluster"]["cni"] = cni
    for key, value in (rule.get("intent") or {}).items():
        _set(intent, f"cluster/{cni}" if key == cni else key, value)
    wanted = rule.get("refused") or rule["warned"]
    expected = wanted if isinstance(wanted, list) else [wanted]
    paths = [path.removeprefix("kubefabric_cluster.") for path in _paths(intent, "warned" in rule)]
    assert paths == expected


@pytest.mark.parametrize("file", FILES)
def test_the_list_says_of_which_release_it_is(file: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+ (v?[0-9a-f.]+)( to v[0-9.]+)?", FILES[file]["project"])


@pytest.mark.parametrize(
    "rule", [rule for _file, rule in RULES], ids=[f"{file}: {rule['rule']}" for file, rule in RULES]
)
def test_every_rule_has_a_source_and_says_how_it_is_covered(rule: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_./-]+(\.go|\.tmpl|\.yaml|/)", rule["source"]), rule["source"]
    assert len({"refused", "warned", "never", "cannot"} & set(rule)) == 1


@pytest.mark.parametrize("file", FILES)
def test_no_rule_is_listed_twice(file: str) -> None:
    names = [rule["rule"] for rule in FILES[file]["rules"]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("count", "refused"), [(49, False), (50, True)])
def test_an_frr_configuration_holds_50_routers_the_default_vrf_s_among_them(count: int, refused: bool) -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["cni"] = "ovn_kubernetes"
    networks = {
        f"n{number}": {
            "advertise": "none",
            "leak_default_routes": True,
            "subnets": [f"10.{number + 100}.0.0/16"],
            "namespaces": [f"n{number}"],
        }
        for number in range(count)
    }
    intent["clusters"]["prod"]["cluster"]["ovn_kubernetes"] = {"networks": networks}
    assert _paths(intent, warned=False) == (["kubefabric_cluster.ovn_kubernetes.networks"] if refused else [])


def test_pods_as_kubernetes_takes_them_are_taken() -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["kube_router"] = {
        "image": "registry.example.net:5000/a_b/c--d/kube-router:v2.10.0@sha256:" + "a" * 64,
        "image_pull_secrets": ["regcred", "a.b"],
        "priority_class": "",
        "tolerations": [
            {"operator": "Exists"},
            {"key": "example.net/a", "value": "b", "effect": "NoExecute", "tolerationSeconds": 300},
            {"key": "a", "operator": "Equal", "value": ""},
        ],
        "resources": {"requests": {"cpu": 0.5, "memory": "1e8"}, "limits": {"cpu": "1", "hugepages-2Mi": "4Mi"}},
    }
    assert _paths(intent, warned=False) == []


def test_an_empty_image_is_an_absent_one() -> None:
    """As a template with default('') has it."""
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["kube_router"] = {"image": ""}
    assert _paths(intent, warned=False) == []


def test_a_prefix_to_receive_may_be_exact_by_its_lengths_as_frr_k8s_has_it() -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["cni"] = "ovn_kubernetes"
    receive = [{"prefix": "172.20.0.0/16", "ge": 16, "le": 16}, {"prefix": "172.21.0.0/16", "le": 16}]
    intent["clusters"]["prod"]["cluster"]["ovn_kubernetes"] = {
        "receive": [*receive, {"prefix": "10.3.0.0/16", "ge": 16}]
    }
    assert _paths(intent, warned=False) == []
