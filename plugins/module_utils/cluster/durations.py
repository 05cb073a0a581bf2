# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Durations as Go writes and reads them, such as ``1m30s`` or ``1.5h``. Pure; Go's time.ParseDuration."""

from __future__ import annotations

import re

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"([0-9]{0,18}(?:\.[0-9]{0,18})?)(ns|us|µs|μs|ms|s|m|h)")
_LONGEST = 200


def seconds(text: str) -> float:
    """The seconds of a duration; -1 for a text that is none, or for one below zero."""
    given = text.removeprefix("+")
    if given == "0":
        return 0.0
    parts = _PART.findall(given) if len(given) <= _LONGEST else []
    if not parts or "".join(map("".join, parts)) != given or any(number in ("", ".") for number, _unit in parts):
        return -1.0
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
