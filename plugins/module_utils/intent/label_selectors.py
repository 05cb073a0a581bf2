# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes label selectors: what the API server, or the program that reads one, would refuse.

Sources: k8s.io/apimachinery, pkg/apis/meta/v1/validation (ValidateLabelSelector, ValidateLabels) and
pkg/util/validation (IsQualifiedName, IsValidLabelValue); Cilium's definitions list the operators, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..contract.findings import Findings
from .formats_base import LABEL_KEY, LABEL_NAME
from .schema import did_you_mean

if TYPE_CHECKING:
    from ..contract.freeform import Json

SELECTOR_KEYS = ("matchLabels", "matchExpressions")
EXPRESSION_KEYS = ("key", "operator", "values")
WITH_VALUES, WITHOUT_VALUES = ("In", "NotIn"), ("Exists", "DoesNotExist")


def check(selector: Mapping[str, Json], at: str, findings: Findings) -> None:
    """Report everything that is wrong with a selector at this path; an empty one is none of it."""
    for name in selector:
        if name not in SELECTOR_KEYS:
            findings.add(f"{at}.{name}", "is not a key of a label selector", did_you_mean(str(name), SELECTOR_KEYS))
    check_labels(selector.get("matchLabels") or {}, f"{at}.matchLabels", findings)
    expressions = selector.get("matchExpressions") or []
    if not isinstance(expressions, list):
        findings.add(f"{at}.matchExpressions", "is not a list", "begin every expression with a dash")
        return
    for index, expression in enumerate(expressions):
        _expression(expression, f"{at}.matchExpressions[{index}]", findings)


def check_labels(labels: Json, at: str, findings: Findings) -> None:
    """Report what is wrong with labels that are to be matched: ``{key: value}``."""
    if not isinstance(labels, Mapping):
        findings.add(at, "is not a dictionary", "give labels as key: value")
        return
    for key, value in labels.items():
        _key(key, f"{at}.{key}", findings)
        _value(value, f"{at}.{key}", findings)


def _key(key: object, at: str, findings: Findings) -> None:
    if not isinstance(key, str) or not re.fullmatch(LABEL_KEY, key):
        findings.add(
            at, f"{key!r} is not a label's key", "use [domain/]name, the name of at most 63 letters, digits and - _ ."
        )


def _value(value: Json, at: str, findings: Findings) -> None:
    if not isinstance(value, str):
        remedy = f'write "{str(value).lower() if isinstance(value, bool) else value}" in quotes'
        findings.add(at, "is not a text, and labels are texts", remedy)
    elif value and not re.fullmatch(LABEL_NAME, value):
        findings.add(
            at,
            f"{value!r} is not a label's value",
            "use at most 63 letters, digits and - _ ., a letter or digit at the ends",
        )


def _expression(expression: Json, at: str, findings: Findings) -> None:
    if not isinstance(expression, Mapping):
        findings.add(at, "is not a dictionary", f"give its keys: {', '.join(EXPRESSION_KEYS)}")
        return
    for name in expression:
        if name not in EXPRESSION_KEYS:
            findings.add(f"{at}.{name}", "is not a key of an expression", did_you_mean(str(name), EXPRESSION_KEYS))
    if expression.get("key") is None:
        findings.add(f"{at}.key", "is missing", "name the label")
    else:
        _key(expression["key"], f"{at}.key", findings)
    _operator(expression, at, findings)


def _operator(expression: Mapping[str, Json], at: str, findings: Findings) -> None:
    """Operators are spelt exactly so, and half of them have values."""
    operator, values = expression.get("operator"), expression.get("values") or []
    if operator not in WITH_VALUES + WITHOUT_VALUES:
        rule = "is missing" if operator is None else f"{operator!r} is not an operator"
        findings.add(f"{at}.operator", rule, f"give one of {', '.join(WITH_VALUES + WITHOUT_VALUES)}")
    elif operator in WITH_VALUES and not values:
        findings.add(f"{at}.values", f"is missing for {operator}", "give at least one")
    elif operator in WITHOUT_VALUES and values:
        findings.add(f"{at}.values", f"has no meaning with {operator}", "remove it, or use In or NotIn")
    if not isinstance(values, list):
        findings.add(f"{at}.values", "is not a list", "write it in brackets")
        return
    for index, value in enumerate(values):
        _value(value, f"{at}.values[{index}]", findings)
