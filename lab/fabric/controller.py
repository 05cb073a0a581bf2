"""The agent's line to the controller: its revision and tree come down, operational objects go up.

``Controller`` speaks to ``lab.apic``; ``File`` reads a tree from a file, for trying a leaf without a controller.
"""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message
from pathlib import Path
from typing import Protocol


class Unreachable(RuntimeError):
    """The controller does not answer; leaves go on with what they have."""


class Source(Protocol):
    """Where an agent gets its configuration and leaves its findings."""

    def revision(self, after: int, timeout: float) -> int:
        """The configuration's revision, once later than ``after`` or when ``timeout`` seconds have passed."""

    def tree(self) -> tuple[int, dict]:
        """The configuration's revision and all of it as ``{"polUni": …}``."""

    def put(self, kind: str, objects: list[dict] | dict[str, str]) -> None:
        """Replace all ``operational`` objects or ``faults``; of ``issues``, ``{DN: configIssues}``."""


TOKEN = "token"  # the name of the file


class Controller:
    """The lab's APIC, at ``url`` with the CA in ``ca``."""

    def __init__(self, url: str, ca: Path, owner: str = "fabric") -> None:
        self.url, self.owner = url.rstrip("/"), owner
        self._context = ssl.create_default_context(cafile=str(ca))
        token = ca.with_name(TOKEN)  # beside it, in a lab with secrets of its own
        self._headers = {"X-Lab-Token": token.read_text().strip()} if token.exists() else {}

    def revision(self, after: int, timeout: float) -> int:
        query = urllib.parse.urlencode({"after": after, "timeout": timeout})
        return self._call("GET", f"/lab/revision?{query}", timeout=timeout + 10)["revision"]

    def tree(self) -> tuple[int, dict]:
        headers, document = self._exchange("GET", "/lab/tree")
        return int(headers["X-Revision"]), document

    def put(self, kind: str, objects: list[dict] | dict[str, str]) -> None:
        self._call("PUT", f"/lab/{kind}?owner={self.owner}", objects)

    def _call(self, method: str, path: str, body: object = None, timeout: float = 20) -> dict:
        return self._exchange(method, path, body, timeout)[1]

    def _exchange(self, method: str, path: str, body: object = None, timeout: float = 20) -> tuple[Message, dict]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **self._headers}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout, context=self._context) as reply:
                return reply.headers, json.loads(reply.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise Unreachable(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from error
        except (OSError, ValueError) as error:
            raise Unreachable(f"{method} {path}: {error}") from error


class File:
    """A tree in a file; every change of the file is a new revision. Findings go to ``<file>.<kind>``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def revision(self, after: int, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while self.path.stat().st_mtime_ns <= after and time.monotonic() < deadline:
            time.sleep(0.2)
        return self.path.stat().st_mtime_ns

    def tree(self) -> tuple[int, dict]:
        return self.path.stat().st_mtime_ns, json.loads(self.path.read_text())

    def put(self, kind: str, objects: list[dict] | dict[str, str]) -> None:
        target = self.path.with_name(f"{self.path.name}.{kind}")
        temporary = target.with_suffix(".tmp")
        temporary.write_text(json.dumps(objects, indent=1))
        temporary.replace(target)
