"""Distinguished names: ``uni/tn-k8s/out-k8s-prod/lnodep-[…]``, relative names, and the formats the catalog gives them.

A delimiter inside square brackets belongs to a value (``peerP-[192.168.2.0/24]``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"(\[?)\{(\w+)\}(\]?)")


def split(dn: str) -> list[str]:
    """Cut a DN into its relative names; ValueError if its brackets do not match or a part is empty."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(dn):
        if character == "[":
            depth += 1
        elif character == "]":
            depth -= 1
            if depth < 0:
                raise ValueError(f"unmatched ']' in {dn!r}")
        elif character == "/" and depth == 0:
            parts.append(dn[start:position])
            start = position + 1
    parts.append(dn[start:])
    if depth or not all(parts):
        raise ValueError(f"not a distinguished name: {dn!r}")
    return parts


def parent(dn: str) -> str:
    """The DN of the containing object; empty for a DN of one part."""
    return "/".join(split(dn)[:-1])


def join(parent_dn: str, rn: str) -> str:
    """The DN of the object ``rn`` within ``parent_dn`` (empty: the root)."""
    return f"{parent_dn}/{rn}" if parent_dn else rn


def _bare(value: str) -> str:
    """A value without the brackets that enclose all of it."""
    if not (value.startswith("[") and value.endswith("]")):
        return value
    depth = 0
    for position, character in enumerate(value):
        depth += (character == "[") - (character == "]")
        if depth == 0 and position < len(value) - 1:
            return value
    return value[1:-1]


class RnFormat:
    """A relative name's format such as ``vlanns-[{name}]-{allocMode}``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.properties: tuple[str, ...] = tuple(match[2] for match in _PLACEHOLDER.finditer(text))
        self.literal = len(_PLACEHOLDER.sub("", text))
        self._pattern = re.compile(self._expression(bare=False))
        self._bare_pattern = re.compile(self._expression(bare=True)) if "[" in text else None

    def _expression(self, *, bare: bool) -> str:
        """The format as a pattern; ``bare``: without the brackets, around values that have none inside."""
        expression, position, seen = "", 0, set()
        for match in _PLACEHOLDER.finditer(self.text):
            expression += re.escape(self.text[position : match.start()])
            value = r"[^\[\]/]+" if bare else ".*"
            named = f"(?P<{match[2]}>{value})" if match[2] not in seen else f"(?P={match[2]})"
            seen.add(match[2])
            expression += named if bare else re.escape(match[1]) + named + re.escape(match[3])
            position = match.end()
        return expression + re.escape(self.text[position:])

    def match(self, rn: str) -> dict[str, str] | None:
        """The naming values in ``rn``, or None if it has not this form.

        Brackets are taken where the format has none: APIC reads ``lifp-[a]`` as ``lifp-a``.
        """
        found = self._pattern.fullmatch(rn)
        return {name: _bare(value) for name, value in found.groupdict().items()} if found else None

    def read(self, rn: str) -> dict[str, str] | None:
        """The same with or without the format's brackets."""
        found = self.match(rn)
        return self.match_bare(rn) if found is None else found

    def match_bare(self, rn: str) -> dict[str, str] | None:
        """The naming values in ``rn`` where it lacks the format's brackets: APIC reads ``peerP-1.1.1.1`` too."""
        found = self._bare_pattern.fullmatch(rn) if self._bare_pattern is not None else None
        return found.groupdict() if found else None

    def build(self, values: Mapping[str, str]) -> str:
        """The relative name for naming values; KeyError names the one that is missing."""
        return _PLACEHOLDER.sub(lambda match: f"{match[1]}{values[match[2]]}{match[3]}", self.text)
