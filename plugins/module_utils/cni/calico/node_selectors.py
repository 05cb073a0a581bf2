# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The selectors of nodes in Calico's resources: texts in its own language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Dict

from ...objects.node_selectors import in_spec
from .selectors import parse

if TYPE_CHECKING:
    from ...contract.freeform import Json
    from ...contract.kubernetes import Resource

_FIELDS = {"BGPPeer": ("nodeSelector", "peerSelector"), "IPPool": ("nodeSelector",)}


class _Asked(Dict[str, None]):
    """No labels at all; remembers which ones a selector looks for."""

    def get(self, key: Json, default: Json = None) -> Any:
        self[key] = None
        return default


class Expression:
    """A selector as text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def takes(self, labels: Mapping[str, str]) -> bool:
        """Whether it selects a node with these labels."""
        return parse(self._text)(labels) is True

    def asked(self) -> list[Any]:
        """The labels that it looks at, in its order."""
        asked = _Asked()
        parse(self._text)(asked)
        return list(asked)

    def __str__(self) -> str:
        return self._text


def selectors(resource: Resource) -> list[Any]:
    """(field, selector) of what selects nodes in a resource."""
    if resource["kind"] == "Installation":
        pools = ((resource.get("spec") or {}).get("calicoNetwork") or {}).get("ipPools") or []
        return [(f"ipPools[{at}].nodeSelector", Expression(pool["nodeSelector"])) for at, pool in enumerate(pools)]
    return in_spec(resource, _FIELDS, Expression)
