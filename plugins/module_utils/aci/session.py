# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One login, GETs and POSTs, on cisco.aci's own transport; errors in people's words. Alone in talking to APIC."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any, Dict, List, Optional

from ansible_collections.cisco.aci.plugins.module_utils.aci import ACIModule

UNREACHABLE = (None, -1, "")  # instead of an HTTP status: from fetch_url (-1) and cisco.aci's httpapi plugin ("")
GATEWAY = (502, 503, 504)  # the controller's own web server, when what is behind it does not answer


class AciError(Exception):
    """APIC refused, or cannot be reached; the text is for people."""


class OutcomeUnknown(AciError):
    """The connection was cut while APIC had the document: it may have been applied or not."""


class TooLarge(AciError):
    """The controller does not take a body of that size."""


class _Unreachable(AciError):
    """This host does not answer; another may."""


class _Transport(ACIModule):
    """ACIModule that raises where the original ends the module, so that another host may be tried."""

    def login(self) -> None:
        try:
            super().login()
        except _Unreachable:
            raise
        except AciError as error:
            if _no_answer(self.status, None):
                raise _Unreachable(str(error)) from None
            raise

    def fail_json(self, msg: str, **_result: Any) -> None:
        raise AciError(msg)


class Session:
    """A login to one of the hosts, and counts of what was asked. Not for use by several threads."""

    def __init__(self, module: Any, hosts: List[str]) -> None:
        """module: AnsibleModule with cisco.aci's options. hosts: tried in this order until one answers."""
        self._module = module
        self._hosts = list(hosts)
        self._transport: Optional[_Transport] = None
        self.requests: Dict[str, int] = {"login": 0, "get": 0, "post": 0}

    @property
    def host(self) -> str:
        """The host that is in use."""
        return self._module.params.get("host") or "the inventory's httpapi connection"

    def get(self, path: str) -> List[Dict[str, Any]]:
        """``imdata`` of the answer. Moves on to the next host where one does not answer. Raises AciError."""
        for attempt in range(1 + len(self._hosts)):
            transport = self._connected()
            self.requests["get"] += 1
            status, body, reason = self._call(transport, "GET", path)
            if status == 403 and attempt == 0 and self._can_login():
                self._transport = None  # the login has expired
            elif _no_answer(status, body) and self._hosts:
                self._drop(reason)
            else:
                if status in UNREACHABLE:
                    raise AciError(f"No APIC can be reached. {self.host}: {reason}")
                return self._answer("GET", path, status, body, reason)
        raise AciError(f"No APIC answers GET {_short(path)}.")

    def post(self, path: str, document: Dict[str, Any]) -> None:
        """Sends ``document`` once. Raises TooLarge, OutcomeUnknown (cut on the way) or AciError (refused: nothing
        written).
        """
        transport = self._connected()
        self.requests["post"] += 1
        text = json.dumps(document)
        status, body, reason = self._call(transport, "POST", path, text)
        if status == 413:
            raise TooLarge(
                f"{self.host} does not take a document of {len(text)} bytes. Nothing was written. Give it"
                " in smaller parts (fewer leaves or nodes in one L3Out), or raise the controller's limit."
            )
        if _no_answer(status, body):
            raise OutcomeUnknown(f"The connection to {self.host} was cut during the POST: {reason}")
        self._answer("POST", path, status, body, reason)

    def reconnect(self) -> None:
        """After a cut connection: the next request logs in again, to another host where there is one."""
        if len(self._hosts) > 1:
            self._hosts.append(self._hosts.pop(0))
        self._transport = None

    # -- inside -----------------------------------------------------------------------------------------

    def _can_login(self) -> bool:
        """A certificate signs each request; the httpapi connection keeps its own login."""
        return not self._module.params.get("private_key") and not self._module._socket_path

    def _connected(self) -> _Transport:
        """The transport, logged in to the first host that answers."""
        failures = []
        while self._transport is None:
            if self._hosts:
                self._module.params["host"] = self._hosts[0]
            try:
                self._transport = _Transport(self._module)
                self.requests["login"] += int(self._can_login())
            except _Unreachable as error:
                failures.append(f"{self.host}: {_reason(str(error))}")
                self._hosts = self._hosts[1:]
                if not self._hosts:
                    raise AciError("No APIC can be reached. " + "; ".join(failures)) from None
            except AciError as error:
                raise AciError(f"{self.host}: {error}") from None
        return self._transport

    def _drop(self, reason: str) -> None:
        self._module.warn(f"{self.host} does not answer ({reason}); trying the next controller.")
        self._transport = None
        self._hosts = self._hosts[1:] or self._hosts

    def _call(self, transport: _Transport, method: str, path: str, text: Optional[str] = None) -> tuple:
        """(status, body, reason) of one request."""
        response, info = transport.api_call(method, transport.base_url + path, data=text, return_response=True)
        body = info.get("body")
        if body is None and response is not None:
            try:
                body = response.read()
            except (OSError, HTTPException) as error:
                return -1, None, f"the answer broke off: {error}"
        return info.get("status"), body, str(info.get("msg", ""))

    def _answer(self, method: str, path: str, status: int, body: Any, reason: str) -> List[Dict[str, Any]]:
        try:
            imdata = json.loads(body)["imdata"]
        except (TypeError, ValueError, KeyError):
            raise AciError(f"{self.host} did not answer {method} {_short(path)} as an APIC does: {reason}.") from None
        error = next((item["error"]["attributes"] for item in imdata if "error" in item), None)
        if error or status != 200:
            detail = error or {"code": status, "text": reason}
            raise AciError(
                f"{self.host} refused {method} {_short(path)}: {detail['text']} (APIC error {detail['code']})."
            )
        return imdata


def _no_answer(status: Any, body: Any) -> bool:
    """Whether nobody answered. An APIC's own error comes with ``imdata``, whatever the status (a leaf that is down:
    503).
    """
    return status in UNREACHABLE or (status in GATEWAY and "imdata" not in str(body))


def _short(path: str) -> str:
    return path.partition("?")[0]


def _reason(text: str) -> str:
    """cisco.aci's sentence without the part that repeats the host."""
    return text.partition(". ")[2] or text
