# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans of a run in a file of the controller: results of tasks have to stay below what callbacks keep.

ansible-runner, and so AWX, drops the result of an event above 700,000 characters (its awx_display, MAX_EVENT_RES).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping

from ansible import constants

from .controller import replace_file

LIMIT = 500_000
# What goes first where a result is larger; all of it can be had in another way
LARGE = ("plans", "diff", "allocated", "allocations")


def keep(plans: dict) -> str:
    """Write the plans, by cluster, into Ansible's temporary directory, which ends with the run; the file's path."""
    text = json.dumps(plans)
    name = f"kubefabric-plans-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    path = os.path.join(constants.DEFAULT_LOCAL_TMP, name)
    if not os.path.exists(path):
        replace_file(path, text, 0o600)
    return path


def large(plans: dict) -> list[str]:
    """The clusters whose plan by itself is larger than a result may be."""
    return [name for name, plan in plans.items() if len(json.dumps(plan)) > LIMIT]


def read(result: Mapping | None) -> dict:
    """The plans, by cluster, of the registered result of the action plan; none where it made none."""
    if not result or "plans_file" not in result:
        return {}
    with open(str(result["plans_file"]), encoding="utf-8") as file:
        return json.load(file)


def bounded(result: dict) -> dict:
    """The result without those of its large parts that make it larger than the limit."""
    left = dict(result)
    for key in LARGE:
        if len(json.dumps(left)) <= LIMIT:
            break
        left.pop(key, None)
    return left
