"""Mistakes in an intent, each with the whole text of what the planner says: the cases are in mistakes*.yml beside this.

A case sets values at paths of an intent (``cluster`` and ``nodes`` are those of the cluster ``prod``,
``clusters/<name>`` are others; ``~absent`` removes a key) and lists the findings that it must cause, no more, no
less.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build

from .intents import add_cluster, routers, standard, white_paper

FILES: dict[Path, dict[str, Any]] = {
    path: yaml.safe_load(path.read_text()) for path in sorted(Path(__file__).parent.glob("mistakes*.yml"))
}
CASES = {sentence: (case, path) for path, cases in FILES.items() for sentence, case in cases.items()}


def _intent(case: dict[str, Any]) -> dict[str, Any]:
    made = routers if case.get("fabric") == "routers" else standard if case.get("svi") == "standard" else white_paper
    intent = made()
    for number in range(1, case.get("clusters", 0) + 1):
        add_cluster(intent, number)
    for path, value in case["set"].items():
        _set(intent, path, value)
    return intent


def _set(intent: dict[Any, Any], path: str, value: Any) -> None:
    keys = path.split("/")
    if keys[0] in ("cluster", "nodes"):
        keys = ["clusters", "prod", *keys]
    for key in keys[:-1]:
        intent = intent.setdefault(int(key) if key.isdigit() else key, {})
    last: Any = int(keys[-1]) if keys[-1].isdigit() else keys[-1]
    if value == "~absent":
        del intent[last]
    else:
        intent[last] = value


def _findings(intent: dict[str, Any]) -> list[str]:
    try:
        build(intent)
    except IntentError as error:
        return [str(finding) for finding in error.findings]
    return []


@pytest.mark.parametrize("sentence", CASES)
def test_a_mistake_is_reported_in_full(sentence: str) -> None:
    case, file = CASES[sentence]
    found = _findings(_intent(case))
    if os.environ.get("UPDATE_GOLDEN"):
        case["findings"] = found
        file.write_text(yaml.safe_dump(FILES[file], sort_keys=False, width=118, allow_unicode=True))
    assert found == case["findings"]
    assert found, "a case without a finding is no mistake"


def test_an_error_lists_its_findings_by_number() -> None:
    intent = white_paper()
    intent["fabric"].update(asn=0, version="six")
    with pytest.raises(IntentError) as raised:
        build(intent)
    assert str(raised.value) == (
        "  1. group_vars/all: kubefabric_fabric.asn: AS 0 is reserved (RFC 7607); give another, for example one of "
        "64512 to 65534\n"
        "  2. group_vars/all: kubefabric_fabric.version: 'six' is not an APIC release; write it as the controller "
        'shows it, for example "6.0(9c)"'
    )


def test_an_empty_intent_is_told_what_is_missing_and_nothing_breaks() -> None:
    assert _findings({"fabric": None, "clusters": {"prod": {"cluster": None, "nodes": {}}}}) == [
        "group_vars/all: kubefabric_fabric: is not defined; give its keys: name, kind, asn, version, bgp, apic, "
        "racks, contracts, limits",
        "host_vars/prod: kubefabric_cluster: is not defined; give its keys: asn, cni, kubeconfig, context, "
        "rack_label, networks, l3out, contracts, bgp, calico, cilium, kube_router, ovn_kubernetes, workload_peering, "
        "nested_in",
        "group prod_nodes: cluster prod has no nodes; list them there as hosts, each with its rack",
    ]


@pytest.mark.parametrize("value", ["", "x" * 81, "caf\u00e9", {"a": 1}, ["x"], True])
def test_no_message_quotes_a_password(value: Any) -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["bgp"]["password"] = value
    (finding,) = _findings(intent)
    assert "host_vars/prod: kubefabric_cluster.bgp.password: " in finding
    assert not value or str(value) not in finding


DAMAGE: dict[str, list[Any]] = {
    "fabric": [None, [], "dc1", {"racks": []}, {"racks": {"rack1": None}}, {"asn": {}}],
    "cluster": [[], "prod", {}, {"l3out": []}, {"networks": "x"}, {"bgp": 3}, {"l3out": {"svi": 1, "leaves": [101]}}],
    "nodes": [{"node1": None}, {"node1": []}, {"node1": {"addresses": {}}}],
    "allocations": [
        [],
        {"prod": []},
        {"prod": {"nodes": []}},
        {"prod": {"nodes": {"node1": 5}}},
        {"prod": {"vlans": "x", "nodes": 3}},
    ],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in DAMAGE.items() for value in values])
def test_whatever_shape_an_intent_has_it_is_reported_not_a_crash(key: str, value: Any) -> None:
    intent = white_paper()
    if key in ("fabric", "allocations"):
        intent[key] = value
    else:
        intent["clusters"]["prod"][key] = value
    assert _findings(intent)
