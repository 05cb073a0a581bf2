# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Kubernetes resources hold secrets, so that they never reach a diff, a result or a log. Pure."""

from __future__ import annotations

import base64
import binascii
import copy
import re

HIDDEN = "(secret)"
HIDDEN_CHANGED = "(secret, changed)"

_PASSWORD_LINE = re.compile(r'(?m)^(\s*(?:- )?password:\s*"?)([^"\n]+)("?)')
_WHOLE = re.compile(r"(?s)^()(.+)()$")
# annotation → the part of its value that is secret (second group)
_ANNOTATIONS = {
    "kube-router.io/peers": _PASSWORD_LINE,
    "kube-router.io/peer.passwords": _WHOLE,
    "kubectl.kubernetes.io/last-applied-configuration": _WHOLE,
}


def values(resource: dict | None) -> set:
    """Every secret text in a resource, encoded and, where it is base64, decoded."""
    found: set = set()

    def note(_where: tuple, text: str) -> str:
        found.add(text)
        return HIDDEN

    _masked(resource or {}, note)
    for text in list(found):
        found.update(part for part in text.split(",") if part)
    return found | {_decoded(text) for text in found} - {""}


def masked_pair(before: dict | None, after: dict | None) -> tuple:
    """Both states with their secrets hidden; a secret that differs shows as changed in the later one."""
    earlier: dict = {}
    hidden = _masked(before or {}, lambda where, text: earlier.setdefault(where, text) and HIDDEN)
    later = _masked(
        after or {},
        lambda where, text: HIDDEN_CHANGED if before and earlier.get(where) != text else HIDDEN,
    )
    return (hidden if before is not None else None, later if after is not None else None)


def masked(resource: dict) -> dict:
    """A copy with every secret hidden."""
    return _masked(resource, lambda _where, _text: HIDDEN)


def _masked(resource: dict, replace) -> dict:
    """A copy in which ``replace(where, text)`` stands for every secret text."""
    result = copy.deepcopy(resource)
    if result.get("kind") == "Secret":
        for field in ("data", "stringData"):
            for key, text in (result.get(field) or {}).items():
                result[field][key] = replace((field, key), str(text))
    annotations = (result.get("metadata") or {}).get("annotations") or {}
    for key, pattern in _ANNOTATIONS.items():
        if key in annotations:
            annotations[key] = _replaced(key, str(annotations[key]), pattern, replace)
    return result


def _replaced(key: str, text: str, pattern, replace) -> str:
    counter = iter(range(len(text) + 1))
    return pattern.sub(lambda hit: hit[1] + replace((key, next(counter)), hit[2]) + hit[3], text)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
