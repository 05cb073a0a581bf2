# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No cluster network: hosts that speak BGP and are no Kubernetes nodes, as everything else sees them."""

from __future__ import annotations

from ..interface import Cni

NONE = Cni(
    name="none",
    title="Hosts without Kubernetes",
    options={},
    about="",
    kubernetes=False,
    package=__package__ or "",
)
