# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A text in a password's place, for every question but that of the password."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...contract.kubernetes import Secrets

WITHOUT_PASSWORD: Secrets = {"bgp_password": "-", "bgp_next_password": "-", "placeholder": True}
