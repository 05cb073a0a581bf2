"""The types of a plan as data: what each TypedDict of plugins/module_utils/contract says of its keys."""

from __future__ import annotations

import ast
import inspect
import io
import sys
import tokenize
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType, UnionType
from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract import (
    hosts,
    l3out,
    plan,
    reachability,
    routed_plan,
)

MODULES = (plan, routed_plan, l3out, reachability, hosts)


@dataclass(frozen=True)
class Key:
    """A key of a TypedDict: its type without ``NotRequired``, and what its comment says."""

    name: str
    type: Any
    required: bool
    meaning: str


def is_typed_dict(kind: Any) -> bool:
    """Whether a type is a TypedDict."""
    return typing.is_typeddict(kind)


def keys(kind: Any) -> list[Key]:
    """The keys of a TypedDict, those of its bases first."""
    module = sys.modules[kind.__module__]
    hints = typing.get_type_hints(kind, localns=vars(typing), include_extras=True)
    comments = meanings(module, kind.__name__)
    return [
        Key(
            name=name,
            type=typing.get_args(hint)[0] if typing.get_origin(hint) is typing.NotRequired else hint,
            required=typing.get_origin(hint) is not typing.NotRequired,
            meaning=comments.get(name, ""),
        )
        for name, hint in hints.items()
    ]


def meanings(module: ModuleType, name: str) -> dict[str, str]:
    """The comments behind the keys of a class of a module, those of its bases included."""
    source = inspect.getsource(module)
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    classes = {found.name: found for found in ast.parse(source).body if isinstance(found, ast.ClassDef)}
    if name not in classes:  # written as a call: its keys are no names that Python takes
        return {}
    found: dict[str, str] = {}
    for base in classes[name].bases:
        above: Any = getattr(module, base.id) if isinstance(base, ast.Name) else None
        if is_typed_dict(above):
            found |= meanings(sys.modules[above.__module__], above.__name__)
    mine = {
        statement.target.id: comments.get(statement.lineno, "")
        for statement in classes[name].body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }
    return found | mine


def alternatives(kind: Any) -> tuple[Any, ...]:
    """The types of a union without None; a type that is none by itself."""
    if typing.get_origin(kind) in (typing.Union, UnionType):
        return tuple(one for one in typing.get_args(kind) if one is not type(None))
    return (kind,)


def inside(kind: Any) -> Any:
    """The TypedDict in a type: itself, or that of a list's elements or of a dictionary's values; None without one."""
    (found, *others) = alternatives(kind)
    if others:
        return None
    if is_typed_dict(found):
        return found
    return inside(typing.get_args(found)[-1]) if typing.get_origin(found) in (list, dict) else None


def below(kind: Any, path: str) -> Iterator[tuple[str, Any]]:
    """A TypedDict and all in it, each once, with the path where it is first."""
    waiting = [(path, kind)]
    seen: list[Any] = []
    while waiting:
        at, one = waiting.pop(0)
        if one in seen:
            continue
        seen.append(one)
        yield at, one
        waiting += [
            (f"{at}.{key.name}{suffix(key.type)}".lstrip("."), found)
            for key in keys(one)
            if (found := inside(key.type))
        ]


def suffix(kind: Any) -> str:
    """How a path goes on inside of a list or of a dictionary with free keys."""
    return {list: "[]", dict: ".<name>"}.get(typing.get_origin(alternatives(kind)[0]), "")
