"""The JSON Schema of an inventory's variables: what the planner reads passes, and mistakes of form are found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import Findings
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent import formats
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.options_fabric import FABRIC, NODE
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.schema import read
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.networks import KNOWN
from docs import json_schema
from tests.unit.plugins.module_utils.plan.intents import standard, white_paper
from tests.unit.plugins.module_utils.plan.test_any_intent import GOOD, KEYS, ODD
from tests.unit.plugins.module_utils.plan.test_mistakes import CASES, _intent

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "kubefabric.schema.json").read_text())
INVENTORIES = [
    path
    for top in ("inventory", "molecule")
    for path in sorted((ROOT / top).rglob("*.yml"))
    if {"group_vars", "host_vars"} & set(path.parts) or path.name == "hosts.yml"
]
INTENTS = sorted((ROOT / "tests" / "golden").rglob("intent.yml"))
JINJA = "{{ lookup('ansible.builtin.env', 'X') }}"


def faults(variables: object) -> list[str]:
    """What the schema refuses, each with its path; YAML's numbers are text where they are keys."""
    plain = json.loads(json.dumps(variables))
    errors = Draft7Validator(SCHEMA).iter_errors(plain)
    return sorted(f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors)


def variables(intent: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The variables of every host of an intent, as an inventory has them."""
    if intent.get("fabric") is not None:
        yield {"kubefabric_fabric": intent["fabric"]}
    for cluster in intent["clusters"].values():
        yield {"kubefabric_cluster": cluster["cluster"]}
        yield from (node or {} for node in (cluster.get("nodes") or {}).values())


def with_value(path: str, value: object) -> dict[str, Any]:
    """The white paper's intent as variables, with a value at a path."""
    made = white_paper()
    found: dict[str, Any] = {"kubefabric_fabric": made["fabric"], **made["clusters"]["prod"]}
    found = {"kubefabric_fabric": made["fabric"], "kubefabric_cluster": found["cluster"]}
    *above, last = path.split("/")
    inner: Any = found
    for key in above:
        inner = inner.setdefault(int(key) if key.isdigit() else key, {})
    inner[last] = value
    return found


def test_it_is_a_schema_of_draft_7() -> None:
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", INVENTORIES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_inventory_of_this_repository_passes(path: Path) -> None:
    assert faults(yaml.safe_load(path.read_text())) == []


@pytest.mark.parametrize("path", INTENTS, ids=lambda path: str(path.relative_to(ROOT / "tests" / "golden")))
def test_a_golden_intent_passes(path: Path) -> None:
    for found in variables(yaml.safe_load(path.read_text())):
        assert faults(found) == []


@pytest.mark.parametrize("made", [white_paper, standard])
def test_the_tests_intents_pass(made: Any) -> None:
    assert [faults(found) for found in variables(made()) if faults(found)] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("kubefabric_fabric/asn", "65002"),
        ("kubefabric_fabric/asn", JINJA),
        ("kubefabric_fabric/racks", JINJA),
        ("kubefabric_cluster/l3out/svi", JINJA),
        ("kubefabric_cluster/networks/node", "192.168.2.0/24, 2001:db8:2::/64"),
        ("kubefabric_cluster/bgp/bfd", "yes"),
        ("kubefabric_cluster/bgp/ecmp", 16),
        ("kubefabric_cluster/bgp/ecmp", "unmanaged"),
        ("kubefabric_cluster/l3out/description", ""),
        ("kubefabric_cluster/kube_router", None),
        ("addresses", ["192.168.2.1", "2001:db8:2::1"]),
        ("something_else", {"of": "another collection"}),
    ],
)
def test_what_the_planner_reads_passes(path: str, value: object) -> None:
    assert faults(with_value(path, value)) == []


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("kubefabric_fabric/asn", 0, "kubefabric_fabric.asn: 0 is less than the minimum of 1"),
        ("kubefabric_fabric/asn", None, "kubefabric_fabric.asn: None is not of type 'integer', 'string'"),
        ("kubefabric_fabric/racks/rack1/leaves/7", {"router_id": "1.1.1.7"}, "'7' does not match"),
        ("kubefabric_fabric/raks", {}, "Additional properties are not allowed ('raks' was unexpected)"),
        ("kubefabric_fabric/kind", "router", "'router' is not valid under any of the given schemas"),
        ("kubefabric_fabric/routers", {}, "Additional properties are not allowed ('routers' was unexpected)"),
        ("kubefabric_cluster/cni", "flannel", "kubefabric_cluster.cni: 'flannel' is not valid under any"),
        ("kubefabric_cluster/networks/node", ["192.168.2.0/33"], "networks.node.0: '192.168.2.0/33' does not match"),
        ("kubefabric_cluster/networks", {"pod": ["10.1.0.0/16"], "service": ["10.96.0.0/16"]}, "'node' is a required"),
        ("kubefabric_cluster/l3out/vlan", 4095, "l3out.vlan: 4095 is greater than the maximum of 4094"),
        ("kubefabric_cluster/l3out/vlans", "400..463", "l3out.vlans: '400..463' does not match"),
        ("kubefabric_cluster/l3out/mtu", 70000, "l3out.mtu: 70000 is greater than the maximum"),
        ("kubefabric_cluster/bgp/keepalive", "often", "bgp.keepalive: 'often' does not match"),
        ("kubefabric_cluster/bgp/bfd", "maybe", "bgp.bfd: 'maybe' does not match"),
        ("kubefabric_cluster/bgp/ecmp", 65, "bgp.ecmp: 65 is greater than the maximum of 64"),
        ("addresses", ["192.168.2"], "addresses.0: '192.168.2' does not match"),
    ],
)
def test_a_mistake_is_refused(path: str, value: object, fault: str) -> None:
    found = faults(with_value(path, value))
    assert any(fault in one for one in found), found


