# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a plan's ``l3out`` that the table of ACI attributes passes on from the intent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.attributes import SECTIONS

if TYPE_CHECKING:
    from ..contract.attribute import Attribute
    from ..contract.freeform import Fields, JsonObject


def passed(section: str, options: Fields) -> JsonObject:
    """The keys of a section of the table, from the intent's options."""
    return {row.plan_key: _value(row, options) for row in SECTIONS[section] if row.plan_key and _in_plan(row, options)}


def _value(row: Attribute, options: Fields) -> object:
    return options[row.name] if row.intent else row.default


def _in_plan(row: Attribute, options: Fields) -> bool:
    if row.needs and not options[row.needs]:
        return False
    return not (row.sparse and _value(row, options) in (None, row.default))
