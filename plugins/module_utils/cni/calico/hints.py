# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about a cluster that does not take Calico's objects. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...contract.freeform import Fields

_CALICO_API = (
    "Calico's API server is not there, only its storage, crd.projectcalico.org/v1, which nothing validates and which "
    "must not be written to: create an APIServer (operator.tigera.io/v1) named default, apply Calico's "
    "apiserver.yaml, or install Calico 3.32 or later with its projectcalico.org/v3 definitions"
)
# By API group: the API that a cluster may serve in its place, and what to say then.
IN_PLACE = {"projectcalico.org": ("crd.projectcalico.org/v1", _CALICO_API)}

# What the API server says of a list of objects that its definition calls a set of plain values.
_NO_SET = "associative list without keys has an element that's a map type"


def explained(resource: Fields, complaint: str) -> str | None:
    """What to do about a refusal of the API server, where that is known."""
    if _NO_SET not in complaint or not resource["apiVersion"].startswith("projectcalico.org/"):
        return None
    return (
        f"Calico 3.32.0 defines {resource['kind']} in a way that no server-side apply takes "
        "(calico issue 12790): bring Calico to 3.32.1 or later."
    )
