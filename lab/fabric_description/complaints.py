"""What a JSON Schema's validator finds, as sentences: the key, what is wrong with it, and what would be right. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, ip_interface, ip_network

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

FORMATS = FormatChecker(formats=())
WORDS = {
    "object": "a mapping (key: value)",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
}


def complaints(schema: dict, document: object) -> list[str]:
    """One sentence for each mistake, in the order of the file's keys; ``[]`` if the document is right."""
    found = Draft202012Validator(schema, format_checker=FORMATS).iter_errors(document)
    return list(dict.fromkeys(text for error in found for text in _sentences(error, schema)))


def path(parts: Sequence[str | int]) -> str:
    """``tenants.k8s.l3outs`` and ``ports[2].leaves``, as people write them."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".") or "the file"


def nearest(name: str, known: Sequence[str]) -> str:
    """`` Did you mean …?`` if one of the known names is much like it, else nothing."""
    close = difflib.get_close_matches(name, [str(one) for one in known], n=1)
    return f" Did you mean {close[0]}?" if close else ""


def resolved(schema: dict, node: dict) -> dict:
    """A node of the schema with what its reference says; its own words win."""
    return {**schema["$defs"][node["$ref"].rpartition("/")[2]], **node} if "$ref" in node else node


# -- formats ------------------------------------------------------------------------------------------


@FORMATS.checks("vlans", raises=ValueError)
def _vlans(value: object) -> bool:
    return bool(vlan_ranges(value))


@FORMATS.checks("interface", raises=ValueError)
def _interface(value: object) -> bool:
    return "/" in str(value) and bool(ip_interface(str(value)))


@FORMATS.checks("prefix", raises=ValueError)
def _prefix(value: object) -> bool:
    return "/" in str(value) and bool(ip_network(str(value)))


@FORMATS.checks("ipv4", raises=ValueError)
def _ipv4(value: object) -> bool:
    return bool(IPv4Address(str(value)))


def vlan_ranges(value: object) -> list[tuple[int, int]]:
    """``300-319,400`` as ranges of first and last. ValueError if it is none, or goes beyond 1 to 4094."""
    ranges = []
    for part in str(value).split(","):
        first, dash, last = part.strip().partition("-")
        low, high = int(first), int(last if dash else first)
        if not 1 <= low <= high <= 4094:
            raise ValueError(f"{part} is no range of VLANs")
        ranges.append((low, high))
    return ranges


# -- sentences ----------------------------------------------------------------------------------------


def _sentences(error: ValidationError, schema: dict) -> Iterator[str]:
    where, wanted = list(error.absolute_path), _wanted(error.schema)
    if "propertyNames" in error.absolute_schema_path:
        yield f"{path([*where, error.instance])}: the key {_shown(error.instance)} is not valid{wanted}"
        return
    if error.validator == "additionalProperties":
        known = sorted(error.schema["properties"])
        for key in (key for key in error.instance if key not in known):
            yield f"{path([*where, key])}: is not a known key.{nearest(key, known)} Known are {', '.join(known)}."
    elif error.validator == "required":
        for key in (key for key in error.validator_value if key not in error.instance):
            yield f"{path([*where, key])}: is missing{_wanted(resolved(schema, error.schema['properties'][key]))}"
    else:
        yield f"{path(where)}: {_wrong(error)}{wanted}"


def _wanted(schema: dict) -> str:
    return f"; give {schema['description']}." if schema.get("description") else "."


def _wrong(error: ValidationError) -> str:
    value = _shown(error.instance)
    if error.instance is None:
        return "has no value" + (" (write {} where there is nothing to say)" * (error.validator_value == "object"))
    if error.validator == "type":
        kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
        return f"{value} is not {' or '.join(WORDS.get(kind, kind) for kind in kinds)}"
    if error.validator in ("minItems", "maxItems"):
        bound = "at least" if error.validator == "minItems" else "at most"
        return f"names {len(error.instance)}, and must name {bound} {error.validator_value}"
    return f"{value} names something twice" if error.validator == "uniqueItems" else f"{value} is not valid"


def _shown(value: object) -> str:
    """The value as it stands in the file, cut where it is long."""
    if isinstance(value, dict):
        return "a mapping"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
