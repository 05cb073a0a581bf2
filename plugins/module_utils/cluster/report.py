# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change looks like to people: Ansible's diff, with secrets hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..common.words import name_of
from ..objects import difference, secrets
from .bring import describe

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.kubernetes import Resource
    from .bring import Step

try:
    import yaml
except ImportError:  # reported by AnsibleK8SModule before anything here is called
    yaml = None  # type: ignore[assignment]


def diffs(steps: list[Step]) -> list[JsonObject]:
    """One entry of Ansible's diff per step that changes something."""
    return [_diff(step) for step in steps if step.action != "none"]


def changes(steps: list[Step]) -> list[JsonObject]:
    """The steps that change something, for the result of the module."""
    return [describe(step) for step in steps if step.action != "none"]


def hidden_values(resources: list[Resource], steps: list[Step]) -> set[str]:
    """Every secret of what was asked for and of what was read: texts that must not be printed."""
    states = [*resources, *(state for step in steps for state in (step.before, step.after))]
    return {text for state in states for text in secrets.values(state)}


def _diff(step: Step) -> JsonObject:
    before, after = secrets.masked_pair(difference.content(step.before), difference.content(step.after))
    header = name_of(step.body)
    return {
        "before_header": header,
        "after_header": f"{header} ({step.action})",
        "before": _text(before),
        "after": _text(after),
    }


def _text(state: JsonObject | None) -> str:
    return yaml.safe_dump(state, sort_keys=True, default_flow_style=False) if state else ""
