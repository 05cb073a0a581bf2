# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells a session that came back from one that the leaf has not missed yet. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..contract.observed import Leaves, SessionEntry

SLACK = 2.0  # seconds; uptimes are whole seconds, and the clocks of controller and fabric differ a little


def only_since(bgp: Leaves, moment: float, now: float) -> Leaves:
    """The same state, with sessions that were up before ``moment`` (both in seconds) no longer counted as Established.

    A leaf needs up to the hold time to notice that an agent went, longer with graceful restart: until then it shows
    the old session.
    """
    limit = now - moment + SLACK
    return {
        leaf: {**state, "sessions": [_aged(entry, limit) for entry in state["sessions"]]} for leaf, state in bgp.items()
    }


def _aged(entry: SessionEntry, limit: float) -> SessionEntry:
    old = entry["state"] == "established" and (entry.get("uptime") or 0) > limit
    return {**entry, "state": "restarting"} if old else entry
