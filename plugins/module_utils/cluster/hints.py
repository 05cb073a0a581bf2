# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about a kind that a cluster does not serve. Pure, but for the question whether it serves another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from ..contract.kubernetes import Resource

OTHERWISE = "install what brings it first"
_CALICO_API = (
    "Calico's API server is not there, only its storage, crd.projectcalico.org/v1, which nothing validates and nobody "
    "should write to: create an APIServer (operator.tigera.io/v1) named default, apply Calico's apiserver.yaml, or "
    "install Calico 3.32 or later with its projectcalico.org/v3 definitions"
)
# By API group: the API that a cluster may serve in its place, and what to say then.
IN_PLACE = {"projectcalico.org": ("crd.projectcalico.org/v1", _CALICO_API)}

# What the API server says of a list of objects that its definition calls a set of plain values.
_NO_SET = "associative list without keys has an element that's a map type"


def explained(resource: Resource, complaint: str) -> str:
    """A refusal of the API server, with the remedy where one is known."""
    if _NO_SET not in complaint or not resource["apiVersion"].startswith("projectcalico.org/"):
        return complaint
    return (
        f"{complaint.strip()}\nCalico 3.32.0 defines {resource['kind']} in a way that no server-side apply takes "
        "(calico issue 12790): bring Calico to 3.32.1 or later. Nothing was written."
    )


def hint(missing: list[tuple[str, str]], served: Callable[[str, str], object]) -> str:
    """The remedy for kinds, ``[(api version, kind)]``; ``served(api version, kind)`` is None for what is not served."""
    for api_version, kind in missing:
        other, text = IN_PLACE.get(api_version.partition("/")[0], (None, OTHERWISE))
        if other and served(other, kind) is not None:
            return text
    return OTHERWISE
