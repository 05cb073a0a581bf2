"""The table of ACI attributes (contract/attributes.py) where it has to be text: the module's documentation, which
ansible-doc reads without running it, and the types of the plan, which type checkers read so.

Both are written between ``# attributes SECTION: made …`` and ``# end of attributes``, once per section of the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

import yaml

from docs.argument_specs import Dumper

if TYPE_CHECKING:
    from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.attribute import Attribute

PLUGINS = Path(__file__).resolve().parent.parent / "plugins"
MODULE = PLUGINS / "modules" / "aci_l3out.py"
TYPES = PLUGINS / "module_utils" / "contract" / "l3out.py"
WIDTH = 90  # PyYAML exceeds it by a word
# a block, by its margin, its first line, the section and its last line
_BLOCK = re.compile(r"(?ms)^( *)(# attributes (\w+): made [^\n]*\n).*?^ *(# end of attributes\n)")


class _Choices(list[str]):
    """A list in brackets."""


class _Dumper(Dumper):
    """Choices take one line, as in the rest of the documentation."""


_Dumper.add_representer(
    _Choices, lambda dumper, choices: dumper.represent_sequence("tag:yaml.org,2002:seq", choices, flow_style=True)
)


def write() -> None:
    """Write both files, where they differ."""
    for path, text in pages().items():
        if path.read_text() != text:
            path.write_text(text)


def pages() -> dict[Path, str]:
    """The files by path, as they have to be."""
    return {MODULE: _filled(MODULE, _documented), TYPES: _filled(TYPES, _typed)}


def _filled(path: Path, made: Callable[[list[Attribute], int], str]) -> str:
    from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.attributes import SECTIONS

    def block(found: re.Match[str]) -> str:
        margin, head, section, end = found.groups()
        rows = [row for row in SECTIONS[section] if row.plan_key]
        return f"{margin}{head}{indent(made(rows, len(margin)), margin)}{margin}{end}"

    text, count = _BLOCK.subn(block, path.read_text())
    if count != len(SECTIONS):
        raise ValueError(f"{path.name}: {count} blocks for {len(SECTIONS)} sections of attributes")
    return text


def _documented(rows: list[Attribute], margin: int) -> str:
    options = {row.plan_key: _option(row) for row in rows}
    return yaml.dump(options, Dumper=_Dumper, sort_keys=False, width=WIDTH - margin, allow_unicode=True)


def _option(row: Attribute) -> dict[str, Any]:
    """An option of the module in the vocabulary of ansible-doc."""
    from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.option import described

    reach = "" if row.minimum is None else f"From {row.minimum} to {row.maximum}."
    lines = [line for line in (f"{described(row, row.argument_default)}.", row.more, reach) if line]
    result = {
        "description": lines if len(lines) > 1 else lines[0],
        "type": row.argument_type,
        "choices": _Choices(row.choices) or None,
        "default": row.argument_default,
    }
    return {name: value for name, value in result.items() if value is not None}


def _typed(rows: list[Attribute], _margin: int) -> str:
    """A key of a TypedDict for each row; nothing is null but what has no default."""
    null = {True: " | None", False: ""}
    return "".join(
        f"{row.plan_key}: NotRequired[{row.argument_type}{null[row.argument_default is None]}]  # {_meaning(row)}\n"
        for row in rows
    )


def _meaning(row: Attribute) -> str:
    """What a row is, as a comment: without a capital letter, and without the marks of ansible-doc."""
    absent = f"; null: {row.absent}" if row.absent and row.argument_default is None else ""
    text = f"{row.plain}{absent}"
    return text if text[:2].isupper() else text[0].lower() + text[1:]
