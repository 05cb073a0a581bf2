"""Reads a fabric description from its file: every mistake at once, each with its key, or a Description."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import yaml

from lab.fabric_description import checks, complaints, model
from lab.fabric_description.model import Description
from lab.words import counted

SCHEMA = Path(__file__).with_name("schema.json")


class Invalid(RuntimeError):
    """The file cannot be used; the message names the file and every mistake in it."""

    def __init__(self, where: str, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        lines = "".join(f"\n  {number}. {mistake}" for number, mistake in enumerate(mistakes, 1))
        super().__init__(f"{where} is no valid fabric description: {counted(len(mistakes), 'mistake')}.{lines}")


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping: YAML would silently take the second."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict:
    seen: dict[object, int] = {}
    for key, _ in node.value:
        name, line = loader.construct_object(key, deep=True), key.start_mark.line + 1
        if name in seen:
            raise yaml.YAMLError(f"the key {name} stands twice, in lines {seen[name]} and {line}; keep one of them")
        seen[name] = line
    return {loader.construct_object(key): loader.construct_object(value, deep=True) for key, value in node.value}


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


@cache
def schema() -> dict:
    """The JSON Schema of the file."""
    return json.loads(SCHEMA.read_text())


def read(file: Path) -> Description:
    """The description in a YAML file. Raises Invalid with all that is wrong, or OSError."""
    try:
        document = yaml.load(file.read_text(), _Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(str(file), [f"it cannot be read as YAML: {' '.join(str(error).split())}"]) from None
    return parse(document, str(file))


def parse(document: object, where: str) -> Description:
    """The description in a document; ``where`` names it in messages. Raises Invalid with all that is wrong."""
    document = _as_json(document)
    found = complaints.complaints(schema(), document)
    if found:
        raise Invalid(where, found)
    description = model.from_document(document)  # type: ignore[arg-type] # the schema wants a mapping
    mistakes = checks.mistakes(description)
    if mistakes:
        raise Invalid(where, mistakes)
    return description


def _as_json(value: object) -> object:
    """Keys as text: ``101:`` is a number in YAML."""
    if isinstance(value, dict):
        return {str(key): _as_json(item) for key, item in value.items()}
    return [_as_json(item) for item in value] if isinstance(value, list) else value
