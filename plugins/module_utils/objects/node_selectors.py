# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What selects nodes in a resource: labels, as most kinds have it; networks with a language of their own add theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..contract.kubernetes import Resource


class Labels:
    """Labels that must be there: a plain dictionary of them, or a LabelSelector; ours name no expressions."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._wanted = given.get("matchLabels", {}) if {"matchLabels", "matchExpressions"} & set(given) else given

    def takes(self, labels: Mapping[str, str]) -> bool:
        """Whether it selects a node with these labels."""
        return all(labels.get(key) == value for key, value in self._wanted.items())

    def asked(self) -> list[Any]:
        """The labels that it looks at, in its order."""
        return list(self._wanted)

    def __str__(self) -> str:
        return ", ".join(f"{key}={value}" for key, value in self._wanted.items())


def in_spec(resource: Resource, fields: Mapping[str, tuple[str, ...]], make: Callable[..., Any]) -> list[Any]:
    """(field, selector) of the fields below spec that a kind has and that are there; ``make`` reads one."""
    spec = resource.get("spec") or {}
    return [(field, make(spec[field])) for field in fields.get(resource["kind"], ()) if spec.get(field)]


def labels_in(*kinds: str) -> Callable[[Resource], list[Any]]:
    """What reads the labels in ``spec.nodeSelector`` of resources of these kinds, as ``in_spec`` returns them."""
    return partial(in_spec, fields=dict.fromkeys(kinds, ("nodeSelector",)), make=Labels)
