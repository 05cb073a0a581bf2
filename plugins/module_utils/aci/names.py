# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in the paths and filters of requests: none reaches another object, or another query, than it says. Pure.

Source: the class catalog of APIC 6.0(9c). Names are validated by ``^[a-zA-Z0-9_.:-]+$``, 64 characters at most (128 for
selectors); what may hold more, such as another object's name or a prefix, stands in brackets.
"""

from __future__ import annotations

import re
from urllib.parse import quote

LONGEST = 128
_NAME = re.compile(rf"[A-Za-z0-9_.:-]{{1,{LONGEST}}}")
_UNSAFE = re.compile(r'["\\\x00-\x1f\x7f<>]')
_PATH = "/[]:,@-._~"  # what stays as it is in a path


class BuildError(ValueError):
    """A tree or a request that cannot be built from what was given; the text is for people."""


def name(text: str, where: str) -> str:
    """``text``, if it can be a name. Raises BuildError with ``where`` it was given."""
    if not _NAME.fullmatch(str(text)):
        raise BuildError(
            f"{where}: {_shown(text)} is no name in APIC: give 1 to 64 of the letters, digits and _ . : -."
        )
    return str(text)


def inner(text: str, where: str) -> str:
    """``text``, if it can stand in brackets or be a whole relative name: without quotes, and brackets in pairs."""
    depth = deepest = 0
    for sign in str(text):
        depth += (sign == "[") - (sign == "]")
        deepest = min(deepest, depth)
    if _UNSAFE.search(str(text)) or depth or deepest:
        raise BuildError(
            f"{where}: {_shown(text)} is no name in APIC: quotes, control characters or brackets without a pair."
        )
    return str(text)


def quoted(text: str) -> str:
    """A value of a filter, with its quotes."""
    if _UNSAFE.search(text):
        raise BuildError(f"{_shown(text)} is no name in APIC: it has quotes or control characters.")
    return f'"{text}"'


def path(dn: str) -> str:
    """A distinguished name within a URL."""
    return quote(dn, safe=_PATH)


def _shown(text: object) -> str:
    shown = str(text)
    return repr(shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…")
