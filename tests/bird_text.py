"""BIRD's configuration, read far enough to compare two of them: BIRD 1.6's as confd writes it, and BIRD 2's.

Filters are not compared as texts but run: on a route each says whether it takes it, and what it makes of it.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<string>"[^"]*")|(?P<quoted>'[^']*')|(?P<word>[A-Za-z0-9_.:/]+)
    |(?P<sign>\[=|=\]|&&|\|\||!=|!~|<=|>=|[-+*!=~<>(){}\[\],;])""",
    re.VERBOSE,
)
CONSTANTS = {"RTS_BGP", "RTS_STATIC", "RTS_INHERIT", "RTS_DEVICE"}


def tokens(text: str) -> list[str]:
    """The tokens; strings keep their quotes, symbols lose theirs."""
    found, at = [], 0
    while at < len(text):
        hit = _TOKEN.match(text, at)
        if hit is None:
            raise ValueError(f"not understood: {text[at : at + 40]!r}")
        at = hit.end()
        if hit.lastgroup:
            found.append(hit[0].strip("'") if hit.lastgroup == "quoted" else hit[0])
    return found


# -- filters ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    """What filters look at and change."""

    net: str
    source: str = "RTS_STATIC"
    ifname: str | None = None
    krt_metric: int | None = None
    bgp_local_pref: int | None = None
    preference: int = 100
    bgp_path: tuple[int, ...] = ()
    bgp_community: frozenset = frozenset()
    bgp_large_community: frozenset = frozenset()


class _Decided(Exception):
    """``accept`` or ``reject``."""


@dataclass
class Filter:
    """A filter with the functions that it may call."""

    code: list[str]
    functions: dict[str, tuple[list[str], list[str]]]

    def run(self, route: Route) -> Route | None:
        """What becomes of a route; None where it is rejected."""
        machine = _Machine(self.functions, route)
        try:
            machine.block(self.code, {})
        except _Decided as decision:
            return machine.route if decision.args[0] == "accept" else None
        return None


class _Machine:
    """Runs code on a route. Statements are parsed while they run; what is not run is skipped over."""

    def __init__(self, functions: dict[str, tuple[list[str], list[str]]], route: Route) -> None:
        self.functions, self.route = functions, route

    def block(self, code: list[str], variables: dict[str, Any]) -> None:
        at = 0
        while at < len(code):
            at = self.statement(code, at, variables, run=True)

    def statement(self, code: list[str], at: int, variables: dict[str, Any], *, run: bool) -> int:
        if code[at] == "{":
            at += 1
            while code[at] != "}":
                at = self.statement(code, at, variables, run=run)
            return at + 1
        if code[at] == "if":
            then = _find(code, at, "then")
            true = run and bool(self.value(code[at + 1 : then], variables))
            at = self.statement(code, then + 1, variables, run=run and true)
            if at < len(code) and code[at] == "else":
                at = self.statement(code, at + 1, variables, run=run and not true)
            return at
        end = _find(code, at, ";")
        if run:
            self.simple(code[at:end], variables)
        return end + 1

    def simple(self, words: list[str], variables: dict[str, Any]) -> None:
        if not words:
            return
        if words[0] in ("accept", "reject"):
            raise _Decided(words[0])
        if words[1] == "=":
            self.route = replace(self.route, **{words[0]: self.value(words[2:], variables)})
        elif words[0].endswith(".add"):
            name = words[0].removesuffix(".add")
            added = getattr(self.route, name) | {self.value(words[1:], variables)}
            self.route = replace(self.route, **{name: added})
        elif words[0] == "bgp_path.prepend":
            path = (self.value(words[1:], variables), *self.route.bgp_path)
            self.route = replace(self.route, bgp_path=path)
        else:
            parameters, code = self.functions[words[0]]
            arguments = [self.value([word], variables) for word in words[2:-1] if word != ","]
            assert len(parameters) == len(arguments), words
            self.block(code, dict(zip(parameters, arguments, strict=True)))

    # -- expressions ------------------------------------------------------------------------------------------

    def value(self, words: list[str], variables: dict[str, Any]) -> Any:
        expression = _Expression(words, self.route, variables)
        found = expression.either()
        assert expression.at == len(words), words
        return found


