"""The documents of the REST API, JSON or XML: posted objects in, ``imdata`` out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from lab.apic import errors


@dataclass
class Element:
    """One object of a document, with the objects inside it."""

    cls: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)

    def to_json(self) -> dict:
        """``{class: {attributes: …, children: […]}}``; no ``children`` key without children."""
        body: dict[str, Any] = {"attributes": self.attributes}
        if self.children:
            body["children"] = [child.to_json() for child in self.children]
        return {self.cls: body}

    def to_xml(self) -> ElementTree.Element:
        """An XML element named after the class."""
        node = ElementTree.Element(self.cls, self.attributes)
        node.extend(child.to_xml() for child in self.children)
        return node


def parse(body: bytes, form: str) -> Element:
    """The one object posted; ``form`` is ``json`` or ``xml``. ApicError 400 if it cannot be read."""
    elements = parse_all(body, form)
    if len(elements) != 1:
        raise errors.malformed(f"invalid data at line '1'. One object is expected, not {len(elements)}")
    return elements[0]


def parse_all(body: bytes, form: str) -> list[Element]:
    """The objects posted: one, or in JSON a list of them, as aciClient sends."""
    return [_parse_xml(body)] if form == "xml" else _parse_json(body)


def render(elements: Iterable[Element], form: str, total: int | None = None, subscription: str = "") -> bytes:
    """The body of an answer; ``total`` is the number of all results when this is one page of them."""
    items = list(elements)
    head = {"totalCount": str(len(items) if total is None else total)}
    if subscription:
        head["subscriptionId"] = subscription
    if form == "xml":
        root = ElementTree.Element("imdata", head)
        root.extend(item.to_xml() for item in items)
        return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return json.dumps({**head, "imdata": [item.to_json() for item in items]}).encode()


def render_error(error: errors.ApicError, form: str) -> bytes:
    """The body of a refusal."""
    return render([Element("error", {"code": str(error.code), "text": error.text})], form)


def _parse_json(body: bytes) -> list[Element]:
    try:
        document = json.loads(body)
    except ValueError as problem:
        line = getattr(problem, "lineno", 1)
        raise errors.malformed(f"invalid data at line '{line}'. Malformed JSON: {problem}") from None
    items = list(_flat(document)) if isinstance(document, list) else [document]
    return [_object(item) for item in items or [None]]


def _flat(items: Iterable[object]) -> Iterator[object]:
    """The items of a list and of lists within it: acitoolkit puts a list around some children."""
    for item in items:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _object(document: object) -> Element:
    if not isinstance(document, dict) or len(document) != 1:
        raise errors.malformed("invalid data at line '1'. An object is one class with 'attributes' and 'children'")
    ((cls, body),) = document.items()
    if not isinstance(body, dict):
        raise errors.malformed(f"invalid data at line '1'. Content of '{cls}' must be an object")
    keys = list(body)
    # The order of the two keys matters to APIC's parser, against the JSON specification.
    if keys and keys[0] != "attributes":
        raise errors.malformed(
            "invalid data at line '1'. Attributes are missing, tag 'attributes' must be specified first, "
            "before any other tag"
        )
    if keys not in ([], ["attributes"], ["attributes", "children"]):
        raise errors.malformed(f"invalid data at line '1'. Unknown tag in '{cls}': {', '.join(keys)}")
    attributes, children = body.get("attributes", {}), body.get("children", [])
    if not isinstance(attributes, dict) or not isinstance(children, list):
        raise errors.malformed(f"invalid data at line '1'. Malformed 'attributes' or 'children' of '{cls}'")
    for name, value in attributes.items():
        if not isinstance(value, str):
            raise _unquoted(value, name, cls, last=name == list(attributes)[-1])
    return Element(cls, attributes, [_object(child) for child in _flat(children)])


def _unquoted(value: object, name: str, cls: str, *, last: bool) -> errors.ApicError:
    """What APIC makes of a value without quotes: it skips one character and reads on to the next quote.

    Recorded in cisco.aci's tests of aci_rest: ``"prio": 32768, "descr"`` is the value ``2768, ``.
    """
    if isinstance(value, (dict, list)):
        return errors.malformed(f"invalid data at line '1'. Attribute '{name}' of '{cls}' must be a string")
    if last:
        return errors.malformed("JSON parsing failed - incomplete attribute value at line: 1")
    return errors.unknown_value(f"{json.dumps(value)[1:]}, ", name, cls)


def _parse_xml(body: bytes) -> Element:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise errors.malformed("XML parsing error: document type declarations are not accepted")
    try:
        return _from_xml(ElementTree.fromstring(body))
    except ElementTree.ParseError as problem:
        raise errors.malformed(f"XML parsing error: {problem}") from None


def _from_xml(node: ElementTree.Element) -> Element:
    return Element(node.tag, dict(node.attrib), [_from_xml(child) for child in node])
