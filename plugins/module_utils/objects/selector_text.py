# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Label selectors that are written as text, as ``kubectl get --selector`` takes them. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY = r"[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?"
_SET = re.compile(rf"(?P<key>{_KEY})\s+(?P<no>not)?in\s*\((?P<values>[^()]*)\)")
_EQUAL = re.compile(rf"(?P<key>{_KEY})\s*(?P<no>!)?==?\s*(?P<value>[-A-Za-z0-9_.]*)")
_SIGNS = re.compile(r"[(),]")
_EXISTS = re.compile(rf"(?P<no>!)?\s*(?P<key>{_KEY})")


def matches(text: str, labels: Mapping[str, str]) -> bool | None:
    """Whether a selector takes these labels; None for a text that is no selector, or compares numbers."""
    found = [_holds(term.strip(), labels) for term in _terms(text)] if text.strip() else []
    return None if None in found else all(found)


def _terms(text: str) -> list[str]:
    """The parts between commas; a comma within parentheses does not divide."""
    terms: list[str] = []
    start, within = 0, False
    for sign in _SIGNS.finditer(text):
        if sign[0] != ",":
            within = sign[0] == "("
        elif not within:
            terms.append(text[start : sign.start()])
            start = sign.end()
    return [*terms, text[start:]]


def _holds(term: str, labels: Mapping[str, str]) -> bool | None:
    found = _SET.fullmatch(term)
    if found:
        values = [value.strip() for value in found["values"].split(",")]
        return (labels.get(found["key"]) in values) != bool(found["no"])
    found = _EQUAL.fullmatch(term)
    if found:
        return (labels.get(found["key"]) == found["value"]) != bool(found["no"])
    found = _EXISTS.fullmatch(term)
    return (found["key"] in labels) != bool(found["no"]) if found else None
