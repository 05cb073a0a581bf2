# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of what is read from a controller: a server in an APIC's place fills neither memory nor stack, and cannot
keep a run waiting for ever.
"""

from __future__ import annotations

import http.client
import io
import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List

if TYPE_CHECKING:
    from ...contract.freeform import Json

LARGEST = 64 * 1024 * 1024  # bytes; an L3Out of 50 clusters is below 10 MiB
LONGEST = 300  # seconds for one answer
DEEPEST = 40  # objects below each other; APIC's own trees have fewer than 20
REDIRECTS = (301, 302, 303, 307, 308)
_PART = 65536
LONGEST_NAME = 4096  # characters of a distinguished name; APIC's own have a few hundred
_NAMES = ("dn", "rn", "tDn", "nodeDn", "affected")


class WrongAnswer(ValueError):
    """What came is no answer of an APIC; the text says why, for people."""


def whole(response: Any, clock: Callable[[], float] = time.monotonic) -> bytes:
    """A response's body. Raises WrongAnswer beyond the limits, OSError or HTTPException where it breaks off."""
    read, parts, size, end = getattr(response, "read1", response.read), [], 0, clock() + LONGEST
    while True:
        part = read(_PART)
        if not part:
            break
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise WrongAnswer(f"the answer is larger than {LARGEST // 1024 // 1024} MiB")
        if clock() > end:
            raise WrongAnswer(f"the answer did not end within {LONGEST} s")
    missing = getattr(response, "length", None)
    if missing:
        raise http.client.IncompleteRead(b"", missing)
    return b"".join(parts)


class _Limited(http.client.HTTPResponse):
    """A response that is never read beyond the limits: its headers, and its body also by Ansible, which reads an
    error's whole.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fp: Any = io.BufferedReader(_Timed(self.fp.detach()))

    def begin(self) -> None:
        """Reads the headers. A server that does not come to their end does not answer: OSError."""
        try:
            super().begin()
        except WrongAnswer as error:
            raise TimeoutError(str(error)) from None

    def read(self, amt: Any = None) -> bytes:
        return super().read(amt) if amt is not None else whole(self)


class _Timed(io.RawIOBase):
    """What comes from a connection, for a time. A server that sends a byte now and then keeps every single read short.

    raw: the connection's own reader. Raises WrongAnswer when the time is over.
    """

    def __init__(self, raw: Json) -> None:
        super().__init__()
        self._raw, self._end = raw, time.monotonic() + LONGEST

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        if time.monotonic() > self._end:
            raise WrongAnswer(f"the answer did not end within {LONGEST} s")
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


@contextmanager
def limited(params: Dict[str, Any]) -> Iterator[None]:
    """Within it, responses have limits and redirects are not followed. ``params``: of the module, where Ansible's
    fetch_url looks for ``follow_redirects``.
    """
    before, redirects = http.client.HTTPConnection.response_class, params.get("follow_redirects")
    http.client.HTTPConnection.response_class, params["follow_redirects"] = _Limited, "none"
    try:
        yield
    finally:
        http.client.HTTPConnection.response_class = before
        params["follow_redirects"] = redirects
        if redirects is None:
            del params["follow_redirects"]


def redirect(status: int, target: Any) -> str:
    """The message about a redirect, which would take the login along, also to another server, or over plain HTTP."""
    return f"it redirects to {str(target)[:200]} (HTTP {status}). No redirect is followed with a login."


def imdata(body: Json) -> List[Dict[str, Any]]:
    """The objects of an answer. Raises WrongAnswer for what has not the shape of one."""
    try:
        found = json.loads(body)
    except RecursionError:
        raise WrongAnswer("the answer is nested too deep") from None
    except (TypeError, ValueError):
        raise WrongAnswer("") from None
    if not isinstance(found, dict) or "imdata" not in found:
        raise WrongAnswer("")
    _check(found["imdata"])
    return found["imdata"]


def _check(level: Json) -> None:
    for _depth in range(DEEPEST):
        if not isinstance(level, list):
            raise WrongAnswer("a list of objects is missing")
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise WrongAnswer(f"its objects are nested more than {DEEPEST} deep")


def _children(item: Json) -> List[Any]:
    """The children of an object: {class: {"attributes": {name: text}, "children": [object]}}."""
    if not isinstance(item, dict):
        raise WrongAnswer("an object is missing")
    found: List[Any] = []
    for cls, body in item.items():
        attributes = body.get("attributes", {}) if isinstance(body, dict) else None
        if not isinstance(attributes, dict) or any(isinstance(value, (dict, list)) for value in attributes.values()):
            raise WrongAnswer(f"{str(cls)[:64]} has no attributes as an object of APIC's has them")
        if any(len(str(attributes.get(name, ""))) > LONGEST_NAME for name in _NAMES):
            raise WrongAnswer(f"the name of an object has more than {LONGEST_NAME} characters")
        children = body.get("children", [])
        if not isinstance(children, list):
            raise WrongAnswer(f"the children of {str(cls)[:64]} are no list")
        found += children
    return found
