# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a Kubernetes API cannot be used, and where it was looked for, in words for people."""

from __future__ import annotations

import os
import re
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass_environment  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from ..contract.freeform import Json, JsonObject, Options

try:
    import yaml
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

    _SILENT: tuple[type[Exception], ...] = (ConnectTimeoutError, NewConnectionError, ProxyError)
except ImportError:  # reported by AnsibleK8SModule before anything here is called
    yaml = None  # type: ignore[assignment]
    _SILENT = ()

# What urllib3 writes before its own sentence: the connection's object.
_OBJECT = re.compile(r"^(<[^>]{0,200}>|HTTPS?Connection(?:Pool)?\([^)]{0,200}\)): ")
_DEFAULT = "~/.kube/config"
_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"


def cause(error: BaseException) -> str:
    """The innermost cause of a failed request: ``Connection refused``, and not urllib3's chain of objects."""
    if hasattr(error, "summary"):  # a DynamicApiError: what the API says in its Status object
        return str(error.summary())
    inner = getattr(error, "reason", None)
    told = inner if isinstance(inner, BaseException) else error
    if yaml is not None and isinstance(told, ProxyError):
        return f"its proxy: {cause(told.original_error)}"
    first = told.args[0] if told.args and isinstance(told.args[0], BaseException) else None
    for found in (first, told.__cause__, told.__context__, told):
        if isinstance(found, OSError) and found.strerror:
            return str(found.strerror)
    return _OBJECT.sub("", str(told))


def place(parameters: Options) -> str:
    """The URL to which a module's connection options lead, ``""`` where that cannot be told.

    ``parameters`` are kubernetes.core's connection options; like its client this looks at the environment for those
    that are not given, and at the account of a pod before the kubeconfig. Never raises. The kubeconfig's path is not
    said here: it may be a secret's content, and Ansible masks it.
    """
    host = _given(parameters, "host") or _in_cluster(parameters)
    return str(host) if host else str(_cluster(parameters).get("server") or "")


def goes_through_a_proxy(parameters: Options) -> bool:
    """Whether the client asks a proxy for the API: then a listener at the API's own address says nothing about it."""
    url = urlsplit(place(parameters))
    proxies = getproxies()
    named = _given(parameters, "proxy") or _cluster(parameters).get("proxy-url") or proxies.get(url.scheme or "https")
    without = _given(parameters, "no_proxy") or proxies.get("no") or ""
    return bool(named or proxies.get("all")) and not proxy_bypass_environment(url.netloc, {"no": str(without)})


def silence(url: str, seconds: float) -> str:
    """Why nothing listens where a URL leads, ``""`` if something does: the client itself waits for minutes.

    A text that is no URL gets ``""``, too: the client says what is wrong with it.
    """
    parts = urlsplit(url)
    try:
        if parts.hostname:
            port = parts.port or (80 if parts.scheme == "http" else 443)
            socket.create_connection((parts.hostname, port), timeout=seconds).close()
    except OSError as error:
        return error.strerror or f"no answer within {seconds:g} s"
    except ValueError:  # no port, or no name that could be looked up
        return ""
    return ""


def is_silence(error: BaseException | None) -> bool:
    """Whether a request failed because the API, or the proxy before it, did not answer at all."""
    inner = getattr(error, "reason", None)
    return isinstance(inner if isinstance(inner, BaseException) else error, _SILENT)


def sentence(where: str, why: str) -> str:
    """``the Kubernetes API at https://… cannot be used: …``; ``where`` may be empty."""
    return f"the Kubernetes API{' at ' if where else ''}{where} cannot be used: {why}"


# -- options, environment and kubeconfig ---------------------------------------------------------------


def _given(parameters: Options, name: str) -> Json:
    return parameters.get(name) or os.environ.get(f"K8S_AUTH_{name.upper()}")


def _in_cluster(parameters: Options) -> str:
    """The API of the cluster in whose pod this runs, which goes before a kubeconfig that is not named."""
    host, port = (os.environ.get(f"KUBERNETES_SERVICE_{key}") for key in ("HOST", "PORT"))
    named = _given(parameters, "kubeconfig") or _given(parameters, "context")
    if named or not host or not port or not os.path.isfile(_TOKEN):
        return ""
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


def _cluster(parameters: Options) -> JsonObject:
    """The kubeconfig's entry of the cluster in the context: ``server`` and, at times, ``proxy-url``."""
    given = _given(parameters, "kubeconfig") or os.environ.get("KUBECONFIG") or _DEFAULT
    return entry(given if isinstance(given, dict) else _loaded(str(given)), _given(parameters, "context"))


def _loaded(paths: str) -> JsonObject:
    """The kubeconfig files at these paths as one, as the client merges them: of two of a name the first one counts, of
    two current contexts the last.
    """
    merged: JsonObject = {"clusters": [], "contexts": []}
    for path in filter(None, paths.split(os.pathsep)):
        found = _file(os.path.expanduser(path))
        for key in ("clusters", "contexts"):
            merged[key] += found[key] if isinstance(found.get(key), list) else []
        if "current-context" in found:
            merged["current-context"] = found["current-context"]
    return merged


def _file(path: str) -> JsonObject:
    """A kubeconfig file, or nothing where it is not there or is none."""
    try:
        with open(path, encoding="utf-8") as file:
            found = yaml.safe_load(file)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}


def entry(config: JsonObject, context: str | None) -> JsonObject:
    """The entry of a kubeconfig's cluster in the context, the current one if None; ``{}`` where there is none."""
    try:
        chosen = _named(config["contexts"], context or config["current-context"])["context"]
        found = _named(config["clusters"], chosen["cluster"])["cluster"]
    except (KeyError, TypeError, StopIteration):
        return {}
    return found if isinstance(found, dict) else {}


def _named(entries: list[JsonObject], name: str) -> JsonObject:
    return next(one for one in entries if one["name"] == name)
