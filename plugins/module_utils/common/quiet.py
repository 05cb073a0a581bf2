# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that log and return no secret, wherever in their parameters it is, and whose words a terminal can show.

Ansible hides two things by itself: options with ``no_log``, from the system's log, and the values of these options,
wherever they are part of a text that the module returns. It does not hide secrets within other options (a list of
resources), and a password of one letter makes every text unreadable. So parameters are hidden by their place, before
Ansible logs or returns them, and texts only of values long enough to be told apart.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Set

from ansible.module_utils.basic import AnsibleModule

from .masking import SHORTEST
from .printable import printable

NOT_SHOWN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"  # Ansible's own words


class Quiet:
    """To be named before AnsibleModule among a class's bases."""

    params: Dict[str, Any]
    argument_spec: Dict[str, Any]
    no_log_values: Set[str]

    @staticmethod
    def shown(params: Dict[str, Any]) -> Dict[str, Any]:
        """The parameters with the secrets hidden that options without ``no_log`` hold."""
        return params

    def keep_out(self, values: Iterable[str]) -> None:
        """Hide these texts in all that the module returns."""
        self.no_log_values.update(value for value in values if len(value) >= SHORTEST)

    def _log_invocation(self) -> None:
        given = self.params
        self._forget_short()
        self.params = without_no_log(self.shown(given), self.argument_spec)
        try:
            super()._log_invocation()  # type: ignore[misc]
        finally:
            self.params = given

    def exit_json(self, **result: Any) -> None:
        super().exit_json(**self._quietly(result))  # type: ignore[misc]

    def fail_json(self, msg: str, **result: Any) -> None:
        super().fail_json(printable(str(msg)), **self._quietly(result))  # type: ignore[misc]

    def warn(self, warning: str, **options: Any) -> None:
        super().warn(printable(str(warning)), **options)  # type: ignore[misc]

    def _quietly(self, result: Dict[str, Any]) -> Dict[str, Any]:
        self._forget_short()
        shown = without_no_log(self.shown(self.params), self.argument_spec)
        return {"invocation": {"module_args": shown}, **result}

    def _forget_short(self) -> None:
        self.no_log_values = {value for value in self.no_log_values if len(value) >= SHORTEST}


class QuietModule(Quiet, AnsibleModule):
    """An AnsibleModule that hides secrets by their place."""


def with_plan_named(params: Dict[str, Any]) -> Dict[str, Any]:
    """The parameters with the name of their plan in place of all of it: its arguments of agents may hold secrets, and
    callbacks drop results that are large.
    """
    plan = params.get("plan")
    return {**params, "plan": {"cluster": str(plan.get("cluster"))}} if isinstance(plan, dict) else params


def without_no_log(params: Any, spec: Dict[str, Any]) -> Any:
    """Parameters without the values of options with ``no_log``, those of nested options included."""
    if isinstance(params, list):
        return [without_no_log(item, spec) for item in params]
    if not isinstance(params, dict):
        return params
    by_name = {name: option for key, option in spec.items() for name in (key, *(option.get("aliases") or ()))}
    return {name: _shown(value, by_name.get(name) or {}) for name, value in params.items()}


def _shown(value: Any, option: Dict[str, Any]) -> Any:
    if option.get("no_log"):
        return value if value is None else NOT_SHOWN
    return without_no_log(value, option["options"]) if option.get("options") else value
