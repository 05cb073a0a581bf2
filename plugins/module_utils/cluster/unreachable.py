# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a Kubernetes API cannot be used, and where it was looked for, in words for people."""

from __future__ import annotations

import os
import re
import socket
from urllib.parse import urlsplit

try:
    import yaml
except ImportError:  # reported by AnsibleK8SModule before anything here is called
    yaml = None  # type: ignore[assignment]

# What urllib3 writes before its own sentence: the connection's object.
_OBJECT = re.compile(r"^(<[^>]{0,200}>|HTTPS?Connection(?:Pool)?\([^)]{0,200}\)): ")
_DEFAULT = "~/.kube/config"


def cause(error: BaseException) -> str:
    """The innermost cause of a failed request: ``Connection refused``, and not urllib3's chain of objects."""
    if hasattr(error, "summary"):  # a DynamicApiError: what the API says in its Status object
        return str(error.summary())
    inner = getattr(error, "reason", None)
    told = inner if isinstance(inner, BaseException) else error
    first = told.args[0] if told.args and isinstance(told.args[0], BaseException) else None
    for found in (first, told.__cause__, told.__context__, told):
        if isinstance(found, OSError) and found.strerror:
            return str(found.strerror)
    return _OBJECT.sub("", str(told))


def place(parameters: dict) -> str:
    """The URL to which a module's connection options lead, ``""`` where that cannot be told.

    ``parameters`` are kubernetes.core's connection options. Reads the kubeconfig; never raises. The kubeconfig's path
    is not said here: it may be a secret's content, and Ansible masks it.
    """
    if parameters.get("host"):
        return str(parameters["host"])
    given = parameters.get("kubeconfig") or os.environ.get("K8S_AUTH_KUBECONFIG") or os.environ.get("KUBECONFIG")
    config = given if isinstance(given, dict) else _loaded(str(given or _DEFAULT))
    return server(config, parameters.get("context") or os.environ.get("K8S_AUTH_CONTEXT"))


def silence(url: str, seconds: float) -> str:
    """Why nothing listens where a URL leads, ``""`` if something does: the client itself waits for minutes."""
    parts = urlsplit(url)
    if not parts.hostname:
        return ""
    try:
        socket.create_connection((parts.hostname, parts.port or 443), timeout=seconds).close()
    except OSError as error:
        return error.strerror or f"no answer within {seconds:g} s"
    return ""


def sentence(where: str, why: str) -> str:
    """``the Kubernetes API at https://… cannot be used: …``; ``where`` may be empty."""
    return f"the Kubernetes API{' at ' if where else ''}{where} cannot be used: {why}"


def _loaded(path: str) -> dict:
    """A kubeconfig file, or nothing where it is not there or is none; of several files the first."""
    try:
        with open(os.path.expanduser(path.split(os.pathsep)[0]), encoding="utf-8") as file:
            found = yaml.safe_load(file)
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}


def server(config: dict, context: str | None) -> str:
    """The URL of a kubeconfig's cluster in the context, the current one if None; ``""`` where there is none."""
    try:
        chosen = _named(config["contexts"], context or config["current-context"])["context"]
        return str(_named(config["clusters"], chosen["cluster"])["cluster"]["server"])
    except (KeyError, TypeError, StopIteration):
        return ""


def _named(entries: list, name: str) -> dict:
    return next(entry for entry in entries if entry["name"] == name)
