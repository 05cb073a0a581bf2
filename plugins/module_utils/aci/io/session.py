# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One login, GETs and POSTs, on cisco.aci's own transport; errors in people's words. Alone in talking to APIC."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from ansible_collections.cisco.aci.plugins.module_utils.aci import ACIModule

from ...common.printable import everywhere
from . import answers
from .patience import Patience, seconds_of

UNREACHABLE = (None, -1, "")  # instead of an HTTP status: from fetch_url (-1) and cisco.aci's httpapi plugin ("")
THROTTLED = (429, 503)  # from the controller's own web server: come again later
GATEWAY = (502, 504)  # from it, too, when what is behind it does not answer
BROKEN = (OSError, EOFError, HTTPException)  # an answer that ends before its end
UNKNOWN_CLASS = "12"  # APIC's code for a query
EXPIRED = (401, 403)  # a token that timed out; also a refusal for good, so a new login is tried once


class AciError(Exception):
    """APIC refused, or cannot be reached; the text is for people."""


class OutcomeUnknown(AciError):
    """The connection was cut while APIC had the document: it may have been applied or not."""


class Busy(OutcomeUnknown):
    """The controller's web server sent the document back. retry_after: seconds that it asked for, or None."""

    def __init__(self, text: str, retry_after: Optional[float] = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class TooLarge(AciError):
    """The controller does not take a body of that size."""


class UnknownClass(AciError):
    """The controller's release does not have a class that was asked for."""


class _Unreachable(AciError):
    """This host does not answer; another may."""


class _Throttled(_Unreachable):
    """This host answers, and accepts no login at the moment."""

    def __init__(self, text: str, retry_after: Optional[float]) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Answer(NamedTuple):
    """What came back: HTTP status (see UNREACHABLE), body, the transport's own words, seconds to stay away."""

    status: Any
    body: Any
    reason: str
    retry_after: Optional[float] = None

    @property
    def from_apic(self) -> bool:
        """An APIC's own answer comes with ``imdata``, whatever the status (a leaf that is down: 503)."""
        return "imdata" in str(self.body)

    @property
    def throttled(self) -> bool:
        return self.status in THROTTLED and not self.from_apic

    @property
    def unanswered(self) -> bool:
        """Whether no APIC answered."""
        return self.status in UNREACHABLE or (self.status in THROTTLED + GATEWAY and not self.from_apic)


class _Transport(ACIModule):
    """ACIModule that raises where the original ends the module, so that another host may be tried."""

    retry_after: Optional[float] = None  # seconds, from the last answer

    def login(self) -> None:
        try:
            super().login()
        except _Unreachable:
            raise
        except BROKEN as error:
            raise _Unreachable(_broke_off(error)) from None
        except AciError as error:
            if self.status in THROTTLED:
                raise _Throttled(f"HTTP {self.status}, {_words(self.response)}", self.retry_after) from None
            if self.status in UNREACHABLE + GATEWAY:
                raise _Unreachable(str(error)) from None
            raise

    def api_call(self, *arguments: Any, **options: Any) -> Any:
        try:
            with answers.limited(self.params):
                result = super().api_call(*arguments, **options)
        except answers.WrongAnswer as error:
            raise AciError(f"{error}.") from None
        status, target = (result[1].get(key) for key in ("status", "location")) if result else (None, None)
        if status in answers.REDIRECTS:
            raise AciError(answers.redirect(status, target))
        self.retry_after = seconds_of(result[1].get("retry-after")) if result else None
        return result

    def fail_json(self, msg: str, **_result: Any) -> None:
        raise AciError(msg)


class Session:
    """A login to one of the hosts, and counts of what was asked. Not for use by several threads."""

    def __init__(self, module: Any, hosts: List[str], patience: Callable[[], Patience] = Patience) -> None:
        """module: AnsibleModule with cisco.aci's options. hosts: tried in this order until one answers. patience: for
        busy controllers, anew for each request.
        """
        self._module = module
        self._hosts = list(hosts)
        self._transport: Optional[_Transport] = None
        self.patience = patience
        self.requests: Dict[str, int] = {"login": 0, "get": 0, "post": 0}

    @property
    def host(self) -> str:
        """The host that is in use."""
        return self._module.params.get("host") or "the inventory's httpapi connection"

    def get(self, path: str) -> List[Dict[str, Any]]:
        """``imdata`` of the answer. Moves on to the next host where one does not answer, waits where all are busy.
        Raises AciError.
        """
        patience, renewed, failures, busy = self.patience(), False, 0, 0
        while True:
            transport = self._connected(patience)
            self.requests["get"] += 1
            answer = self._call(transport, "GET", path)
            if answer.status in EXPIRED and not renewed and self._can_login():
                renewed, self._transport = True, None
            elif answer.throttled:
                busy += 1
                self._turn()
                if busy >= len(self._hosts) and not patience.wait(answer.retry_after):
                    raise AciError(
                        f"{self.host} is busy (HTTP {answer.status}) and did not recover: GET {_short(path)}."
                    )
            elif answer.unanswered and failures < max(1, len(self._hosts)):
                failures += 1
                self._drop(answer.reason)
            elif answer.status in UNREACHABLE:
                raise AciError(f"No APIC can be reached. {self.host}: {answer.reason}")
            elif answer.unanswered:
                raise AciError(f"No APIC answers GET {_short(path)}.")
            else:
                return self._imdata("GET", path, answer)

    def post(self, path: str, document: Dict[str, Any]) -> None:
        """Sends ``document`` once; again only with a new login, if APIC refused the old one.

        Raises TooLarge, Busy, OutcomeUnknown (cut on the way) or AciError (refused: nothing written).
        """
        text = json.dumps(document)
        answer = self._post(path, text)
        if answer.status in EXPIRED and self._can_login():
            self._transport = None
            answer = self._post(path, text)
        if answer.status == 413:
            raise TooLarge(
                f"{self.host} does not take a document of {len(text)} bytes. Nothing was written. Give it"
                " in smaller parts (fewer leaves or nodes in one L3Out), or raise the controller's limit."
            )
        if answer.throttled:
            raise Busy(f"{self.host} is busy (HTTP {answer.status})", answer.retry_after)
        if answer.unanswered:
            raise OutcomeUnknown(f"The connection to {self.host} was cut during the POST: {answer.reason}")
        self._imdata("POST", path, answer)

    def reconnect(self) -> None:
        """After a cut connection: the next request logs in again, to another host where there is one."""
        self._hosts = self._hosts[1:] + self._hosts[:1]
        self._transport = None

    # -- inside -----------------------------------------------------------------------------------------

    def _can_login(self) -> bool:
        """A certificate signs each request; the httpapi connection keeps its own login."""
        return not self._module.params.get("private_key") and not self._module._socket_path

    def _connected(self, patience: Patience) -> _Transport:
        """The transport, logged in to the first host that answers; waits where all that answer are busy."""
        failures: Dict[str, str] = {}
        busy = 0
        while self._transport is None:
            if self._hosts:
                self._module.params["host"] = self._hosts[0]
            try:
                self._transport = _Transport(self._module)
                self.requests["login"] += int(self._can_login())
            except _Throttled as error:
                failures[self.host], busy = f"accepts no login at the moment ({error})", busy + 1
                self._turn()
                if busy >= len(self._hosts) and not patience.wait(error.retry_after):
                    raise AciError(_unreachable(failures)) from None
            except _Unreachable as error:
                failures[self.host] = _reason(str(error))
                if len(self._hosts) <= 1:
                    raise AciError(_unreachable(failures)) from None
                self._drop(failures[self.host])
            except AciError as error:
                raise AciError(f"{self.host}: {error}") from None
        return self._transport

    def _drop(self, reason: str) -> None:
        """Leaves a host that does not answer, unless it is the last one."""
        what = "the next controller" if len(self._hosts) > 1 else "once more"
        self._module.warn(f"{self.host} does not answer ({reason}); trying {what}.")
        self._transport = None
        self._hosts = self._hosts[1:] or self._hosts

    def _turn(self) -> None:
        """Goes to the next host, and keeps this one for later. A login that is alone is kept: logins are limited."""
        if len(self._hosts) > 1:
            self.reconnect()

    def _post(self, path: str, text: str) -> Answer:
        transport = self._connected(self.patience())
        self.requests["post"] += 1
        return self._call(transport, "POST", path, text)

    def _call(self, transport: _Transport, method: str, path: str, text: Optional[str] = None) -> Answer:
        try:
            response, info = transport.api_call(method, transport.base_url + path, data=text, return_response=True)
            body = info.get("body")
            if body is None and response is not None:
                body = answers.whole(response)
        except BROKEN as error:
            return Answer(-1, None, _broke_off(error))
        except answers.WrongAnswer as error:
            raise AciError(f"{self.host} did not answer {method} {_short(path)} as an APIC does: {error}.") from None
        except AciError as error:
            raise AciError(f"{self.host}, {method} {_short(path)}: {error}") from None
        return Answer(info.get("status"), body, str(info.get("msg", "")), transport.retry_after)

    def _imdata(self, method: str, path: str, answer: Answer) -> List[Dict[str, Any]]:
        try:
            imdata = answers.imdata(answer.body)
        except answers.WrongAnswer as error:
            what = f"{self.host} did not answer {method} {_short(path)} as an APIC does"
            raise AciError(f"{what}: {str(error) or answer.reason}.") from None
        refusal = next((item["error"].get("attributes", {}) for item in imdata if "error" in item), None)
        if refusal is not None or answer.status != 200:
            said = everywhere({"code": str(answer.status), "text": answer.reason, **(refusal or {})})
            kind = UnknownClass if said["code"] == UNKNOWN_CLASS else AciError
            raise kind(f"{self.host} refused {method} {_short(path)}: {said['text']} (APIC error {said['code']}).")
        return imdata


def _unreachable(failures: Dict[str, str]) -> str:
    return "No APIC can be reached. " + "; ".join(f"{host}: {reason}" for host, reason in failures.items())


def _broke_off(error: Exception) -> str:
    return f"the answer broke off: {error}"


def _short(path: str) -> str:
    return path.partition("?")[0]


def _reason(text: str) -> str:
    """cisco.aci's sentence without the part that repeats the host."""
    return text.partition(". ")[2] or text


def _words(reason: Any) -> str:
    """urllib's "HTTP Error 503: Service Unavailable" without its number."""
    return str(reason).rpartition(": ")[2]
