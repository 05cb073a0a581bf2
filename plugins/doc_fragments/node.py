# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of what the modules that run on a host have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """Their attributes."""

    DOCUMENTATION = r"""
attributes:
  action_group:
    description: Use C(group/kubefabric.bgp.node) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - kubefabric.bgp.node
"""
