# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SVI designs as managed objects, by name (contract/designs.py), a file each; nothing else in aci/ names one."""

from __future__ import annotations

from typing import Any, Dict, List

from ....contract.designs import INTERFACES
from ..mo import Mo
from . import floating, standard
from .builder import Builder

BUILDERS: Dict[str, Builder] = {"floating": floating.BUILDER, "standard": standard.BUILDER}


def interfaces(l3out: Dict[str, Any], design: str) -> List[Dict[str, Any]]:
    """The interfaces of one design in an L3Out's description."""
    return l3out[INTERFACES[design]]


def profiles(l3out: Dict[str, Any]) -> List[Mo]:
    """Logical interface profiles, in the order of the designs."""
    return [
        builder.profile(l3out, interface) for name, builder in BUILDERS.items() for interface in interfaces(l3out, name)
    ]
