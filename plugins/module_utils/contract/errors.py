# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan cannot be made into, or a cluster does not take, in words for people."""

from __future__ import annotations

from dataclasses import dataclass


class BuildError(ValueError):
    """A tree or a request that cannot be built from what was given; the text is for people."""


class ClusterError(Exception):
    """A plan that cannot become this CNI's resources, or a cluster that does not take them; the text is for people."""


@dataclass(frozen=True)
class Refusal:
    """Why a plan cannot become resources: the rule that does not hold, and what to do.

    ``key`` is that of the variable, below ``kubefabric_cluster``, and ``cluster`` the cluster's name; "" where the code
    that refuses knows none.
    """

    rule: str
    remedy: str
    key: str = ""
    cluster: str = ""

    def __str__(self) -> str:
        cluster = f"cluster {self.cluster}: " if self.cluster else ""
        key = f"kubefabric_cluster.{self.key}: " if self.key else ""
        return f"{cluster}{key}{self.rule}; {self.remedy}"


class PlanRefused(ClusterError):
    """A plan that cannot become this CNI's resources; ``refusals`` are all that is wrong, the text joins them."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(". ".join(map(str, refusals)))
        self.refusals = refusals


def refuse(refusals: list[Refusal]) -> None:
    """Raises PlanRefused if there is a refusal."""
    if refusals:
        raise PlanRefused(*refusals)
