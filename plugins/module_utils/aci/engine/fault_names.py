# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The distinguished names of faults: which object has the fault. Pure."""

from __future__ import annotations

from typing import Optional, Tuple


def split(dn: str) -> Tuple[str, str]:
    """(the object, what a delegate stands for) of ``<object>/fault-F0467`` and ``<object>/fd-[<other>]-fault-F0467``.

    The second is empty for a fault of the object's own. A name of another form comes back whole.
    """
    before, fault, code = dn.rpartition("fault-")
    if not fault or not code or "/" in code or "]" in code:
        return dn, ""
    place, delegate, other = before.partition("/fd-[")
    if delegate and other.endswith("]-"):
        return place, other[:-2]
    return (before[:-1], "") if before.endswith("/") else (dn, "")


def delegate(dn: str) -> Optional[str]:
    """What a fault delegate stands for; None for another fault."""
    return split(dn)[1] or None
