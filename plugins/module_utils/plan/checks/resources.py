# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only a finished plan shows: whether its cluster network can carry it out.

The fabric is written before the clusters, so what a cluster's half would refuse has to be known before both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ...cni.resources import files, without_password
from ...contract.errors import PlanRefused
from ...contract.findings import Findings

if TYPE_CHECKING:
    from ...contract.plan import Plans


def check(plans: Plans, findings: Findings) -> None:
    """A mistake for every plan, by cluster, of which the cluster's resources or files cannot be made."""
    for name, plan in plans.items():
        collect(name, partial(without_password, plan), findings)
        collect(name, partial(files, plan), findings)


def collect(name: str, make: Callable[..., Any], findings: Findings) -> None:
    """A mistake of the cluster ``name`` for everything because of which something cannot be made."""
    try:
        make()
    except PlanRefused as error:
        for one in error.refusals:
            key = f": kubefabric_cluster.{one.key}" if one.key else ""
            findings.add(f"host_vars/{name}{key}", one.rule, one.remedy)