def test_a_nested_cluster_needs_no_node_network() -> None:
    found = with_value("kubefabric_cluster/nested_in", {"cluster": "parent"})["kubefabric_cluster"]
    del found["networks"]["node"]
    assert faults({"kubefabric_cluster": found}) == []


def test_mistakes_within_one_value_are_found() -> None:
    """Of the planner's 297 cases 66; the others lie between values, or in what a pattern cannot say (test_mistakes)."""
    found = [name for name in CASES if any(faults(one) for one in variables(_intent(CASES[name][0])))]
    assert len(found) >= 66


def options(table: dict[str, Any], at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every option of a table and below it, by its path."""
    for name, option in table.items():
        yield f"{at}{name}", option
        yield from options(option.get("options") or {}, f"{at}{name}.")


@pytest.mark.parametrize("table", [FABRIC, KNOWN.cluster, NODE], ids=["fabric", "cluster", "node"])
def test_a_value_that_the_planner_reads_passes(table: dict[str, Any]) -> None:
    values = [*ODD, *(value for some in GOOD.values() for value in some), *KEYS]
    refused: list[str] = []
    for at, option in options(table):
        validator = Draft7Validator({"definitions": SCHEMA["definitions"], **json_schema.of_option(option)})
        for value in [*values, *([yaml.safe_load(str(option["example"]))] if "example" in option else [])]:
            findings = Findings()
            read({"it": value}, {"it": option}, "x", findings)
            if not findings.errors and value != "\u0661":  # an Arabic one, which Python reads as a number
                refused += [f"{at}: {value!r}"] if list(validator.iter_errors(json.loads(json.dumps(value)))) else []
    assert not refused, refused


def test_the_keys_of_leaves_are_the_numbers_that_a_leaf_can_have() -> None:
    pattern = SCHEMA["definitions"]["fabric_aci"]["properties"]["racks"]["additionalProperties"]["properties"]["leaves"]
    keys = re.compile(pattern["propertyNames"]["pattern"])
    assert [number for number in range(10000) if keys.search(str(number))] == list(
        range(formats.LEAF_IDS[0], formats.LEAF_IDS[1] + 1)
    )


def test_a_format_without_a_pattern_is_noticed() -> None:
    with pytest.raises(TypeError, match="the format vlan says no pattern"):
        json_schema.of_option({"type": "str", "format": "vlan", "description": ""})
