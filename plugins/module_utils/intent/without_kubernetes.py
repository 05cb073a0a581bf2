# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of hosts that speak BGP and are no Kubernetes nodes: which options they do not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..contract.findings import Findings
from .network import Networks
from .schema import below

if TYPE_CHECKING:
    from ..contract.freeform import Json, Options, Specs


def without_kubernetes(
    given: Json, options: Specs, networks: Networks, at: str, findings: Findings
) -> tuple[Any, Options]:
    """What to read of a cluster, and by which options.

    Where its network is without Kubernetes, what only Kubernetes has is reported and left out, and no longer required.
    """
    network = networks.get(str(given.get("cni"))) if isinstance(given, Mapping) else None
    if network is None or network.kubernetes:
        return given, dict(options)
    return _kept(given, options, network.name, at, findings), _optional(options)


def _kept(given: Json, options: Specs, cni: str, at: str, findings: Findings) -> Any:
    if not isinstance(given, Mapping):
        return given
    result = {}
    for key, value in given.items():
        option, path = options.get(key, {}), below(at, key)
        if option.get("of_kubernetes") and value is not None:
            rule = f"has no meaning with cni: {cni}, whose hosts are no Kubernetes nodes"
            findings.add(path, rule, option["of_kubernetes"])
            continue
        result[key] = _kept(value, option["options"], cni, path, findings) if _has_fixed_keys(option) else value
    return result


def _optional(options: Specs) -> Options:
    result = {}
    for name, option in options.items():
        result[name] = {**option, "required": False} if option.get("of_kubernetes") else option
        if _has_fixed_keys(option):
            result[name] = {**result[name], "options": _optional(option["options"])}
    return result


def _has_fixed_keys(option: Options) -> bool:
    return option.get("type") == "dict" and "options" in option and "key" not in option
