# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of hosts without Kubernetes in verifying: nothing of its own, verify/hosts.py knows what hosts announce."""

from __future__ import annotations

from ..interface import Verification

VERIFICATION = Verification()
