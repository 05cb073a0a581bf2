# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calico's label selectors, such as ``rack_id == "1" && !has(edge)``: parsed, and compared with labels. Pure.

Grammar: docs.tigera.io, "Calico selectors" (NetworkPolicy, Selectors), and libcalico-go's tokenizer. A label may be
unknown: the planner knows only some of a node's labels, and then says neither that a selector matches nor that it
does not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...contract.freeform import Json

UNKNOWN = object()  # as a label's value: it may be anything, or not be there
_SIGNS = r"""(?P<text>"[^"]*"|'[^']*')|(?P<op>==|!=|&&|\|\||!|\(|\)|\{|\}|,)"""
# A word is an operator after a label, and a label anywhere else; blanks are spaces and tabs alone.
_WORDS = r"(?P<words>contains|starts[ \t]*with|ends[ \t]*with|not[ \t]*in|in)(?![A-Za-z0-9_./-])"
_AFTER_A_LABEL = re.compile(rf"[ \t]*(?:{_SIGNS}|{_WORDS}|(?P<name>[A-Za-z0-9_./-]+))")
_TOKEN = re.compile(rf"[ \t]*(?:{_SIGNS}|(?P<call>has|all|global)\(|(?P<name>[A-Za-z0-9_./-]+))")
_OPERATORS = {"startswith": "starts with", "endswith": "ends with", "notin": "not in"}
LONGEST_LABEL = 512
LONGEST_SHOWN = 200
DEEPEST = 100  # parentheses and negations within each other; Calico has no limit, and Python's stack has one
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


def shortened(text: str) -> str:
    """A text for a message: its beginning, if it is long."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def parse(text: str) -> Any:
    """A function of labels (``{key: value}``, a value may be UNKNOWN): True, False, or None for "cannot be told".

    Raises SelectorError. An empty selector matches everything.
    """
    tokens = _tokens(text)
    if not tokens:
        return lambda _labels: True
    parser = _Parser(text, tokens)
    expression = parser.any_of()
    if parser.next_one() is not None:
        raise SelectorError(f"{parser.left()!r} is not expected there")
    return expression


def _tokens(text: str) -> list[Any]:
    found: list[Any] = []
    position, text = 0, text.rstrip(" \t")
    while position < len(text):
        after_a_label = bool(found) and found[-1][0] == "name"
        hit = (_AFTER_A_LABEL if after_a_label else _TOKEN).match(text, position)
        if not hit:
            raise SelectorError(f"{shortened(text[position:].strip(' '))!r} is not understood")
        position = hit.end()
        found.append(_token(str(hit.lastgroup), hit[str(hit.lastgroup)]))
    return found


def _token(kind: str, value: str) -> tuple[Any, ...]:
    """What a token means: a text without its quotes, an operator of words without its blanks."""
    if kind == "text":
        return kind, value[1:-1]
    if kind == "words":
        joined = re.sub(r"[ \t]", "", value)
        return kind, _OPERATORS.get(joined, joined)
    if kind == "name" and len(value) > LONGEST_LABEL:
        raise SelectorError(f"{value[:20]!r}… is longer than a label, {LONGEST_LABEL} characters, can be")
    return kind, value


class _Parser:
    """Recursive descent: || binds weaker than &&, and ! strongest."""

    def __init__(self, text: str, tokens: list[Any]) -> None:
        self.text, self.tokens = text, tokens
        self.at = self.depth = 0

    def next_one(self) -> tuple[Any, ...] | None:
        """The token that is to be read next; None at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def left(self) -> str:
        token = self.next_one()
        return token[1] if token else ""

    def _take(self, kind: str, *values: str) -> str | None:
        token = self.next_one()
        if token is None or token[0] != kind or (values and token[1] not in values):
            return None
        self.at += 1
        return token[1]

    def _need(self, kind: str, what: str, *values: str) -> str:
        found = self._take(kind, *values)
        if found is None:
            raise SelectorError(
                f"{what} is expected {'before ' + repr(self.left()) if self.next_one() else 'at the end'}"
            )
        return found

    def any_of(self) -> Any:
        parts = [self.all_of()]
        while self._take("op", "||"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else lambda labels: _either([part(labels) for part in parts])

    def all_of(self) -> Any:
        parts = [self.one()]
        while self._take("op", "&&"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else lambda labels: _both([part(labels) for part in parts])

    def one(self) -> Any:
        if self._take("op", "!"):
            inner = self._within(self.one)
            return lambda labels: _opposite(inner(labels))
        if self._take("op", "("):
            inner = self._within(self.any_of)
            self._need("op", "')'", ")")
            return inner
        return self._term()

    def _within(self, read: Json) -> Any:
        """What a sign encloses, one level deeper."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise SelectorError(f"more than {DEEPEST} parentheses and ! are within each other")
        found = read()
        self.depth -= 1
        return found

    def _term(self) -> Any:
        call = self._take("call")
        if call:
            key = self._need("name", "a label") if call == "has" else None
            self._need("op", "')'", ")")
            return _has(key) if key else lambda _labels: True
        name = self._need("name", "a label")
        test = self._take("op", "==", "!=") or self._take("words")
        if test is None:
            raise SelectorError(
                f"after {name!r}, one of ==, !=, in, not in, contains, starts with, ends with is expected"
            )
        return _compared(name, test, self._set() if test in ("in", "not in") else self._need("text", "a quoted text"))

    def _set(self) -> list[Any]:
        self._need("op", "'{'", "{")
        found: list[Any] = []
        text = self._take("text")
        while text is not None:  # a set may be empty, and end with a comma
            found.append(text)
            text = self._take("text") if self._take("op", ",") else None
        self._need("op", "'}'", "}")
        return found


def _has(key: str) -> Any:
    return lambda labels: None if labels.get(key) is UNKNOWN else key in labels


def _compared(key: str, test: str, given: Json) -> Any:
    return lambda labels: None if labels.get(key) is UNKNOWN else _TESTS[test](labels.get(key), given)


def _both(results: list[Any]) -> bool | None:
    return False if False in results else None if None in results else True


def _either(results: list[Any]) -> bool | None:
    return True if True in results else None if None in results else False


def _opposite(result: bool | None) -> bool | None:
    return None if result is None else not result