@dataclass
class _Expression:
    words: list[str]
    route: Route
    variables: dict[str, Any]
    at: int = 0

    def take(self, *signs: str) -> str:
        if self.at < len(self.words) and self.words[self.at] in signs:
            self.at += 1
            return self.words[self.at - 1]
        return ""

    def either(self) -> Any:
        found = self.both()
        while self.take("||"):
            found = bool(self.both()) or bool(found)
        return found

    def both(self) -> Any:
        found = self.compared()
        while self.take("&&"):
            found = bool(self.compared()) and bool(found)
        return found

    def compared(self) -> Any:
        left = self.difference()
        sign = self.take("=", "!=", "~", "!~", "<", ">", "<=", ">=")
        if not sign:
            return left
        right = self.difference()
        if sign in ("=", "!="):
            return (left == right) == (sign == "=")
        if sign in ("~", "!~"):
            return _matches(left, right) == (sign == "~")
        if left is None:  # an attribute that a route has not: the comparison is an error, which rejects the route
            raise _Decided("reject")
        return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign]

    def difference(self) -> Any:
        found = self.single()
        while self.take("-"):
            found = found - self.single()
        return found

    def single(self) -> Any:
        if self.take("!"):
            return not self.single()
        if self.take("(", "[", "[="):
            opened = self.words[self.at - 1]
            return self.pattern() if opened == "[=" else self.members("]") if opened == "[" else self.parenthesis()
        word = self.words[self.at]
        self.at += 1
        if word == "defined":
            name = self.words[self.at + 1]
            self.at += 3
            return getattr(self.route, name) is not None
        return self.word(word)

    def parenthesis(self) -> Any:
        found = [self.either()]
        while self.take(","):
            found.append(self.either())
        assert self.take(")")
        return tuple(found) if len(found) > 1 else found[0]

    def members(self, closing: str) -> Any:
        """A set of constants, or of networks with lengths."""
        found = []
        while not self.take(closing):
            word = self.words[self.at]
            self.at += 1
            if self.take("{"):
                least, most = int(self.words[self.at]), int(self.words[self.at + 2])
                self.at += 4
                found.append((_network(word), least, most))
            elif word != ",":
                found.append(self.word(word))
        return found

    def pattern(self) -> list[str]:
        end = self.words.index("=]", self.at)
        found = self.words[self.at : end]
        self.at = end + 1
        return ["path", *found]

    def word(self, word: str) -> Any:
        if word in self.variables:
            return self.variables[word]
        if word in ("true", "false"):
            return word == "true"
        if word.startswith('"'):
            return word.strip('"')
        if word.isdecimal():
            return int(word)
        if word == "net":
            return _network(self.route.net)
        if word in CONSTANTS:
            return word
        return _network(word) if "/" in word else getattr(self.route, word)


@cache
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _matches(left: Any, right: Any) -> bool:
    if isinstance(right, list) and right[:1] == ["path"]:
        wanted, path = right[1:], list(left)
        head = [int(word) for word in wanted if word != "*"]
        return path[: len(head)] == head
    if isinstance(right, list):
        return any(_is_member(left, item) for item in right)
    if isinstance(right, frozenset):
        return left in right
    if isinstance(right, str):
        return left is not None and fnmatch.fnmatchcase(left, right)
    return left.version == right.version and left.subnet_of(right)


def _is_member(left: Any, item: Any) -> bool:
    if not isinstance(item, tuple):
        return left == item
    network, least, most = item
    if left.version != network.version or not least <= left.prefixlen <= most:
        return False
    return left.subnet_of(network)


def _find(code: list[str], at: int, wanted: str) -> int:
    while code[at] != wanted:
        at += 1
    return at


# -- the file ---------------------------------------------------------------------------------------------


@dataclass
class Protocol:
    """A protocol or template: its settings by their words, and its filters."""

    kind: str
    name: str
    template: str = ""
    settings: list[str] = field(default_factory=list)
    filters: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Configuration:
    """What is compared of a file."""

    settings: list[str] = field(default_factory=list)
    functions: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    named_filters: dict[str, list[str]] = field(default_factory=dict)
    protocols: list[Protocol] = field(default_factory=list)
    templates: dict[str, Protocol] = field(default_factory=dict)

    def of_kind(self, kind: str) -> list[Protocol]:
        """The protocols of a kind."""
        return [item for item in self.protocols if item.kind == kind]

    def filter_of(self, protocol: Protocol, direction: str) -> Filter:
        """A protocol's import or export filter."""
        return Filter(protocol.filters[direction], self.functions)

    def settings_of(self, protocol: Protocol) -> list[str]:
        """A protocol's settings after its template's."""
        template = self.templates.get(protocol.template)
        return [*(template.settings if template else []), *protocol.settings]


def parse(text: str) -> Configuration:
    """The contents of a file."""
    made = Configuration()
    given = tokens(text)
    at = 0
    while at < len(given):
        word = given[at]
        if word in ("function", "filter", "template", "protocol"):
            start = _find(given, at, "{")
            end = _closing(given, start)
            _add(made, given[at:start], given[start + 1 : end])
            at = end + 1
        else:
            end = _find(given, at, ";")
            made.settings.append(" ".join(given[at:end]))
            at = end + 1
    return made


def _closing(given: list[str], at: int) -> int:
    depth = 0
    for number in range(at, len(given)):
        depth += {"{": 1, "}": -1}.get(given[number], 0)
        if depth == 0:
            return number
    raise ValueError("a block does not end")


def _add(made: Configuration, head: list[str], body: list[str]) -> None:
    if head[0] == "function":
        made.functions[head[1]] = ([word for word in head[3:-1] if word not in ("bool", ",")], body)
        return
    if head[0] == "filter":
        made.named_filters[head[1]] = body
        return
    names = head[2:]
    template = names[names.index("from") + 1] if "from" in names else ""
    name = names[0] if names and names[0] != "from" else ""
    item = Protocol(head[1], name, template)
    _options(made, item, body)
    if head[0] == "template":
        made.templates[name] = item
    else:
        made.protocols.append(item)


def _options(made: Configuration, item: Protocol, body: list[str]) -> None:
    at = 0
    while at < len(body):
        end = at
        while end < len(body) and body[end] not in (";", "{"):
            end += 1
        words = body[at:end]
        if end == len(body) or body[end] == ";":
            if words[1:2] == ["filter"]:
                item.filters[words[0]] = made.named_filters[words[2]]
            elif words:
                item.settings.append(" ".join(words))
            at = end + 1
            continue
        closing = _closing(body, end)
        if words[1:2] == ["filter"]:
            item.filters[words[0]] = body[end + 1 : closing]
        elif words in (["ipv4"], ["ipv6"]):
            _options(made, item, body[end + 1 : closing])
        at = closing + 1
