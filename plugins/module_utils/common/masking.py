# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hides the secrets of a host's configuration files, by the grammar of the daemon that reads them. Pure.

Every secret is hidden up to the end of its value, whatever characters it has. In doubt more is hidden, never less. All
patterns take time that grows in proportion to the text.

Sources: FRRouting, the commands of lib/keychain_cli.c, lib/command.c, bgpd/bgp_vty.c, ospfd/ospf_vty.c, ospf6d,
isisd/isis_cli.c, ripd/rip_cli.c, nhrpd/nhrp_vty.c, pimd/pim_cmd.c, ldpd/ldp_vty_cmds.c, pathd/path_pcep_cli.c;
BIRD, conf/cf-lex.l and nest/config.Y (``password_item``, whose value is an expression: constants and functions); GoBGP,
docs/sources/configuration.md (TOML, YAML, JSON).
"""

from __future__ import annotations

import re
from typing import Callable, Dict, List, Set, Tuple

MASK = "********"
# Shorter ones are hidden by their place alone: as a text they are part of nearly everything.
SHORTEST = 4

Span = Tuple[int, int]


def _cut(word: str, least: int = 1) -> str:
    """A pattern for a word that may be cut short, down to its first letters."""
    rest = ""
    for letter in reversed(word[least:]):
        rest = f"(?:{letter}{rest})?"
    return f"{word[:least]}{rest}(?![\\w-])"


# The value of each of FRR's commands goes to the end of the line (LINE), or what follows it does no harm. FRR takes
# words that are cut short, in files too, as far as the whole line tells which command is meant (``vtysh -C``).
_DIGEST = rf"{_cut('message-digest-key')}[ \t]+\d+[ \t]+{_cut('md5')}"
_KIND = "|".join((_cut("message-digest"), _cut("null"), _cut("key-chain", 2), _cut("keychain", 2), r"[\d.]+(?![\w.])"))
_SECRETS = (
    _DIGEST,
    _cut("password", 2),
    rf"(?:{_cut('enable', 2)}|{_cut('isis', 2)}|{_cut('neighbor')}[ \t]+\S+)[ \t]+{_cut('password')}",
    r"(?:area|domain)-p\w*",
    rf"(?:{_cut('area-password')}|{_cut('domain-password')})[ \t]+(?:{_cut('md5')}|{_cut('clear')})",
    r"[\w-]*passw\w*",
    r"key-(?![ic])\w*",
    _cut("authentication-key", 15),
    # without a key, "authentication" is followed by its kind or by an address
    rf"(?:{_cut('ospf')}|{_cut('virtual-link')}[ \t]+\S+)[ \t]+{_cut('authentication-key')}[ \t]+(?!{_KIND})",
    rf"{_cut('authentication')}[ \t]+{_cut('string')}",
    rf"{_cut('hash-algo')}[ \t]+\S+[ \t]+{_cut('key')}",
    rf"{_cut('nhrp')}[ \t]+{_cut('authentication')}",
    r"tcp-\w*(?:-\w*)?",
)
# in a key chain's key "key-string" may be cut short to what is also "key", which a number or "chain" follows
_KEY = rf"^[ \t]*{_cut('key')}[ \t]+(?!\d+[ \t]*$|{_cut('chain')})"
_FRR = re.compile(rf"(?im)(?:(?<![\w-])(?:{'|'.join(_SECRETS)})|{_KEY})[ \t]*(?<=[ \t])(?=\S)")
_REST = re.compile(r"[^\r\n]*")
_BIRD = re.compile(
    r"""\#[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?|"[^"\n]*"?|'[^'\n]*'?|[A-Za-z_][A-Za-z0-9_]*|[;{}]|[^\s;{}"'\#/A-Za-z_]+|/"""
)
_BIRD_KEYS = ("password", "key", "secret")
_COMMENT = ("#", "/*")
# A key of TOML, YAML, JSON or an INI file, or a word within a message, that a secret follows.
_KEYED = re.compile(
    r"(?i)(?:passwords?|passwd|passphrase|pre-?shared-?key|secret|psk|key-string|auth(?:entication)?-key"
    rf"|(?<![\w-]){_DIGEST}|hash-algo[ \t]+\S+[ \t]+key)"
    r"[\"']?(?:[ \t]*([=:])[ \t\r\n]*|[ \t]+(?=\S))(?:[!&][^\s,\[\]{}]*[ \t]+)*"
)
# A text in quotes; in YAML it goes on in lines that are indented.
_QUOTED = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*(?:""")?'
    r"|'''(?:[^']|'(?!''))*(?:''')?"
    r'|"(?:[^"\\\n]|\\.|\n(?=[ \t\n]))*"?'
    r"|'(?:[^'\n]|''|\n(?=[ \t\n]))*'?",
    re.S,
)
_BRACKETS = re.compile(r"""[\[{]|[\]}]|"(?:[^"\\]|\\.)*"?|'[^']*'?""", re.S)
_GOES_ON = re.compile(r"[ \t]*[,}\]]")
_ALIAS = re.compile(r"\*([^\s,\[\]{}]+)")
_ANCHOR = re.compile(r"&([^\s,\[\]{}]+)[ \t]+(?=\S)")
_INDENT = re.compile(r"[ \t]*(?:-[ \t]+)*")
_LINE = re.compile(r"\n([ \t]*)(-(?=\s))?([^\n]*)")
_STRINGS = re.compile(r'"([^"\n]*)"')
_BLOCK = re.compile(r"[|>][-+0-9]*[ \t]*(?:\#[^\n]*)?(?:\n(?:[ \t][^\n]*)?(?=\n|$))*")  # YAML's text of several lines


