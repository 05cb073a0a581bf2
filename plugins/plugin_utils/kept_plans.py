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
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ansible import constants

from .controller import replace_file

# Characters of JSON: a host has one result with what was planned, and one with its plan or its files
LIMIT = 40_000
DIFFERENCE = 500_000  # who asks for --diff wants it, as long as callbacks keep it
# What goes first where a result is larger; all of it can be had in another way
LARGE = ("plans", "files", "changed_files", "allocated", "allocations")


class Kept(NamedTuple):
    """path: the file. large: clusters whose plan alone is larger than a result may be. small: whether all fit in."""

    path: str
    large: list[str]
    small: bool


def keep(plans: dict[str, Any]) -> Kept:
    """Write the plans, by cluster, into Ansible's temporary directory, which ends with the run."""
    lines = {name: f"{json.dumps(name)}: {json.dumps(plan)}" for name, plan in plans.items()}
    # each plan on a line of its own; no line break is within one, for JSON escapes them
    text = "{\n" + ",\n".join(lines.values()) + "\n}\n"
    name = f"kubefabric-plans-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    path = os.path.join(constants.DEFAULT_LOCAL_TMP, name)
    if not os.path.exists(path):
        replace_file(path, text, 0o600)
    return Kept(path, [name for name, line in lines.items() if len(line) > LIMIT], len(text) <= LIMIT)


def read(result: Mapping[str, Any] | None, cluster: str | None = None) -> dict[str, Any]:
    """The plans, by cluster, of the registered result of the action plan; none where it made none.

    With ``cluster`` that cluster's alone: among many, its line alone is parsed.
    """
    if not result or "plans_file" not in result:
        return {}
    with open(str(result["plans_file"]), encoding="utf-8") as file:
        if cluster is None:
            return json.load(file)
        start = f"{json.dumps(str(cluster))}: "
        line = next((line for line in file if line.startswith(start)), None)
    return {} if line is None else {cluster: json.loads(line[len(start) :].rstrip(",\n"))}


def bounded(result: dict[str, Any], warn: Callable[[str], object]) -> dict[str, Any]:
    """The result without those of its large parts that make it larger than the limit; ``diff`` has one of its own."""
    sizes = {key: len(json.dumps(value)) for key, value in result.items()}
    left = dict(result)
    if sizes.get("diff", 0) > DIFFERENCE:
        del left["diff"]
        warn("The difference is larger than callbacks keep, and is not shown. --limit shows that of some clusters.")
    size = sum(sizes[key] for key in left if key != "diff")
    for key in LARGE:
        if size > LIMIT and key in left:
            del left[key]
            size -= sizes[key]
    return left
