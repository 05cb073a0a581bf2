# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems: what verification finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from .observed import Problem


def problem(kind: str, message: str, cause: str = "", **where: object) -> Problem:
    """One problem: its kind for programs, where it is, and one sentence or two for people."""
    text = f"{message} Likely cause: {cause}" if cause else message
    found = {"kind": kind, **{key: value for key, value in where.items() if value is not None}, "message": text}
    return cast("Problem", found)
