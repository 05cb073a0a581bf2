# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules take from a plan in place of their own options."""

from __future__ import annotations

from typing import Any, Dict, List, NoReturn

from ...common.quiet import QuietModule, with_plan_named
from ...intent import l3out_options as options
from ...plan.accept import PlanError, accept
from ..engine import reading
from ..model import l3out
from ..model.mo import BuildError
from . import module as glue

ERRORS = (PlanError, *glue.ERRORS)
# options of aci_bgp_info that a plan stands for
READ = ("tenant", "vrf", "vrf_tenant", "l3out", "leaves")


class PlanModule(QuietModule):
    """A module that logs and returns the name of a plan, not all of it."""

    shown = staticmethod(with_plan_named)


def exclusive(names: Any) -> List[Any]:
    """For ``mutually_exclusive``: the plan, and each option that it stands for."""
    return [("plan", name) for name in names]


def fail(module: Any, error: Exception) -> NoReturn:
    """End the module with what is wrong; of a plan with every finding."""
    module.fail_json(msg=str(error), **(error.result() if isinstance(error, PlanError) else {}))
    raise error  # fail_json does not come back


def described(plan: Dict[str, Any]) -> Dict[str, Any]:
    """The L3Out of a plan, as options of aci_l3out. Raises PlanError, and BuildError for a cluster that has none."""
    return options.from_plan(_l3out_of(plan))


def _l3out_of(plan: Dict[str, Any]) -> Dict[str, Any]:
    known = accept(plan)
    if "l3out" not in known:
        path = known["nested_in"]["path"]
        raise BuildError(
            f"cluster {known['cluster']} is nested in {path[0]} and has no L3Out: its networks are in that of "
            f"{path[-1]}. Give the plan of {path[-1]}."
        )
    found: Dict[str, Any] = known["l3out"]
    return found


def read_of(plan: Dict[str, Any]) -> Dict[str, Any]:
    """What aci_bgp_info reads of a plan: its VRF, its L3Out with everything that was written for it, its leaves."""
    given = _l3out_of(plan)
    found = options.from_plan(given)
    names = {name: found[name] for name in ("tenant", "vrf", "vrf_tenant")}
    return {
        **names,
        "l3out": found["name"],
        "objects": reading.roots(l3out.build(given)),
        "leaves": [{"id": leaf["id"], "pod": leaf["pod"]} for leaf in found["leaves"]],
    }
