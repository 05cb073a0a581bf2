"""Subscriptions: a query with ``subscription=yes``, and what changes of its objects sent over a WebSocket.

As the "Cisco APIC REST API Configuration Guide" describes them: the socket is ``/socket<token>``, an event names the
subscriptions that it is for, and a subscription ends after its time-out unless ``/api/subscriptionRefresh`` renews it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lab.apic import errors
from lab.apic.document import Element
from lab.apic.store import Mo
from lab.apic.transaction import Change

LIFETIME = 60.0
# APIC's identifiers are 64-bit numbers as text; these start where those seen in its documentation do.
_FIRST = 72057598349672449
Describe = Callable[[Change], Element]


@dataclass
class Subscription:
    """One query that a client follows; ``session`` is the login that it belongs to."""

    session: str
    matches: Callable[[Mo], bool]
    lifetime: float
    expires: float


@dataclass
class Subscriptions:
    """All subscriptions and open sockets. ``describe`` prints a change as an event shows it."""

    describe: Describe
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, Subscription] = field(default_factory=dict)
    _sockets: dict[str, list[asyncio.Queue[str]]] = field(default_factory=dict)
    _numbers: itertools.count = field(default_factory=lambda: itertools.count(_FIRST))

    def add(self, session: str, matches: Callable[[Mo], bool], lifetime: float = LIFETIME) -> str:
        """Follow the objects that match; the subscription's identifier."""
        number = str(next(self._numbers))
        self._known[number] = Subscription(session, matches, lifetime, self.clock() + lifetime)
        return number

    def refresh(self, number: str) -> None:
        """Let a subscription live on; ApicError if there is none of that identifier, or no longer."""
        self._forget_expired()
        if number not in self._known:
            raise errors.bad_query(f"Subscription {number} not found")
        subscription = self._known[number]
        subscription.expires = self.clock() + subscription.lifetime

    def open(self, session: str) -> asyncio.Queue[str]:
        """The events for a session's new socket, as text."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._sockets.setdefault(session, []).append(queue)
        return queue

    def close(self, session: str, queue: asyncio.Queue[str]) -> None:
        """The socket is gone."""
        self._sockets[session].remove(queue)

    def notify(self, changes: Iterable[Change]) -> None:
        """Send each change to those who follow its object."""
        if not self._sockets or not self._known:
            return
        self._forget_expired()
        for change in changes:
            for session, queues in self._sockets.items():
                numbers = [
                    number
                    for number, item in self._known.items()
                    if item.session == session and item.matches(change.mo)
                ]
                if numbers and queues:
                    body = {"subscriptionId": numbers, "imdata": [self.describe(change).to_json()]}
                    for queue in queues:
                        queue.put_nowait(json.dumps(body))

    def _forget_expired(self) -> None:
        now = self.clock()
        self._known = {number: item for number, item in self._known.items() if item.expires > now}
