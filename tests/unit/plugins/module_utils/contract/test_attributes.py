"""A row of the table of ACI attributes is all that it takes: from the intent to the property of the managed object."""

from __future__ import annotations

import copy
import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out, properties
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.classes import spec
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import canonical, walk
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.attribute import Attribute, Property
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.attributes import PLACES, SECTIONS, needing
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.option import described, of_attributes
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.passed import passed
from tests.catalog_check import refusal

GOLDEN = Path(__file__).resolve().parents[4] / "golden" / "aci"
# what has ports, and one of each design
CASES = ("floating-with-ports", "floating-every-knob", "standard-ipv4")
ROWS = [pytest.param(section, row, id=f"{section}.{row.name}") for section, rows in SECTIONS.items() for row in rows]
HELD = [
    pytest.param(section, row, row.apic, id=f"{section}.{row.plan_key}")
    for section, rows in SECTIONS.items()
    for row in rows
    if row.apic
]
TARGETS = [pytest.param(*one.values[1:], id=one.id) for one in HELD]
CATALOG = "6.0(9c)"  # its release; what came later it does not know
# managed objects that are there only where the intent says so: nothing is left behind by an absent value
OPTIONAL = ("fabricHIfPol", "lldpIfPol", "cdpIfPol")


def other(row: Attribute) -> Any:
    """A value that is not the default."""
    if row.type == "bool":
        return not row.default
    if row.choices:
        return next(choice for choice in reversed(row.choices) if choice != row.default)
    return "other" if row.type == "str" else row.maximum


def written(value: Any, target: Property) -> str:
    """A value as APIC writes it."""
    return canonical(target.classes.split()[0], target.names.split()[0], dict(target.values).get(value, value))


def trees(section: str, key: str, value: Any) -> list[tuple[str, dict[str, str]]]:
    """Class and attributes of all managed objects of the cases, whose description has this value."""
    found = []
    for case in CASES:
        description = copy.deepcopy(yaml.safe_load((GOLDEN / case / "l3out.yml").read_text()))
        (description[PLACES[section]] if PLACES[section] else description)[key] = value
        found += [(mo.cls, mo.attributes) for _dn, mo in walk(l3out.build(description))]
    return found


@pytest.mark.parametrize(("section", "row", "target"), HELD)
def test_the_value_is_in_the_property_of_every_class_of_the_row(section: str, row: Attribute, target: Property) -> None:
    objects = trees(section, row.plan_key, other(row))
    for cls in target.classes.split():
        for name in target.names.split():
            have = {attributes.get(name, "") for found, attributes in objects if found == cls}
            assert have, f"no {cls} is built with properties.of()"
            if target.flag:
                assert {target.flag in found.split(",") for found in have} == {other(row)}
            else:
                assert have == {written(other(row), target)}


@pytest.mark.parametrize(("row", "target"), TARGETS)
def test_a_value_that_leaves_the_intent_leaves_apic(row: Attribute, target: Property) -> None:
    """Without a default nothing is written, so that the class's table has to watch the property."""
    for cls in target.classes.split():
        if row.argument_default is None and cls not in OPTIONAL:
            assert set(target.names.split()) <= set(spec(cls).defaults), cls
        if target.flag:
            assert target.names in spec(cls).flags


@pytest.mark.parametrize(("row", "target"), TARGETS)
def test_apic_takes_the_values_of_the_row(row: Attribute, target: Property) -> None:
    given = [row.minimum, row.maximum, row.argument_default, other(row), *row.choices]
    for cls, name in itertools.product(target.classes.split(), target.names.split()):
        for value in [] if row.since > CATALOG else given:
            text = (target.flag if value else "") if target.flag else written(value, target)
            assert value is None or not refusal(cls, name, text), f"{cls}.{name}"


@pytest.mark.parametrize(("section", "row"), ROWS)
def test_a_row_is_an_option_and_a_key_of_the_plan(section: str, row: Attribute) -> None:
    options = {one.name: other(one) for one in SECTIONS[section]}
    assert (row.name in of_attributes(SECTIONS[section])) == row.intent
    expected = {row.plan_key: other(row) if row.intent else row.default} if row.plan_key else {}
    assert {key: value for key, value in passed(section, options).items() if key == row.plan_key} == expected


@pytest.mark.parametrize(("section", "row"), ROWS)
def test_what_a_row_needs_is_in_its_section(section: str, row: Attribute) -> None:
    assert not row.needs or row.needs in {one.name for one in SECTIONS[section]}
    assert not (row.apic and row.source), "a property, or what code sets in its place"
    assert not row.about.endswith(".")


def test_keys_are_there_once() -> None:
    for place in set(PLACES.values()):
        keys = [row.plan_key for name, rows in SECTIONS.items() if PLACES[name] == place for row in rows]
        assert len({key for key in keys if key}) == len([key for key in keys if key])


def test_without_what_it_needs_a_value_is_not_in_the_plan() -> None:
    options = {row.name: 50 for row in SECTIONS["bgp"]} | {"bfd": False}
    assert not {row.name for row in needing("bgp", "bfd")} & passed("bgp", options).keys()


def test_flags_of_one_property_are_one_value() -> None:
    given = {"bgp": {"as_override": True, "disable_peer_as_check": False, "send_community": True}, "access": {}}
    assert properties.of("bgpPeerP", given) == {"ctrl": "as-override,send-com", "peerCtrl": ""}


def test_a_description_says_where_apic_holds_the_value_and_what_holds_without_it() -> None:
    row = Attribute("a", "int", "Weight", Property("bgpPeerP", "weight"), absent="0", since="6.1(1)")
    assert described(row, None) == "Weight (bgpPeerP.weight); 0 where absent; release 6.1(1) or later"
    assert described(row, 5) == "Weight (bgpPeerP.weight); release 6.1(1) or later"
