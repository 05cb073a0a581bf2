# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glue between Ansible's variables and plain data, and files written in one step."""

from __future__ import annotations

import contextlib
import gc
import os
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import PlanError


def plain(value: object) -> Any:
    """Variables as plain data: no tagged subclasses (ansible-core 2.19 and later), no lazy or vaulted objects."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, int):
        return int.__add__(value, 0)
    if isinstance(value, float):
        return float.__add__(value, 0.0)
    # str(subclass) may be the subclass again; anything else (a vaulted value, a date) reads as its text
    return str.__str__(value) if isinstance(value, str) else str.__str__(str(value))


class Expression(Exception):
    """A value holds a text that may be an expression, or something that only a template engine reads."""


def static(value: object) -> object:
    """As ``plain``, of variables as they were written. Raises Expression where templating may change something."""
    if value is None or isinstance(value, (bool, int, float)):
        return plain(value)
    if isinstance(value, Mapping):
        return {static(key): static(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [static(item) for item in value]
    text = str.__str__(value) if isinstance(value, str) else "{"
    if "{" in text or "#jinja2" in text:
        raise Expression
    return text


def complaint(result: dict[str, Any]) -> str:
    """Why a module failed, of its result: its message, or where it has none the last line of what it left behind."""
    for key in ("msg", "exception", "module_stderr", "module_stdout"):
        lines = [line.strip() for line in str(result.get(key) or "").splitlines() if line.strip()]
        if lines and not lines[0].startswith("MODULE FAILURE"):
            return " ".join(lines) if key == "msg" else lines[-1]
    return "it failed, and did not say why"


def refused(error: PlanError) -> dict[str, Any]:
    """The result of an action whose plan is not in the format: the message and every finding."""
    return {"failed": True, "changed": False, "msg": str(error), **error.result()}


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Makes much without Python's collector of cycles, which walks all that Ansible holds again and again meanwhile.

    A worker of Ansible's ends with its task, so that what is not collected is not kept.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def in_job(task_vars: Mapping[str, Any]) -> bool:
    """Whether this is a job of AWX or automation controller, whose file system ends with it."""
    return bool({"awx_job_id", "tower_job_id"} & set(task_vars))


def read_text(path: str) -> str | None:
    """A file's text, or None if there is no such file."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def replace_file(path: str, text: str, mode: int) -> None:
    """Write a file so that no reader ever sees half of it, nor its secrets before ``mode`` holds."""
    directory = os.path.dirname(path)
    os.makedirs(directory, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=directory, prefix=f".{os.path.basename(path)}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
