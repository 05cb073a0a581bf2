# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Kubernetes resources hold secrets, so that they never reach a diff, a result or a log. Pure.

Sources: kube-router, pkg/controllers/routing/network_routes_controller.go (annotations), pkg/bgp/peer_config.go (the
peers' YAML), pkg/options/options.go (flags); frr-k8s, api/v1beta1/frrconfiguration_types.go (``password``,
``rawConfig``), frrnodestate_types.go (``runningConfig``); kubectl's, kapp's, Rancher's and Banzai Cloud's copies of
whole objects in annotations.
"""

from __future__ import annotations

import base64
import binascii
import copy
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Tuple, cast

from ..common import masking
from . import documents

if TYPE_CHECKING:
    from ..contract.freeform import Json, JsonObject
    from ..contract.kubernetes import Resource

HIDDEN = "(secret)"
HIDDEN_CHANGED = "(secret, changed)"
# (where, text) → what stands for the text
Place = Tuple[Any, ...]  # keys and indexes that lead to a value
Replace = Callable[[Place, str], str]

PEERS = "kube-router.io/peers"
FRR = "/etc/frr/frr.conf"
# Annotations that hold nothing but secrets, or a copy of the whole object.
_WHOLE = frozenset(
    {
        "kube-router.io/peer.passwords",
        "kubectl.kubernetes.io/last-applied-configuration",
        "bgp.kubefabric.io/adopted",
        "kapp.k14s.io/original",
        "objectset.rio.cattle.io/applied",
        "banzaicloud.com/last-applied",
        "kopf.zalando.org/last-handled-configuration",
    }
)
# A field, an environment variable or a flag that holds a secret by its name: by its end, or by its words.
_NAME = re.compile(r"(?i)(?:password|passphrase|passwd)s?$|(?:^|[._-])(?:token|psk|secret|auth-?key)$")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SECRETS = frozenset(("password", "passwords", "passwd", "passphrase", "pwd", "token", "psk", "secret", "apikey"))
_KEYS = frozenset(("access", "api", "auth", "authentication", "encryption", "private", "shared", "signing"))
# What a name with "password" ends in that is none: where it is, or which one.
_REFERENCES = frozenset(("file", "length", "mode", "name", "path", "policy", "ref", "reference", "secret"))
_HINT = re.compile(r"(?i)passw|passphrase|pwd|token|psk|secret|key")
# Fields with FRR's own configuration, or what FRR says of it.
_FRR_TEXTS = ("rawConfig", "runningConfig", "lastConversionResult", "lastReloadResult")
_LISTS = {"SecretList": "Secret", "ConfigMapList": "ConfigMap"}
# In an annotation: a copy of an object that holds secrets, whatever tool wrote it, or notes with one.
_COPY = re.compile(r"(?i)passw|passphrase|stringData|kind[\"']?[ \t]{0,8}:[ \t]{0,8}[\"']?Secret\b")
_FRR_FILE = re.compile(r"(?:^|[^a-z])(?:frr|vtysh|zebra|bgpd|ospf6?d|isisd)\b")
# A password with its value in one key.
_UNREAD = re.compile(r"(?i)password[\"']?:[^\s\"'\[{]")
_FLAG = re.compile(r"(--?[A-Za-z0-9._-]+)=(.*)", re.S)
# A flag with its value within a command line for a shell.
_WITHIN = re.compile(r"""(?<![A-Za-z0-9._-])(--?[A-Za-z0-9._-]+)(=|[ \t]+)("[^"]*"|'[^']*'|["']?[^\s"'`;|&)]+)""")


def values(resource: Resource | None) -> set[str]:
    """Every secret text in a resource, encoded and, where it is base64, decoded."""
    found: set[str] = set()

    def note(_where: Place, text: str) -> str:
        found.add(text)
        return HIDDEN

    _masked(cast("JsonObject", resource or {}), note)
    for text in list(found):
        found.update(part for part in text.split(",") if part)
    return found | {_decoded(text) for text in found} - {""}


def masked_pair(before: Resource | None, after: Resource | None) -> tuple[JsonObject | None, JsonObject | None]:
    """Both states with their secrets hidden; a secret that differs shows as changed in the later one."""
    earlier: dict[Place, str] = {}
    hidden = _masked(cast("JsonObject", before or {}), lambda where, text: earlier.setdefault(where, text) and HIDDEN)
    later = _masked(
        cast("JsonObject", after or {}),
        lambda where, text: HIDDEN_CHANGED if before and earlier.get(where) != text else HIDDEN,
    )
    return (hidden if before is not None else None, later if after is not None else None)


def masked(resource: Json) -> JsonObject:
    """A copy with every secret hidden; what is no mapping has none."""
    return _masked(resource, lambda _where, _text: HIDDEN) if isinstance(resource, dict) else {}


def _masked(resource: JsonObject, replace: Replace) -> JsonObject:
    """A copy in which ``replace(where, text)`` stands for every secret text."""
    result = copy.deepcopy(resource)
    _mask_fields(result, (), replace)
    return result


def _mask_object(item: JsonObject, where: Place, replace: Replace) -> list[str]:
    """Hide what whole objects hold, wherever they are (a pod's template, an item of a List), in place: a Secret's data,
    annotations, and files in a ConfigMap. Returns the fields that are done.
    """
    metadata = item.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(annotations, dict):
        _mask_annotations(annotations, (*where, "annotations"), replace)
    done = ["metadata"] if isinstance(metadata, dict) else []
    if item.get("kind") == "Secret":
        for field in ("data", "stringData"):
            _replace_all(item, field, (*where, field), replace)
        return [*done, "data", "stringData"]
    if item.get("kind") in _LISTS and isinstance(item.get("items"), list):
        for one in item["items"]:  # without a kind of their own, as the API server lists them
            if isinstance(one, dict):
                one.setdefault("kind", _LISTS[item["kind"]])
    if item.get("kind") == "ConfigMap":
        _replace_all(item, "binaryData", (*where, "binaryData"), replace)
        done.append("binaryData")
    if item.get("kind") == "ConfigMap" and isinstance(item.get("data"), dict):
        for name, text in item["data"].items():
            if isinstance(text, str) and not _is_name(str(name)):
                item["data"][name] = _file(str(name), text, (*where, "data", name), replace)
    return done


def _replace_all(holder: JsonObject, key: Json, where: Place, replace: Replace) -> None:
    """Hide a value whole: a text, a number, or every one of a list's or a mapping's."""
    value = holder.get(key)
    if isinstance(value, dict):
        for inner in value:
            _replace_all(value, inner, (*where, inner), replace)
    elif isinstance(value, list):
        holder[key] = [replace((*where, index), str(item)) if item != "" else "" for index, item in enumerate(value)]
    elif value not in (None, "") and not isinstance(value, bool):
        holder[key] = replace(where, str(value))


# -- annotations --------------------------------------------------------------------------------------


def _mask_annotations(annotations: JsonObject, above: Place, replace: Replace) -> None:
    for key, value in annotations.items():
        where = (*above, key)
        if key in _WHOLE:
            annotations[key] = replace((*where, 0), str(value))
        elif key == PEERS:
            annotations[key] = _peers(str(value), where, replace)
        elif _is_name(str(key)) or _COPY.search(str(value)) or _holds(str(value)):
            annotations[key] = replace((*where, 0), str(value))


def _holds(text: str) -> bool:
    """Whether a text is a document, in JSON or YAML, that holds a secret by the name of a key; in doubt it is."""
    if not _HINT.search(text):
        return False
    found: list[str] = []

    def note(_where: Place, secret: str) -> str:
        found.append(secret)
        return HIDDEN

    try:
        _mask_fields(documents.read(text), (), note)
    except RecursionError:
        return True
    return bool(found)


def _peers(text: str, where: Place, replace: Replace) -> str:
    """The peers' YAML or JSON with its passwords hidden; whole where it cannot be read."""
    spans = documents.values_of(text, "password")
    if spans is None or _left_over(text, spans):
        return replace((*where, "whole"), text)
    parts, done = [], 0
    for number, (start, end, value) in enumerate(spans):
        quote = text[start] if text[start : start + 1] in ('"', "'") else ""
        parts += [text[done:start], quote, replace((*where, number), value), quote]
        done = end
    return "".join([*parts, text[done:]])


def _left_over(text: str, spans: list[tuple[int, int, str]]) -> bool:
    """Whether a password is named elsewhere than before a value: ``{password:geheim}`` is one key for YAML."""
    ends = [0, *(end for _start, end, _value in spans)]
    starts = [*(start for start, _end, _value in spans), len(text)]
    between = [text[end:start] for end, start in zip(ends, starts)]
    return any(_UNREAD.search(part) for part in between)


# -- fields -------------------------------------------------------------------------------------------


def _mask_fields(value: Json, where: Place, replace: Replace) -> None:
    """Hide fields that hold a secret by their name, environment variables, flags and FRR's configuration, in place."""
    if isinstance(value, list):
        _mask_list(value, where, replace)
    elif isinstance(value, dict):
        done = _mask_object(value, where, replace)
        if _is_secret(value):
            _replace_text(value, "value", where, replace)
        for key in (one for one in value if one not in done):
            if key in _FRR_TEXTS and isinstance(value[key], str):
                value[key] = _raw(value[key], (*where, key), replace)
            elif key == "value" and isinstance(value[key], str) and not _is_secret(value):
                value[key] = _command(value[key], (*where, key), replace)
            elif _is_name(str(key)):
                _replace_text(value, key, where, replace)
            if isinstance(value[key], (dict, list)):
                _mask_fields(value[key], (*where, key), replace)


def _is_secret(variable: JsonObject) -> bool:
    """Whether an environment variable holds a secret by its name."""
    return isinstance(variable.get("name"), str) and _is_name(variable["name"])


def _is_name(name: str) -> bool:
    """Whether what is called so is a secret: ``password``, ``apiKey``, ``BGP_PASSWORD_2``; not ``passwordFile``."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if _NAME.search(name) or not words:
        return bool(_NAME.search(name))
    last = words[-1]
    if last in _SECRETS or (last == "key" and len(words) > 1 and words[-2] in _KEYS):
        return True
    return bool({"password", "passwords", "passwd", "passphrase"} & set(words)) and last not in _REFERENCES


def _replace_text(holder: JsonObject, key: str, where: Place, replace: Replace) -> None:
    """References to Secrets are mappings, and stay."""
    if not isinstance(holder.get(key), dict):
        _replace_all(holder, key, (*where, key), replace)


def _mask_list(items: list[Json], where: Place, replace: Replace) -> None:
    for index, item in enumerate(items):
        place = (*where, index)
        flag = _FLAG.fullmatch(item) if isinstance(item, str) else None
        before = items[index - 1] if index and isinstance(items[index - 1], str) else ""
        if flag and _is_name(flag[1]):
            items[index] = f"{flag[1]}={replace(place, flag[2])}"
        elif isinstance(item, str) and re.fullmatch(r"--?[A-Za-z0-9._-]+", before) and _is_name(before):
            items[index] = replace(place, item)
        elif isinstance(item, str):
            items[index] = _command(item, place, replace)
        elif isinstance(item, (dict, list)):
            _mask_fields(item, place, replace)


def _command(text: str, where: Place, replace: Replace) -> str:
    """A command line for a shell, as ``sh -c`` takes it, without its flags' secrets."""
    counter = iter(range(len(text) + 1))

    def hidden(found: re.Match[str]) -> str:
        if not _is_name(found[1]):
            return found[0]
        quote = found[3][0] if found[3][0] in "\"'" else ""
        return f"{found[1]}{found[2]}{quote}{replace((*where, next(counter)), found[3].strip(quote or None))}{quote}"

    return _WITHIN.sub(hidden, text)


def _raw(text: str, where: Place, replace: Replace, path: str = FRR) -> str:
    """A daemon's own configuration: FRR's, as an FRRConfiguration may carry it, or that of a file."""
    counter = iter(range(len(text) + 1))
    return masking.replaced(text, path, lambda secret: replace((*where, next(counter)), secret))


def _file(name: str, text: str, where: Place, replace: Replace) -> str:
    """A file in a ConfigMap, by the daemon that its name tells."""
    return _raw(text, where, replace, f"/frr/{name}" if _FRR_FILE.search(name) else name)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
