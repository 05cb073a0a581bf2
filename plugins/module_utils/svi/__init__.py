# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SVI designs by name, each whole in a package of its own: what design.py asks, and nothing else names one."""

from __future__ import annotations

from ..intent.model import Cluster
from .design import Design
from .floating import Floating
from .standard import Standard
from .undecided import Undecided

DESIGNS: dict[str, Design] = {design.name: design for design in (Floating(), Standard())}


def of(cluster: Cluster) -> Design:
    """The design of a cluster; one of which nothing follows where the intent's value was reported as wrong."""
    return DESIGNS.get(cluster.l3out["svi"], Undecided())
