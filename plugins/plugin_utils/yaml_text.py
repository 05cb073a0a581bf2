# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML as this collection writes and reads it, by libyaml where PyYAML has it: ten times as fast for large fabrics.

Two hundred clusters are half a million scalars, of which Python's part of PyYAML makes objects first. Documents of
short texts on one line each, as nearly all are, are written without it; every other one by PyYAML. Both write the same.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.resolver import Resolver

try:
    from yaml import CSafeDumper as SafeDumper
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeDumper, SafeLoader  # type: ignore[assignment]

WIDTH = 120
LONGEST = 60  # characters of a text that is surely on one line
# Texts that need no quotes in a block, if they are no number, date or word such as true
_BARE = re.compile(r"[A-Za-z0-9_/](?:[A-Za-z0-9_./:-]*[A-Za-z0-9_./-])?")
_TEXT = "tag:yaml.org,2002:str"
_RESOLVER = Resolver()


class _Unusual(Exception):
    """Something that PyYAML has to write."""


class _Dumper(SafeDumper):
    """No anchors: a reviewer should not have to follow references."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    """Text of several lines as several lines; libyaml and PyYAML fold it differently otherwise."""
    return dumper.represent_scalar(_TEXT, value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def dump(document: object) -> str:
    """Plain data as block YAML, in the order given; long lines broken."""
    try:
        if document and isinstance(document, (dict, list)):
            return "\n".join(_lines(document, "")) + "\n"
    except _Unusual:
        pass
    return _dump(document)


def load(text: str) -> Any:
    """Plain data of one document; raises yaml.YAMLError."""
    return yaml.load(text, Loader=SafeLoader)


def _dump(document: object) -> str:
    """The same by PyYAML."""
    return yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=WIDTH, allow_unicode=True
    )


def _lines(value: Any, indent: str) -> Iterator[str]:
    """The lines of a dict or a list that is not empty."""
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            yield from _entry(f"{indent}{_scalar(key)}:", item, indent)
    elif kind is list:
        for item in value:
            if item and type(item) in (dict, list):  # its first line is that of the dash
                first, *rest = _lines(item, f"{indent}  ")
                yield f"{indent}- {first[len(indent) + 2 :]}"
                yield from rest
            else:
                yield from _entry(f"{indent}-", item, indent)
    else:
        raise _Unusual


def _entry(head: str, item: object, indent: str) -> Iterator[str]:
    """A key or a dash with its value; a list is no deeper than its key."""
    kind = type(item)
    if item and kind is dict:
        yield head
        yield from _lines(item, f"{indent}  ")
    elif item and kind is list:
        yield head
        yield from _lines(item, indent)
    else:
        line = f"{head} {'{}' if kind is dict else '[]' if kind is list else _scalar(item)}"
        if len(line) >= WIDTH:
            raise _Unusual
        yield line


def _scalar(value: object) -> str:
    """A scalar as a key or a value; raises _Unusual for what may need more than one line."""
    kind = type(value)
    if kind is str:
        return _quoted(value)
    if kind is int:
        return str(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    raise _Unusual


@functools.lru_cache(maxsize=65536)
def _quoted(text: str) -> str:
    """A text, with quotes where YAML needs them."""
    if len(text) > LONGEST:
        raise _Unusual
    if _BARE.fullmatch(text) and _RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == _TEXT:
        return text
    as_value, as_key = _dump({"k": text})[3:-1], _dump({text: 0})[:-4]
    if as_value != as_key or "\n" in as_value:
        raise _Unusual
    return as_value
