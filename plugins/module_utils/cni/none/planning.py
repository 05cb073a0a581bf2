# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of hosts without Kubernetes in planning."""

from __future__ import annotations

from ...intent.model import Member
from ..base.announced import Network, chosen
from ..interface import Planning


def announced(cluster: Member) -> dict[str, list[Network]]:
    """What hosts may announce: prefixes within networks.external_service, each host those that it is configured for."""
    return chosen(cluster, external_service=True)


def _no_rules(*_given: object) -> None:
    """Hosts without Kubernetes have no options."""


PLANNING = Planning(announced=announced, check=_no_rules)
