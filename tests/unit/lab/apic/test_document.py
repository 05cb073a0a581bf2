import json

import pytest

from lab.apic.document import Element, parse, parse_all, render, render_error
from lab.apic.errors import ApicError, not_found


def refusal(body: bytes, form: str = "json") -> str:
    with pytest.raises(ApicError) as problem:
        parse(body, form)
    return str(problem.value)


def test_json_and_xml_say_the_same():
    as_json = b'{"fvTenant": {"attributes": {"name": "a"}, "children": [{"fvCtx": {"attributes": {"name": "b"}}}]}}'
    as_xml = b'<fvTenant name="a"><fvCtx name="b"/></fvTenant>'
    assert parse(as_json, "json") == parse(as_xml, "xml")


def test_attributes_must_come_first():
    assert refusal(b'{"fvTenant": {"children": [], "attributes": {"name": "a"}}}') == (
        "400: invalid data at line '1'. Attributes are missing, tag 'attributes' must be specified first, "
        "before any other tag"
    )


@pytest.mark.parametrize("value", ["32768", "true", "null"])
def test_a_value_without_quotes_loses_its_first_character(value):
    body = json.dumps({"lacpIfPol": {"attributes": {"prio": json.loads(value), "descr": ""}}})
    assert refusal(body.encode()) == (
        f"120: unknown property value {value[1:]}, , name prio, class lacpIfPol [(Dn0)] Dn0=, "
    )


def test_a_last_value_without_quotes_never_ends():
    assert refusal(b'{"lacpIfPol": {"attributes": {"name": "a", "prio": 32768}}}') == (
        "400: JSON parsing failed - incomplete attribute value at line: 1"
    )


def test_what_is_not_json_is_refused():
    assert refusal(b"{").startswith("400: invalid data at line '1'. Malformed JSON")


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"a": {}, "b": {}}', b'"x"'])
def test_an_object_is_one_class(body):
    assert refusal(body) == "400: invalid data at line '1'. An object is one class with 'attributes' and 'children'"


def test_an_unknown_tag_is_refused():
    assert refusal(b'{"fvTenant": {"attributes": {}, "childs": []}}') == (
        "400: invalid data at line '1'. Unknown tag in 'fvTenant': attributes, childs"
    )


def test_entities_in_xml_are_not_expanded():
    assert "document type declarations" in refusal(b'<!DOCTYPE a [<!ENTITY b "c">]><fvTenant name="&b;"/>', "xml")


def test_an_answer_counts_all_results_as_text():
    answer = json.loads(render([Element("fvTenant", {"name": "a"})], "json", total=7))
    assert answer == {"totalCount": "7", "imdata": [{"fvTenant": {"attributes": {"name": "a"}}}]}


def test_a_refusal_is_a_document_of_one_error():
    assert json.loads(render_error(not_found("uni/tn-a"), "json")) == {
        "totalCount": "1",
        "imdata": [
            {"error": {"attributes": {"code": "102", "text": "configured object ((Dn0)) not found Dn0=uni/tn-a, "}}}
        ],
    }
    assert b'<imdata totalCount="1"><error code="102"' in render_error(not_found("uni/tn-a"), "xml")


def test_a_list_of_objects_may_be_posted_and_lists_of_children_nested():
    objects = parse_all(b'[{"a": {"attributes": {}, "children": [[{"b": {}}], {"c": {}}]}}, {"d": {}}]', "json")
    assert [item.cls for item in objects] == ["a", "d"]
    assert [item.cls for item in objects[0].children] == ["b", "c"]


def test_where_one_object_is_expected_two_are_refused():
    assert refusal(b'[{"a": {}}, {"b": {}}]') == "400: invalid data at line '1'. One object is expected, not 2"
