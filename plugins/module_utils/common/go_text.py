# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as programs in Go read them: strconv.ParseBool, ParseUint, ParseInt and time.ParseDuration. Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Optional

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_LONGEST = 2**63
_TOO_LONG = 100  # characters: more than any number has that fits into 64 bits
_DIGITS = re.compile(r"0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*")


def boolean(text: str) -> Optional[bool]:
    """A truth value; None where Go reads none."""
    if text in ("1", "t", "T", "TRUE", "true", "True"):
        return True
    return False if text in ("0", "f", "F", "FALSE", "false", "False") else None


def uint(text: str, bits: int) -> Optional[int]:
    """An unsigned number in base 0, as pflag reads it: decimal, ``0x1f``, ``0o17``, ``017``, ``0b1``, with underscores
    between digits. None where Go reads none, or a larger one than the bits hold.
    """
    if len(text) > _TOO_LONG or not _DIGITS.fullmatch(text):
        return None
    plain = text.replace("_", "").lower()
    octal = len(plain) > 1 and plain[0] == "0" and plain[1].isdigit()
    value = int(plain, 8 if octal else 0)
    return value if value < 2**bits else None


def decimal_int(text: str, bits: int) -> Optional[int]:
    """A number in base 10 with an optional sign, of at most so many bits; None where Go reads none."""
    if len(text) > _TOO_LONG or not re.fullmatch(r"[+-]?[0-9]+", text):
        return None
    value = int(text)
    return value if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None


def nanoseconds(text: str) -> Optional[int]:
    """A duration such as ``1m30s``, ``1.5h`` or ``-5s``; None where Go reads none, or it does not fit into 63 bits."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0" or len(rest) > _TOO_LONG:
        return 0 if rest == "0" else None
    total, position = 0, 0
    while position < len(rest):
        part = _PART.match(rest, position)
        if part is None or not (part[1] or part[2]) or int(part[1] or 0) * _UNITS[part[3]] > _LONGEST:
            return None
        total += int(part[1] or 0) * _UNITS[part[3]] + int(Decimal(f"0.{part[2] or 0}") * _UNITS[part[3]])
        position = part.end()
    negative = text[:1] == "-"
    if not rest or total > _LONGEST - (0 if negative else 1):
        return None
    return -total if negative else total
