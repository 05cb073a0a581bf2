# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a plan's cluster network, with the defaults of what the intent leaves open."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from ...contract.errors import PlanRefused, Refusal

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject


def filled(given: Fields | None, cni: str, defaults: Fields) -> JsonObject:
    """The ``given`` options with every default filled in; None is what was left open.

    Raises PlanRefused for an option that this network has not.
    """
    said = {key: value for key, value in (given or {}).items() if value is not None}
    for key in said:
        if key not in defaults:
            near = difflib.get_close_matches(key, defaults, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(defaults)}"
            raise PlanRefused(Refusal("no such option", hint, f"{cni}.{key}"))
    return {**defaults, **said}
