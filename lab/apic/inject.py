"""Faults on request: what goes wrong between a client and a controller, said over ``POST /lab/inject``.

Each order counts down: it hits the next ``count`` requests that match, one fault a request, in the order of the orders.

kind         what the client meets
-----------  -------------------------------------------------------------------------------------------------------
503, 502 …   that status from the controller's web server: a page in HTML, nothing reached APIC's own code
throttle     as 503, for logins, with ``Retry-After`` if ``retry_after`` is given: nginx's rate limit
expire       every token times out before the request is looked at
cut_before   the connection is cut before the request is looked at: nothing happens
cut_after    the request is carried out, then the connection is cut before the answer
truncate     the request is carried out, and the answer breaks off in its middle
slow         the request waits ``seconds`` before it is looked at
fault        the request is carried out, and ``seconds`` later the faultInst given as ``fault`` is there
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOGIN = r"^/api/aaaLogin\."
_PAGE = "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>{status} {reason}</body>\r\n</html>\r\n"
_REASONS = {
    401: "Unauthorized",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}
KINDS = ("throttle", "expire", "cut_before", "cut_after", "truncate", "slow", "fault", *map(str, _REASONS))


@dataclass
class Order:
    """One order: which fault, for which requests (``path`` is a regular expression), how often still."""

    kind: str
    count: int = 1
    method: str = ""
    path: str = "^/api/"
    seconds: float = 0.0
    retry_after: int | None = None
    fault: dict | None = None

    @classmethod
    def read(cls, given: object) -> Order:
        """An order from JSON: ``{kind, count, match: {method, path}, seconds, retry_after, fault}``; ValueError."""
        if not isinstance(given, dict):
            raise ValueError("an order is an object with kind, count and match")
        unknown = sorted(set(given) - {"kind", "count", "match", "seconds", "retry_after", "fault"})
        if unknown:
            raise ValueError(f"{unknown[0]} is not known")
        if str(given.get("kind")) not in KINDS:
            raise ValueError(f"kind is {given.get('kind')}; known are {', '.join(KINDS)}")
        rest = {name: given[name] for name in ("count", "seconds", "retry_after", "fault") if name in given}
        kind, match = str(given["kind"]), given.get("match") or {}
        default = LOGIN if kind == "throttle" else "^/api/"
        return cls(kind, method=match.get("method", ""), path=match.get("path", default), **rest)

    def matches(self, request: web.Request) -> bool:
        """Whether this order is meant for the request."""
        return self.count > 0 and self.method in ("", request.method) and bool(re.search(self.path, request.path))


class Injector:
    """Holds the orders, and is the middleware that carries them out.

    ``expire`` ends every login; ``raise_fault`` puts a faultInst (given as its JSON) into the store.
    """

    def __init__(self, expire: Callable[[], None], raise_fault: Callable[[dict], None]) -> None:
        self.orders: list[Order] = []
        self._expire, self._raise_fault = expire, raise_fault

    def add(self, given: object) -> None:
        """Take an order; ValueError if it cannot be read."""
        self.orders.append(Order.read(given))

    def clear(self) -> None:
        """Forget what has not happened yet."""
        self.orders.clear()

    def pending(self) -> int:
        """How many faults are still to come."""
        return sum(order.count for order in self.orders)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """One request: let it pass, or do to it what the first matching order says. A test's own client passes."""
        order = next((order for order in self.orders if order.matches(request)), None)
        if order is None or "X-Lab-Uncounted" in request.headers:
            return await handler(request)
        order.count -= 1
        if order.kind.isdigit() or order.kind == "throttle":
            return _page(503 if order.kind == "throttle" else int(order.kind), order.retry_after)
        return await _HOW[order.kind](self, order, request, handler)

    async def _expired(self, _: Order, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._expire()
        return await handler(request)

    async def _slow(self, order: Order, request: web.Request, handler: Handler) -> web.StreamResponse:
        await request.read()  # what has arrived is carried out, even if the client has given up meanwhile
        await asyncio.sleep(order.seconds)
        return await handler(request)

    async def _cut_before(self, _: Order, request: web.Request, __: Handler) -> web.StreamResponse:
        return _cut(request)

    async def _cut_after(self, _: Order, request: web.Request, handler: Handler) -> web.StreamResponse:
        await handler(request)
        return _cut(request)

    async def _truncate(self, _: Order, request: web.Request, handler: Handler) -> web.StreamResponse:
        whole = await handler(request)
        body = whole.body if isinstance(whole, web.Response) and isinstance(whole.body, bytes) else b""
        part = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
        await part.prepare(request)
        await part.write(body[: len(body) // 2])
        return _cut(request, part)

    async def _faulty(self, order: Order, request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        asyncio.get_running_loop().call_later(order.seconds, self._raise_fault, order.fault or {})
        return answer


_HOW = {
    "expire": Injector._expired,
    "slow": Injector._slow,
    "cut_before": Injector._cut_before,
    "cut_after": Injector._cut_after,
    "truncate": Injector._truncate,
    "fault": Injector._faulty,
}


def _page(status: int, retry_after: int | None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    text = _PAGE.format(status=status, reason=_REASONS[status])
    return web.Response(status=status, reason=_REASONS[status], text=text, content_type="text/html", headers=headers)


def _cut(request: web.Request, answer: web.StreamResponse | None = None) -> web.StreamResponse:
    """End the connection without another byte."""
    if request.transport is not None:
        request.transport.abort()
    return answer or web.Response()
