"""Parameters of plugins/module_utils that say what they hold, and those that do not."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.rooms import SOURCES

# annotations that say nothing of what is in a value
BARE = ("dict", "list", "object", "Any", "Dict", "List", "Mapping", "tuple", "set")
LIMIT = 8  # per cent


def parameters(path: Path) -> Iterator[tuple[str, bool]]:
    """``(where, whether it says what it holds)`` of each parameter of a module's functions; lambdas have no types."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        found = node.args
        stars = [one for one in (found.vararg, found.kwarg) if one]
        for one in [*found.posonlyargs, *found.args, *found.kwonlyargs, *stars]:
            if one.arg not in ("self", "cls"):
                text = ast.unparse(one.annotation) if one.annotation else ""
                yield f"{path.name}:{one.lineno} {node.name}({one.arg})", text not in ("", *BARE)


def counted() -> tuple[Counter[str], Counter[str], list[str]]:
    """By room, how many parameters there are, and how many say nothing; and these by name."""
    every: Counter[str] = Counter()
    bare: Counter[str] = Counter()
    names = []
    for path in sorted(SOURCES.rglob("*.py")):
        room = path.relative_to(SOURCES).parts[0]
        for where, typed in parameters(path):
            every[room] += 1
            bare[room] += not typed
            if not typed:
                names.append(f"{room}/{where}")
    return every, bare, names


def table() -> str:
    """The share of parameters that say nothing, by room, as text."""
    every, bare, _names = counted()
    lines = [f"{room:<10} {bare[room]:>4} of {every[room]:>5}  {bare[room] / every[room]:6.1%}" for room in every]
    total = f"{'all':<10} {bare.total():>4} of {every.total():>5}  {bare.total() / every.total():6.1%}"
    return "\n".join([*lines, total])


if __name__ == "__main__":
    print(table())
