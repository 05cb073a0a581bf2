# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in the paths and filters of requests: none reaches another object, or another query, than it says. Pure.

Source: the class catalog of APIC 6.0(9c), which a test compares with FORMS. Names are 1 to 64 letters, digits and
``_ . : -``; tenants and VRFs have no colon, tenants 63 characters at most, selectors of ports 128. What may hold more,
such as another object's name or a prefix, stands in brackets.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from ...contract.errors import BuildError

FORMS = {"fvTenant": ("_ . -", 63), "fvCtx": ("_ . -", 64), "infraHPortS": ("_ . : -", 128)}  # signs, characters
USUAL = ("_ . : -", 64)
LONGEST = 128  # characters of a name that a message shows
_UNSAFE = re.compile(r'["\\\x00-\x1f\x7f<>]')
_PATH = "/[]:,@-._~"  # what stays as it is in a path


def name(text: str, where: str, cls: str = "") -> str:
    """``text``, if it can be the name of an object of ``cls``. Raises BuildError with ``where`` it was given."""
    signs, most = FORMS.get(cls, USUAL)
    if not re.fullmatch(f"[A-Za-z0-9{re.escape(signs.replace(' ', ''))}]{{1,{most}}}", str(text)):
        raise BuildError(
            f"{where}: {_shown(text)} is not a valid name in APIC: give 1 to {most} of the letters, digits and {signs}."
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
            f"{where}: {_shown(text)} is not a valid name in APIC: quotes, control characters or brackets "
            f"without a pair."
        )
    return str(text)


def quoted(text: str) -> str:
    """A value of a filter, with its quotes."""
    if _UNSAFE.search(text):
        raise BuildError(f"{_shown(text)} is not a valid name in APIC: it has quotes or control characters.")
    return f'"{text}"'


def path(dn: str) -> str:
    """A distinguished name within a URL."""
    return quote(dn, safe=_PATH)


def _shown(text: object) -> str:
    shown = str(text)
    return repr(shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…")
