"""docs/reference/plan.md: every key of a plan, from the types of plugins/module_utils/contract and their comments."""

from __future__ import annotations

import typing
from types import UnionType
from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.plan import Plan
from tests import plan_types

INTRODUCTION = """# Keys of the plan

This page is generated from the types in `plugins/module_utils/contract/plan.py`, `l3out.py`, `reachability.py`
and `hosts.py`.
[The plan](../plan.md) says what a plan is for, and which keys a plan of your own may leave out.
Addresses are text without a prefix length unless said otherwise.
Families are `ipv4` and `ipv6`; what is *by family* has one of them or both as its keys.
"""
ENTRIES = {int: "number", str: "text", bool: "true or false", Any: "any"}


def page() -> str:
    """The page, with a heading for each part of a plan and a line for each of its keys."""
    parts = [INTRODUCTION]
    for path, kind in plan_types.below(Plan, ""):
        if kind.__doc__ and plan_types.keys(kind)[0].meaning:
            parts.append(f"## {f'`{path}`' if path else 'The plan'}\n\n{kind.__doc__}\n\n{_keys(kind)}\n")
    return "\n".join(parts)


def _keys(kind: Any) -> str:
    return "\n".join(f"* `{key.name}` ({_said(key)}): {key.meaning}" for key in plan_types.keys(kind))


def _said(key: plan_types.Key) -> str:
    """The type of a key in words, and whether it is required."""
    null = ", or null" if type(None) in typing.get_args(key.type) else ""
    return f"{in_words(key.type)}{null}" + (", required" if key.required else "")


def in_words(kind: Any) -> str:
    """A type in words."""
    if typing.get_origin(kind) in (typing.Union, UnionType):
        return " or ".join(in_words(one) for one in plan_types.alternatives(kind))
    if typing.get_origin(kind) is list:
        one = in_words(typing.get_args(kind)[0])
        many = one.replace("dictionary", "dictionaries")
        return f"list of {many}" if many != one else f"list of {one}s"
    if typing.get_origin(kind) is dict:
        _key, value = typing.get_args(kind)
        return "by family" if value is str else "options" if value is Any else "dictionary by name"
    if plan_types.is_typed_dict(kind):
        keys = plan_types.keys(kind)
        return "dictionary" if keys[0].meaning else "dictionary of " + " and ".join(f"`{key.name}`" for key in keys)
    return ENTRIES[kind]
