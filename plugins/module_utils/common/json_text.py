# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON that others wrote. Pure."""

from __future__ import annotations

import json
from typing import Any


def loads(text: str | bytes) -> Any:
    """What a text of JSON means. Raises ValueError for one that is none, or that is nested too deep."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
