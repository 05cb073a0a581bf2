"""Resources against the structural schemas of custom resource definitions, of any release and without an API server.

An API server with other releases' definitions than the shared one's would be one server per release. What is checked is
what it checks before CEL rules and formats: fields, types, enumerations, ranges, lengths, patterns, required fields.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

_TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


def definitions(folder: Path) -> dict[tuple[str, str], dict]:
    """The schemas that a folder's definitions serve, by ``(apiVersion, kind)``."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            spec = (document or {}).get("spec") or {}
            for version in spec.get("versions") or []:
                if version["served"]:
                    api = f"{spec['group']}/{version['name']}"
                    found[api, spec["names"]["kind"]] = version["schema"]["openAPIV3Schema"]
    return found


def violations(resource: dict, served: dict[tuple[str, str], dict]) -> list[str]:
    """What is wrong with a resource, each with its path; ``not served`` where no definition has its kind."""
    schema = served.get((resource["apiVersion"], resource["kind"]))
    if schema is None:
        return [f"{resource['apiVersion']} {resource['kind']}: not served"]
    return [f"{resource['kind']}{text}" for text in _wrong(resource["spec"], schema["properties"]["spec"], ".spec")]


def _wrong(value: Any, schema: dict, at: str) -> list[str]:
    if schema.get("x-kubernetes-int-or-string"):
        return []
    kind = schema.get("type")
    if kind and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return [f"{at}: {value!r} is no {kind}"]
    found = _scalar(value, schema, at)
    if isinstance(value, list):
        found += [f"{at}: too few"] * (len(value) < schema.get("minItems", 0))
        found += [f"{at}: too many"] * (len(value) > schema.get("maxItems", len(value)))
        found += [text for index, item in enumerate(value) for text in _wrong(item, schema["items"], f"{at}[{index}]")]
    return found + _fields(value, schema, at) if isinstance(value, dict) else found


def _scalar(value: Any, schema: dict, at: str) -> list[str]:
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is not in {schema['enum']}")
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append(f"{at}: {value} is out of range")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        found.append(f"{at}: {value!r} does not match the pattern")
    if isinstance(value, str) and not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        found.append(f"{at}: {value!r} has a wrong length")
    return found


def _fields(value: dict, schema: dict, at: str) -> list[str]:
    known, more = schema.get("properties", {}), schema.get("additionalProperties")
    found = [f"{at}.{name}: required" for name in schema.get("required", ()) if name not in value]
    for name, item in value.items():
        if name in known:
            found += _wrong(item, known[name], f"{at}.{name}")
        elif isinstance(more, dict):
            found += _wrong(item, more, f"{at}.{name}")
        elif not schema.get("x-kubernetes-preserve-unknown-fields") and not more:
            found.append(f"{at}.{name}: field not declared in schema")
    return found