def masked(text: str, path: str = "") -> str:
    """A configuration file's text, or (without ``path``) a message about one, with its secrets hidden."""
    return replaced(text, path, lambda _secret: MASK)


def replaced(text: str, path: str, replace: Callable[[str], str]) -> str:
    """A configuration file's text with ``replace(secret)`` in place of every secret, in the same quotes."""
    parts, done = [], 0
    for start, end in _spans(text, path):
        if start >= done:  # a comment within a secret is hidden with it
            parts += [text[done:start], _hidden(text[start:end], replace)]
            done = end
    return "".join([*parts, text[done:]])


def values(text: str, path: str = "") -> Set[str]:
    """The secrets of a configuration file's text, without their quotes: what no message may repeat."""
    spans = _spans(text, path)
    found = {text[start:end].strip().strip("\"'") for start, end in spans}
    found |= {string for start, end in spans for string in _STRINGS.findall(text[start:end])}
    return {value for value in found if len(value) >= SHORTEST}


def without(text: str, secrets: Set[str]) -> str:
    """A message without these secrets, and without what stands where one would."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, MASK)
    return masked(text)


def _spans(text: str, path: str) -> List[Span]:
    """Where the secrets are, in order and apart from each other."""
    finders = [(name, finder) for name, finder in _FINDERS if name in path]
    return (finders[0][1] if finders else _keyed)(text)


def _hidden(value: str, replace: Callable[[str], str]) -> str:
    quote = value[:1] if value[:1] in ('"', "'") and value[-1:] == value[:1] and len(value) > 1 else ""
    return quote + replace(value[len(quote) : len(value) - len(quote)]) + quote


# -- FRR ----------------------------------------------------------------------------------------------


def _frr(text: str) -> List[Span]:
    return _after(text, _FRR, lambda hit: _line_end(text, hit.end()))


def _line_end(text: str, start: int) -> int:
    found = _REST.match(text, start)
    return found.end() if found else len(text)


def _after(text: str, pattern: re.Pattern[str], end_of: Callable[[re.Match[str]], int]) -> List[Span]:
    """What follows each match of a pattern, up to ``end_of`` the match; matches within a secret do not count."""
    spans: List[Span] = []
    position = 0
    while True:
        hit = pattern.search(text, position)
        if hit is None:
            return spans
        end = end_of(hit)
        spans += [(hit.end(), end)] if end > hit.end() else []
        position = max(end, hit.end())


# -- BIRD ---------------------------------------------------------------------------------------------


def _bird(text: str) -> List[Span]:
    """What follows ``password``, ``key`` or ``secret`` up to ``;``, ``{`` or ``}``, and the constants and functions
    that are named there, or by those."""
    words = [hit.span() for hit in _BIRD.finditer(text) if not hit.group().startswith(_COMMENT)]
    statements = _statements(text, words)
    named = {_name(text, word) for statement in statements for word in _secret_words(text, statement)}
    defined = {**_functions(text, words), **_constants(text, statements)}
    reached: Set[str] = set()
    while named - reached:
        name = (named - reached).pop()
        reached.add(name)
        named |= {_name(text, word) for word in defined.get(name, [])}
    secrets = [_secret_words(text, statement) for statement in statements]
    secrets += [value for name, value in defined.items() if name in reached]
    spans = [(value[0][0], value[-1][1]) for value in secrets if value]
    return _apart([*spans, *_comments(text)])


def _name(text: str, word: Span) -> str:
    """A word; names may be in single quotes."""
    return text[slice(*word)].strip("'")


def _statements(text: str, words: List[Span]) -> List[List[Span]]:
    """The words of each statement."""
    statements: List[List[Span]] = [[]]
    for word in words:
        if text[slice(*word)] in (";", "{", "}"):
            statements.append([])
        else:
            statements[-1].append(word)
    return [found for found in statements if found]


def _secret_words(text: str, words: List[Span]) -> List[Span]:
    for index, (start, end) in enumerate(words):
        if text[start:end].lower() in _BIRD_KEYS:
            return words[index + 1 :]
    return []


def _constants(text: str, statements: List[List[Span]]) -> Dict[str, List[Span]]:
    """Name → the words of a constant's value (``define NAME = VALUE``)."""
    found: Dict[str, List[Span]] = {}
    for words in statements:
        if text[slice(*words[0])] == "define" and len(words) > 2:
            start, end = words[2]  # "=", perhaps with what follows it
            first = [(start + 1, end)] if end > start + 1 else []
            found.setdefault(_name(text, words[1]), []).extend([*first, *words[3:]])
    return found


