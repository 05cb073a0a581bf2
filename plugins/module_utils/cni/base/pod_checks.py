# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API server would refuse of a pod's tolerations and resources: the DaemonSet would not be written.

Source: Kubernetes' pkg/apis/core/validation (ValidateTolerations, ValidateResourceRequirements).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ...contract.findings import Findings
from ...intent.formats_base import LABEL_KEY, LABEL_NAME
from ...intent.formats_kubernetes import amount
from ...intent.schema import did_you_mean

if TYPE_CHECKING:
    from ...contract.freeform import Json

TOLERATION_KEYS = ("key", "operator", "value", "effect", "tolerationSeconds")
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
OPERATORS = ("Exists", "Equal", "Lt", "Gt")
RESOURCE_KEYS = ("requests", "limits", "claims")
_STANDARD = ("cpu", "memory", "ephemeral-storage")


def check_tolerations(tolerations: Json, at: str, findings: Findings) -> None:
    """Report everything that is wrong with a list of tolerations at this path."""
    for index, one in enumerate(tolerations if isinstance(tolerations, list) else []):
        if isinstance(one, Mapping):
            _toleration(one, f"{at}[{index}]", findings)


def _toleration(one: Mapping[str, Any], at: str, findings: Findings) -> None:
    for name in one:
        if name not in TOLERATION_KEYS:
            findings.add(f"{at}.{name}", "is not a key of a toleration", did_you_mean(str(name), TOLERATION_KEYS))
    key, operator, value, effect = (one.get(name) or "" for name in TOLERATION_KEYS[:4])
    if key and not (isinstance(key, str) and re.fullmatch(LABEL_KEY, key)):
        findings.add(f"{at}.key", f"{key!r} is not a taint's key", "use [domain/]name")
    if not key and operator != "Exists":
        findings.add(f"{at}.operator", "must be Exists where there is no key", "give operator: Exists, or a key")
    elif operator and operator not in OPERATORS:
        findings.add(f"{at}.operator", f"{operator!r} is not an operator", "give Exists or Equal")
    if operator == "Exists" and value:
        findings.add(f"{at}.value", "is not allowed with Exists", "remove it, or use Equal")
    elif value and not (isinstance(value, str) and re.fullmatch(LABEL_NAME, value)):
        findings.add(f"{at}.value", f"{value!r} is not a taint's value", "give a text like a label's value")
    if effect and effect not in EFFECTS:
        findings.add(f"{at}.effect", f"{effect!r} is not an effect", f"give one of {', '.join(EFFECTS)}")
    seconds = one.get("tolerationSeconds")
    if seconds is not None and (effect != "NoExecute" or not isinstance(seconds, int)):
        findings.add(f"{at}.tolerationSeconds", "must be a whole number, and needs effect NoExecute", "remove it")


def check_resources(resources: Json, at: str, findings: Findings) -> None:
    """Report everything that is wrong with a container's requests and limits at this path."""
    if not isinstance(resources, Mapping):
        return
    for name in resources:
        if name not in RESOURCE_KEYS:
            findings.add(f"{at}.{name}", "is not a key of resources", did_you_mean(str(name), RESOURCE_KEYS[:2]))
    requests = _amounts(resources.get("requests"), f"{at}.requests", findings)
    limits = _amounts(resources.get("limits"), f"{at}.limits", findings)
    for name, least in requests.items():
        if name in limits and least > limits[name]:
            findings.add(
                f"{at}.requests.{name}", "is more than its limit", f"give at most {at.rpartition('.')[2]}.limits"
            )


def _amounts(given: Json, at: str, findings: Findings) -> dict[str, Decimal]:
    """The amounts that can be read; what cannot is reported."""
    if given is not None and not isinstance(given, Mapping):
        findings.add(at, "is not a dictionary", "give amounts by resource, for example cpu: 250m")
    found: dict[str, Decimal] = {}
    for name, value in given.items() if isinstance(given, Mapping) else ():
        read = None if isinstance(value, bool) or not isinstance(value, (str, int, float)) else amount(str(value))
        if read is None:
            findings.add(f"{at}.{name}", f"{value!r} is not an amount", "write it like 250m or 256Mi")
        else:
            found[str(name)] = read
        if name not in _STANDARD and not str(name).startswith("hugepages-") and "/" not in str(name):
            findings.add(f"{at}.{name}", "is not a resource of a container", did_you_mean(str(name), _STANDARD))
    return found
