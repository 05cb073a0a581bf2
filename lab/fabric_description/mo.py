"""Managed objects as data: ``{class: {attributes, children}}``."""

from __future__ import annotations


def mo(cls: str, *children: dict, **attributes: object) -> dict:
    """One object; of a property's name one trailing ``_`` falls away (``from_``). What is None is left out."""
    values = {key.removesuffix("_"): _text(value) for key, value in attributes.items() if value is not None}
    return {cls: {"attributes": values, "children": list(children)}}


def _text(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