def _functions(text: str, words: List[Span]) -> Dict[str, List[Span]]:
    """Name → the words of a function's body."""
    found: Dict[str, List[Span]] = {}
    body: List[Span] = []
    name, depth = "", 0
    for number, word in enumerate(words):
        this = text[slice(*word)]
        if not depth and this == "function" and number + 1 < len(words):
            name = _name(text, words[number + 1])
        depth += (this == "{") - (this == "}" and depth > 0) if name else 0
        if name and depth and not (this == "{" and depth == 1):
            body.append(word)
        elif name and not depth and this == "}":
            found[name] = [*body, (word[0], word[0])] if body else []
            name, body = "", []
    return {**found, name: body} if name and body else found


def _comments(text: str) -> List[Span]:
    """Secrets in comments: a statement that was put out of use still has its password."""
    found = []
    for hit in _BIRD.finditer(text):
        if hit.group().startswith(_COMMENT):
            found += [(hit.start() + start, hit.start() + end) for start, end in _keyed(hit.group())]
    return found


# -- any other ----------------------------------------------------------------------------------------


def _keyed(text: str) -> List[Span]:
    spans = _after(text, _KEYED, lambda hit: _value_end(text, hit))
    return _apart([*spans, *_anchors(text, spans)])


def _anchors(text: str, spans: List[Span]) -> List[Span]:
    """The values of YAML's anchors that stand for a secret elsewhere (``password: *one``)."""
    aliases = {found.group(1) for span in spans for found in [_ALIAS.match(text[slice(*span)])] if found}
    if not aliases:
        return []
    return [(hit.end(), _line_end(text, hit.end())) for hit in _ANCHOR.finditer(text) if hit.group(1) in aliases]


def _apart(spans: List[Span]) -> List[Span]:
    """In order; of those that begin together the longest first."""
    return sorted(spans, key=lambda span: (span[0], -span[1]))


def _value_end(text: str, hit: re.Match[str]) -> int:
    """The end of a text in quotes or a list that a document goes on after, or of a block; else the end of the line,
    and of the lines that YAML takes to the same value."""
    start = hit.end()
    opening = text[start : start + 1]
    block = _BLOCK.match(text, start)
    if block and block.group() != opening:
        return block.end()
    if opening in ("[", "{") and hit.group(1):
        return _closing(text, start)
    if opening in ("'", '"'):
        found = _QUOTED.match(text, start)
        end = found.end() if found else start
        return end if _GOES_ON.match(text, end) else _line_end(text, end)
    return _last_line(text, hit) if hit.group(1) == ":" else _line_end(text, start)


def _closing(text: str, start: int) -> int:
    """Behind the bracket that closes the one at ``start``; the end of the text where none does."""
    depth = 0
    for found in _BRACKETS.finditer(text, start):
        depth += (found.group() in ("[", "{")) - (found.group() in ("]", "}"))
        if not depth:
            return found.end()
    return len(text)


def _last_line(text: str, hit: re.Match[str]) -> int:
    """The end of a plain value: the lines that are indented deeper than its key belong to it, and items of a list."""
    key = _INDENT.match(text, text.rfind("\n", 0, hit.start()) + 1)
    column = len(key.group()) if key else 0
    below = "\n" in text[hit.start() : hit.end()]
    end = _line_end(text, hit.end())
    line = _LINE.match(text, end)
    while line:
        indent, item, rest = len(line.group(1)), line.group(2), line.group(3)
        if (item or rest) and indent <= column and not (item and below and indent == column):
            break
        end = line.end() if item or rest.strip() else end
        line = _LINE.match(text, line.end())
    return end


_FINDERS: Tuple[Tuple[str, Callable[[str], List[Span]]], ...] = (("/frr/", _frr), ("bird", _bird))
