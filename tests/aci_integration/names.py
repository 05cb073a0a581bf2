"""Names of modules and variables in a target's tasks, so that they can be found outside of ansible-test."""

from __future__ import annotations

import re
from collections.abc import Collection

_KEY = re.compile(r"( +)(cisco\.aci\.)?(aci_\w+):(?=\s|$)")
_SET_FACT = re.compile(r"( *)(?:- )?ansible\.builtin\.set_fact:")


def with_module_names(text: str, modules: Collection[str]) -> str:
    """Tasks in which each module has its full name, and no variable has one: set_fact takes no dots.

    A module by its short name is found by ansible-test alone; a rename of modules in the checkout hit some variables.
    """
    lines, depth = [], -1
    for line in text.splitlines(keepends=True):
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent <= depth:
            depth = -1
        key = _KEY.match(line)
        lines.append(_key(key, modules, facts=depth >= 0) + line[key.end() :] if key else line)
        if found := _SET_FACT.match(line):
            depth = len(found[1])
    return "".join(lines)


def _key(match: re.Match[str], modules: Collection[str], *, facts: bool) -> str:
    indent, _, name = match.groups()
    if facts:
        return f"{indent}{name}:"
    return f"{indent}cisco.aci.{name}:" if name in modules else match[0]
