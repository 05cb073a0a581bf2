# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hides the secrets of a host's configuration files, by the grammar of the daemon that reads them. Pure.

Every secret is hidden up to the end of its value, whatever characters it has. In doubt more is hidden, never less. All
patterns take time that grows in proportion to the text.

Sources: FRRouting, the commands of lib/keychain_cli.c, lib/command.c, bgpd/bgp_vty.c, ospfd/ospf_vty.c, ospf6d,
isisd/isis_cli.c, ripd/rip_cli.c, nhrpd/nhrp_vty.c, pimd/pim_cmd.c, ldpd/ldp_vty_cmds.c; BIRD, conf/cf-lex.l and
nest/config.Y (``password_item``); GoBGP, docs/sources/configuration.md (TOML, YAML, JSON).
"""

from __future__ import annotations

import re
from typing import Callable, List, Set, Tuple

MASK = "********"
# Shorter ones are hidden by their place alone: as a text they are part of nearly everything.
SHORTEST = 4

Span = Tuple[int, int]

# The value of each of FRR's commands goes to the end of the line (LINE), or what follows it does no harm. Words may be
# cut short as far as they are unique.
_FRR = re.compile(
    r"(?i)\b(?:passw\w*|key-s\w*|authentication-k\w*|auth\w*[ \t]+str\w*|nhrp[ \t]+au\w*"
    r"|message-d[\w-]*[ \t]+\d+[ \t]+m\w*|hash-a\w*[ \t]+\S+[ \t]+k\w*)[ \t]+(?=\S)"
)
_REST = re.compile(r"[^\r\n]*")
_BIRD = re.compile(
    r"""\#[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?|"[^"\n]*"?|'[^'\n]*'?|[A-Za-z_][A-Za-z0-9_]*|[;{}]|[^\s;{}"'\#/A-Za-z_]+|/"""
)
_BIRD_KEYS = ("password", "key", "secret")
_COMMENT = ("#", "/*")
# A key of TOML, YAML, JSON or an INI file, or a word within a message, that a secret follows.
_KEYED = re.compile(
    r"(?i)(?:passwords?|passwd|passphrase|pre-?shared-?key|secret|psk|key-string|auth(?:entication)?-key"
    r"|message-digest-key[ \t]+\d+[ \t]+md5|hash-algo[ \t]+\S+[ \t]+key)"
    r"[\"']?(?:[ \t]*[=:][ \t\r\n]*|[ \t]+(?=\S))"
)
_VALUE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*(?:""")?'
    r"|'''(?:[^']|'(?!''))*(?:''')?"
    r'|"(?:[^"\\\n]|\\.)*"?'
    r"|'[^'\n]*'?"
    r"|[^\n]*",
    re.S,
)
_GOES_ON = re.compile(r"[ \t]*[,}\]]")
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
    found = {text[start:end].strip().strip("\"'") for start, end in _spans(text, path)}
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
    return _after(text, _FRR, lambda start: _line_end(text, start))


def _line_end(text: str, start: int) -> int:
    found = _REST.match(text, start)
    return found.end() if found else len(text)


def _after(text: str, pattern: re.Pattern[str], end_of: Callable[[int], int]) -> List[Span]:
    """What follows each match of a pattern, up to ``end_of`` its start; matches within a secret do not count."""
    spans: List[Span] = []
    position = 0
    while True:
        hit = pattern.search(text, position)
        if hit is None:
            return spans
        end = end_of(hit.end())
        spans += [(hit.end(), end)] if end > hit.end() else []
        position = max(end, hit.end())


# -- BIRD ---------------------------------------------------------------------------------------------


def _bird(text: str) -> List[Span]:
    """What follows ``password``, ``key`` or ``secret`` up to ``;``, ``{`` or ``}``, and the constants named there."""
    statements = _statements(text)
    named = {text[start:end] for words in statements for start, end in _secret_words(text, words)}
    spans = [_whole(text, words, named) for words in statements]
    return sorted([span for span in spans if span] + _comments(text))


def _statements(text: str) -> List[List[Span]]:
    """The words of each statement, without comments."""
    statements: List[List[Span]] = [[]]
    for hit in _BIRD.finditer(text):
        word = hit.group()
        if word in (";", "{", "}"):
            statements.append([])
        elif not word.startswith(_COMMENT):
            statements[-1].append(hit.span())
    return [words for words in statements if words]


def _secret_words(text: str, words: List[Span]) -> List[Span]:
    for index, (start, end) in enumerate(words):
        if text[start:end].lower() in _BIRD_KEYS:
            return words[index + 1 :]
    return []


def _whole(text: str, words: List[Span], named: Set[str]) -> Span | None:
    """The secret's place within one statement, if it has one."""
    secret = _secret_words(text, words)
    if text[slice(*words[0])] == "define" and len(words) > 2 and text[slice(*words[1])] in named:
        secret = words[3:]
    return (secret[0][0], secret[-1][1]) if secret else None


def _comments(text: str) -> List[Span]:
    """Secrets in comments: a statement that was put out of use still has its password."""
    found = []
    for hit in _BIRD.finditer(text):
        if hit.group().startswith(_COMMENT):
            found += [(hit.start() + start, hit.start() + end) for start, end in _keyed(hit.group())]
    return found


# -- any other ----------------------------------------------------------------------------------------


def _keyed(text: str) -> List[Span]:
    return _after(text, _KEYED, lambda start: _value_end(text, start))


def _value_end(text: str, start: int) -> int:
    """The end of a quoted value that a document goes on after, or of a block; the end of the line otherwise."""
    block = _BLOCK.match(text, start)
    if block and block.group() != text[start : start + 1]:
        return block.end()
    found = _VALUE.match(text, start)
    end = found.end() if found else len(text)
    return end if text[start : start + 1] in ('"', "'") and _GOES_ON.match(text, end) else _line_end(text, end)


_FINDERS: Tuple[Tuple[str, Callable[[str], List[Span]]], ...] = (("/frr/", _frr), ("bird", _bird))
