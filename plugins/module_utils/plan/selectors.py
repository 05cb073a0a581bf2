# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calico's label selectors, such as ``rack_id == "1" && !has(edge)``: read, and held against labels. Pure.

Grammar: docs.tigera.io, "Calico selectors" (NetworkPolicy, Selectors). A label may be unknown: the planner knows only
some of a node's labels, and then says neither that a selector matches nor that it does not.
"""

from __future__ import annotations

import re

UNKNOWN = object()  # as a label's value: it may be anything, or not be there
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>"[^"]*"|'[^']*') | (?P<op>==|!=|&&|\|\||!|\(|\)|\{|\}|,) |
    (?P<words>not\s+in\b|starts\s+with\b|ends\s+with\b|in\b|contains\b) | (?P<name>[A-Za-z0-9_./-]+)
    )""",
    re.VERBOSE,
)
_TESTS = {
    "==": lambda label, given: label == given,
    "!=": lambda label, given: label != given,
    "contains": lambda label, given: label is not None and given in label,
    "starts with": lambda label, given: label is not None and label.startswith(given),
    "ends with": lambda label, given: label is not None and label.endswith(given),
    "in": lambda label, given: label in given,
    "not in": lambda label, given: label not in given,
}


class SelectorError(ValueError):
    """A text that is no selector; says where it stops making sense."""


def parse(text: str):
    """A function of labels (``{key: value}``, a value may be UNKNOWN): True, False, or None for "cannot be told".

    Raises SelectorError. An empty selector matches everything.
    """
    tokens = _tokens(text)
    if not tokens:
        return lambda _labels: True
    parser = _Parser(text, tokens)
    expression = parser.any_of()
    if parser.left():
        raise SelectorError(f"{parser.left()!r} is not expected there")
    return expression


def _tokens(text: str) -> list:
    found, position, text = [], 0, text.rstrip()
    while position < len(text):
        hit = _TOKEN.match(text, position)
        if not hit:
            raise SelectorError(f"{text[position:].strip()!r} is not understood")
        position = hit.end()
        kind = str(hit.lastgroup)
        value = hit[kind]
        found.append((kind, value[1:-1] if kind == "text" else re.sub(r"\s+", " ", value)))
    return found


class _Parser:
    """Recursive descent: || binds weaker than &&, and ! strongest."""

    def __init__(self, text: str, tokens: list) -> None:
        self.text, self.tokens = text, tokens

    def left(self) -> str:
        return self.tokens[0][1] if self.tokens else ""

    def _take(self, kind: str, *values: str) -> str | None:
        if self.tokens and self.tokens[0][0] == kind and (not values or self.tokens[0][1] in values):
            return self.tokens.pop(0)[1]
        return None

    def _need(self, kind: str, what: str, *values: str) -> str:
        found = self._take(kind, *values)
        if found is None:
            raise SelectorError(f"{what} is expected {'before ' + repr(self.left()) if self.tokens else 'at the end'}")
        return found

    def any_of(self):
        parts = [self.all_of()]
        while self._take("op", "||"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else lambda labels: _either([part(labels) for part in parts])

    def all_of(self):
        parts = [self.one()]
        while self._take("op", "&&"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else lambda labels: _both([part(labels) for part in parts])

    def one(self):
        if self._take("op", "!"):
            inner = self.one()
            return lambda labels: _opposite(inner(labels))
        if self._take("op", "("):
            inner = self.any_of()
            self._need("op", "')'", ")")
            return inner
        return self._term()

    def _term(self):
        name = self._need("name", "a label")
        if name in ("all", "global", "has") and self._take("op", "("):
            key = self._need("name", "a label") if name == "has" else None
            self._need("op", "')'", ")")
            return _has(key) if key else lambda _labels: True
        test = self._take("op", "==", "!=") or self._take("words")
        if test is None:
            raise SelectorError(
                f"after {name!r}, one of ==, !=, in, not in, contains, starts with, ends with is expected"
            )
        return _compared(name, test, self._set() if test in ("in", "not in") else self._need("text", "a quoted text"))

    def _set(self) -> list:
        self._need("op", "'{'", "{")
        found = [self._need("text", "a quoted text")]
        while self._take("op", ","):
            found.append(self._need("text", "a quoted text"))
        self._need("op", "'}'", "}")
        return found


def _has(key: str):
    return lambda labels: None if labels.get(key) is UNKNOWN else key in labels


def _compared(key: str, test: str, given: object):
    return lambda labels: None if labels.get(key) is UNKNOWN else _TESTS[test](labels.get(key), given)


def _both(results: list) -> bool | None:
    return False if False in results else None if None in results else True


def _either(results: list) -> bool | None:
    return True if True in results else None if None in results else False


def _opposite(result: bool | None) -> bool | None:
    return None if result is None else not result
