# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of ``ip -j``. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, List

from ..common import json_text
from .speaker import NodeError

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject


def objects(text: str, command: str = "ip -j") -> List[JsonObject]:
    """The objects that ``ip`` lists; none for no text. Raises NodeError, with the command, for what is no JSON."""
    try:
        found = json_text.loads(text or "[]")
    except ValueError as error:
        raise NodeError(f"`{command}` did not answer with JSON: {error}") from error
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
