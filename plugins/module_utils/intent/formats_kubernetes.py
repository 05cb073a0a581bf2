# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How values of pods and queries are written: one function per format, as in formats.py.

Sources: github.com/distribution/reference (regexp.go), k8s.io/apimachinery's pkg/api/resource (quantity.go) and
pkg/labels (selector.go).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Optional

from .formats_base import LABEL_KEY, LABEL_NAME, Invalid, like, matches

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
# A reference to an image, or none, as a template with ``default('')`` has it.
image = matches(
    rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@{_DIGEST})?",
    512,
    "a reference such as registry.example.net/team/name:v1.2.3",
    empty=True,
)

_QUANTITY = re.compile(r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?")
_DECIMAL = {"": 0, "n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = "KMGTPE"
_VALUES = rf"\(\s*(?:{LABEL_NAME})?(?:\s*,\s*(?:{LABEL_NAME})?)*\s*\)"
# no sign, which a label's value cannot begin with; how large the number may be is looked at behind the grammar
_COMPARED = r"[<>]\s*[0-9]{1,63}"
_OPERATION = rf"\s*(?:(?:==?|!=)\s*(?:{LABEL_NAME})?|{_COMPARED})|\s+(?:in|notin)\s*{_VALUES}"
_REQUIREMENT = rf"\s*(?:!\s*{LABEL_KEY}|{LABEL_KEY}(?:{_OPERATION})?)\s*"
_SELECTOR = re.compile(rf"\s*|{_REQUIREMENT}(?:,{_REQUIREMENT})*")
_NUMBER = re.compile(r"[<>]\s*([0-9]+)")
LARGEST_NUMBER = 2**63 - 1  # strconv.ParseInt with 64 bits
LONGEST_SELECTOR = 4096


def amount(value: str) -> Optional[Decimal]:
    """A quantity that is not negative, as a number; None for a text that is none."""
    found = _QUANTITY.fullmatch(value) if len(value) <= 64 else None
    if found is None:
        return None
    number, suffix = Decimal(found[1]), found[2] or ""
    if suffix.endswith("i"):
        return number * 1024 ** (_BINARY.index(suffix[0]) + 1)
    return number.scaleb(_DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:]))


@like(_QUANTITY.pattern)
def quantity(value: str) -> str:
    """An amount of memory as Kubernetes writes it (resource.Quantity)."""
    if not amount(value):
        raise Invalid(f"{value!r} is not an amount of memory", "write it like 2Gi or 512M")
    return value


@like(_SELECTOR.pattern)
def selector(value: str) -> str:
    """A label selector on one line, as kubectl's -l takes it; an empty one selects everything."""
    fits = len(value) <= LONGEST_SELECTOR and _SELECTOR.fullmatch(value)
    if not fits or any(int(number) > LARGEST_NUMBER for number in _NUMBER.findall(value)):
        raise Invalid(f"{value!r} is not a label selector", "write it like app=frr-k8s, or app in (a, b)")
    return value
