"""Reading the controller's tree, and that the names used here are the catalog's."""

from __future__ import annotations

import pytest

from lab.fabric import mo
from tests.catalog_check import catalog


def test_names_are_built_where_the_tree_has_none():
    tree = {"polUni": {"attributes": {}, "children": [{"fvTenant": {"attributes": {"name": "k8s"}}}]}}
    assert [found.dn for found in mo.parse(tree).walk()] == ["uni", "uni/tn-k8s"]


def test_a_dn_in_the_tree_wins():
    assert mo.parse({"fvTenant": {"attributes": {"dn": "uni/tn-x", "name": "y"}}}).dn == "uni/tn-x"


def test_two_objects_at_the_root_are_refused():
    with pytest.raises(ValueError, match=r"^expected one managed object below the root, got \['a', 'b'\]$"):
        mo.parse({"a": {}, "b": {}})


def test_properties_read_as_numbers_flags_and_booleans():
    found = mo.Mo("x", "uni/x", {"a": "7", "b": "inherit", "c": "one,two", "d": "yes", "e": "false"})
    assert (found.number("a", 1), found.number("b", 1), found.number("z", 2)) == (7, 1, 2)
    assert found.flags("c") == {"one", "two"}
    assert (found.yes("d"), found.yes("e", True), found.yes("z", True)) == (True, False, True)


def test_every_rn_format_is_the_catalogs():
    known = catalog()
    differing = {
        cls: (text, known[cls].rn.text)
        for cls, text in mo.RN_FORMATS.items()
        if cls != "polUni" and known[cls].rn.text != text
    }
    assert differing == {}
