"""Calico's selectors: read into a program for a stack, which is run on labels. Pure.

The grammar is that of Calico's documentation (NetworkPolicy, "Selector"), the fine print that of its tokenizer
(libcalico-go, lib/selector): blanks are spaces and tabs alone; ``has(``, ``all(`` and ``global(`` take no blank before
the parenthesis; a word such as ``contains`` is an operator after a label and a label anywhere else; ``notin`` is
``not in``; a set may be empty and may end with a comma.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

LONGEST_LABEL = 512
_BLANKS = " \t"
_IN_LABELS = frozenset(string.ascii_letters + string.digits + "_./-")
_BINDS = {"||": 1, "&&": 2, "!": 3}
_WORDS = (("contains",), ("starts", "with"), ("ends", "with"), ("not", "in"), ("in",))

Labels = Mapping[str, str]
Test = Callable[[Labels], bool]
Step = str | Test


class SelectorError(ValueError):
    """A text that Calico refuses as a selector; the message says where and why."""


@dataclass(frozen=True)
class Selector:
    """A selector in reverse Polish notation: tests push a result, ``!``, ``&&`` and ``||`` combine the last ones."""

    program: tuple[Step, ...]

    def takes(self, labels: Labels) -> bool:
        """Whether the selector selects something with these labels."""
        stack: list[bool] = []
        for step in self.program:
            if callable(step):
                stack.append(step(labels))
            elif step == "!":
                stack.append(not stack.pop())
            else:
                right, left = stack.pop(), stack.pop()
                stack.append((left and right) if step == "&&" else (left or right))
        return stack.pop()


def read(text: str) -> Selector:
    """The selector of a text. An empty one selects everything. Raises SelectorError."""
    scan = _Scan(text)
    if scan.ended():
        return Selector((lambda _labels: True,))
    machine = _Machine()
    while True:
        _operand(scan, machine)
        while scan.take(")"):
            if not machine.close():
                raise scan.error("this ) closes nothing")
        if scan.ended():
            return Selector(machine.finish(scan))
        machine.operator(scan.either("&&", "||") or scan.expected("&& or ||"))


def _operand(scan: _Scan, machine: _Machine) -> None:
    """One test, after any number of ``!`` and ``(``."""
    while sign := scan.either("!", "("):
        machine.open(sign)
    if scan.either("all(", "global("):
        scan.need(")")
        machine.output.append(lambda _labels: True)
    elif scan.take("has("):
        label = scan.label()
        scan.need(")")
        machine.output.append(lambda labels: label in labels)
    else:
        machine.output.append(_comparison(scan))


def _comparison(scan: _Scan) -> Test:
    label = scan.label()
    sign = scan.either("==", "!=") or scan.words()
    if sign in ("in", "not in"):
        values = scan.values()
        return lambda labels: (labels.get(label) in values) == (sign == "in")
    value = scan.quoted()
    tests: dict[str, Test] = {
        "==": lambda labels: labels.get(label) == value,
        "!=": lambda labels: labels.get(label) != value,
        "contains": lambda labels: value in labels[label] if label in labels else False,
        "starts with": lambda labels: label in labels and labels[label].startswith(value),
        "ends with": lambda labels: label in labels and labels[label].endswith(value),
    }
    return tests[sign]


@dataclass
class _Machine:
    """Dijkstra's shunting yard: ``output`` is the program, ``waiting`` the operators that have not been put there."""

    output: list[Step] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    def open(self, sign: str) -> None:
        self.waiting.append(sign)

    def operator(self, sign: str) -> None:
        while self.waiting and self.waiting[-1] != "(" and _BINDS[self.waiting[-1]] >= _BINDS[sign]:
            self.output.append(self.waiting.pop())
        self.waiting.append(sign)

    def close(self) -> bool:
        """Put out what is inside of a parenthesis; False where none is open."""
        while self.waiting and self.waiting[-1] != "(":
            self.output.append(self.waiting.pop())
        return bool(self.waiting) and self.waiting.pop() == "("

    def finish(self, scan: _Scan) -> tuple[Step, ...]:
        if "(" in self.waiting:
            raise scan.error(") is missing")
        return (*self.output, *reversed(self.waiting))


class _Scan:
    """A place in a text, and what may come next."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def error(self, what: str) -> SelectorError:
        return SelectorError(f"{what}, at {self.at + 1} of {self.text!r}")

    def expected(self, what: str) -> str:
        raise self.error(f"expected {what}")

    def _skip(self, at: int) -> int:
        while at < len(self.text) and self.text[at] in _BLANKS:
            at += 1
        return at

    def ended(self) -> bool:
        self.at = self._skip(self.at)
        return self.at == len(self.text)

    def take(self, sign: str) -> bool:
        """Go past blanks and a sign if it comes next."""
        at = self._skip(self.at)
        if not self.text.startswith(sign, at):
            return False
        self.at = at + len(sign)
        return True

    def need(self, sign: str) -> None:
        if not self.take(sign):
            self.expected(sign)

    def either(self, *signs: str) -> str | None:
        return next((sign for sign in signs if self.take(sign)), None)

    def label(self) -> str:
        start = end = self._skip(self.at)
        while end < len(self.text) and self.text[end] in _IN_LABELS:
            end += 1
        self.at = start
        if end == start:
            self.expected("a label")
        if end - start > LONGEST_LABEL:
            raise self.error(f"a label has {LONGEST_LABEL} characters at most")
        self.at = end
        return self.text[start:end]

    def words(self) -> str:
        """An operator of words, with any blanks between them and no character of a label after the last."""
        for words in _WORDS:
            at = self._skip(self.at)
            for word in words:
                at = at + len(word) if self.text.startswith(word, at) else -1
                if at < 0:
                    break
                last, at = at, self._skip(at)
            else:
                after = self.text[at : at + 1] if len(words) > 1 else self.text[last : last + 1]
                if after not in _IN_LABELS:
                    self.at = at
                    return " ".join(words)
        return self.expected("an operator after a label")

    def quoted_or_none(self) -> str | None:
        at = self._skip(self.at)
        quote = self.text[at : at + 1]
        if quote not in ('"', "'"):
            return None
        end = self.text.find(quote, at + 1)
        if end < 0:
            raise self.error("a quoted text does not end")
        self.at = end + 1
        return self.text[at + 1 : end]

    def quoted(self) -> str:
        found = self.quoted_or_none()
        return self.expected("a quoted text") if found is None else found

    def values(self) -> frozenset[str]:
        self.need("{")
        found: set[str] = set()
        while (value := self.quoted_or_none()) is not None:
            found.add(value)
            if not self.take(","):
                break
        self.need("}")
        return frozenset(found)
