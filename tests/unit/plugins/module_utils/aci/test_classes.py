"""The class table says what the class catalog says."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import compare
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.classes import CLASSES
from lab.apic import values
from tests.catalog_check import catalog

every_class = pytest.mark.parametrize("name", sorted(CLASSES))


@every_class
def test_is_named_as_in_the_catalog(name):
    known = catalog()[name]
    assert known.rn is not None
    assert (CLASSES[name].rn, CLASSES[name].naming) == (known.rn.text, known.naming)


@every_class
def test_speaks_only_of_properties_that_can_be_configured(name):
    entry, properties = CLASSES[name], catalog().properties(name)
    spoken = {
        *entry.defaults,
        *entry.flags,
        *entry.secure,
        *entry.addresses,
        *entry.aliases,
        *([entry.relation] if entry.relation else []),
    }
    assert [
        prop
        for prop in spoken
        if prop not in properties or not (properties[prop].configurable or properties[prop].naming)
    ] == []


@every_class
def test_has_the_catalogs_defaults(name):
    properties = catalog().properties(name)
    for prop, value in CLASSES[name].defaults.items():
        assert compare.same(name, prop, value, values.default(properties[prop])), (
            prop,
            value,
            values.default(properties[prop]),
        )


@every_class
def test_knows_every_write_only_property_and_no_other(name):
    secure = {prop.name for prop in catalog().properties(name).values() if prop.secure}
    assert set(CLASSES[name].secure) == secure


@every_class
def test_knows_the_sets_of_flags_among_the_properties_it_watches(name):
    entry, properties = CLASSES[name], catalog().properties(name)
    masks = {prop for prop in (*entry.defaults, *entry.flags) if ":Bitmask" in properties[prop].base}
    assert set(entry.flags) == masks


@every_class
def test_knows_every_address_that_can_be_configured(name):
    properties = catalog().properties(name).values()
    addresses = {prop.name for prop in properties if prop.base.startswith("address:IP") or prop.base == "address:Ip"}
    configurable = {prop.name for prop in properties if prop.configurable or prop.naming}
    assert set(CLASSES[name].addresses) == addresses & configurable


@every_class
def test_knows_which_objects_come_and_go_with_their_parent(name):
    known = catalog()[name]
    if known.relation:
        assert bool(CLASSES[name].relation) == known.implicit


@every_class
def test_knows_which_classes_carry_an_annotation(name):
    assert CLASSES[name].annotated == ("annotation" in catalog().properties(name))
