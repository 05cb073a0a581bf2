"""The lab's own endpoints, outside ``/api`` and for this machine only.

They stand for what a real APIC tells its leaves and hears from them, and serve tests.

GET  /lab/requests                  {"GET /api/…": 3, …} since the last reset
POST /lab/requests/reset
GET  /lab/revision?after=N&timeout=S   {"revision": M} as soon as M > N, or after S seconds
GET  /lab/tree                      the whole configuration, secure properties included
PUT  /lab/operational?owner=X       a list of objects with dn: exactly these are X's operational objects from now on
PUT  /lab/faults?owner=X            a list of faultInst objects with dn, likewise
PUT  /lab/issues?owner=X            {DN: "configIssues", …}: what leaves say of configured objects, likewise
POST /lab/sessions/expire           every token times out at once
POST /lab/inject                    an order for a fault (inject.py); GET: how many are to come, DELETE: forget them
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json

from aiohttp import web

from lab.apic import errors
from lab.apic.document import Element, parse
from lab.apic.faults import delegates
from lab.apic.inject import Handler, Injector
from lab.apic.server import Api

_LONGEST_POLL = 60.0


class Helpers:
    """The handlers of ``/lab``."""

    def __init__(self, api: Api, token: str = "") -> None:
        """``token``: what everything asks for that shows or changes the configuration; empty for none."""
        self.api, self.controller, self._token = api, api.controller, token
        self._changed = asyncio.Event()
        self._faults: list[Element] = []
        self.injector = Injector(api.sessions.expire_all, self._raise_fault)

    def routes(self) -> list[web.RouteDef]:
        """Everything below ``/lab``."""
        table = [
            ("GET", "/lab/requests", self.requests),
            ("POST", "/lab/requests/reset", self.reset),
            ("GET", "/lab/revision", self.revision),
            ("GET", "/lab/tree", self.tree),
            ("PUT", "/lab/operational", self.operational),
            ("PUT", "/lab/faults", self.faults),
            ("PUT", "/lab/issues", self.issues),
            ("POST", "/lab/sessions/expire", self.expire),
            ("POST", "/lab/inject", self.inject),
            ("GET", "/lab/inject", self.pending),
            ("DELETE", "/lab/inject", self.forget),
        ]
        open_to_all = ("/lab/requests", "/lab/requests/reset")
        return [
            web.route(method, path, _local(handler, "" if path in open_to_all else self._token))
            for method, path, handler in table
        ]

    def wake(self) -> None:
        """Answer those who wait for a new revision."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def requests(self, _: web.Request) -> web.Response:
        """How often what was asked."""
        counts = {f"{method} {path}": number for (method, path), number in sorted(self.api.requests.items())}
        return web.json_response(counts)

    async def reset(self, _: web.Request) -> web.Response:
        """Start counting anew."""
        self.api.requests.clear()
        return web.json_response({})

    async def revision(self, request: web.Request) -> web.Response:
        """The configuration's revision, once it is later than ``after``."""
        after = _number(request, "after", -1)
        deadline = asyncio.get_running_loop().time() + min(_number(request, "timeout", 0), _LONGEST_POLL)
        while self.controller.store.revision <= after:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                break
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                break
        return web.json_response({"revision": self.controller.store.revision})

    async def tree(self, _: web.Request) -> web.Response:
        """``{"polUni": …}`` with everything that is configured."""
        uni = self.controller.store.by_dn["uni"]
        revision = {"X-Revision": str(self.controller.store.revision)}
        return web.json_response(self.controller.store.export(uni).to_json(), headers=revision)

    async def operational(self, request: web.Request) -> web.Response:
        """Replace an owner's operational objects."""
        return await self._replace(request, "operational")

    async def faults(self, request: web.Request) -> web.Response:
        """Replace an owner's faults."""
        return await self._replace(request, "faults")

    async def _replace(self, request: web.Request, kind: str) -> web.Response:
        try:
            elements = _elements(await request.read())
            elements += delegates(elements) if kind == "faults" else []
            self.controller.replace_operational(f"{kind}:{request.query.get('owner', '')}", elements)
        except errors.ApicError as error:
            return web.json_response({"error": error.text}, status=400)
        return web.json_response({"objects": len(elements)})

    async def issues(self, request: web.Request) -> web.Response:
        """Replace an owner's configuration issues."""
        try:
            issues = json.loads(await request.read())
            self.controller.replace_issues(request.query.get("owner", ""), issues)
        except errors.ApicError as error:
            return web.json_response({"error": error.text}, status=400)
        return web.json_response({"objects": len(issues)})

    async def expire(self, _: web.Request) -> web.Response:
        """Time out every token."""
        self.api.sessions.expire_all()
        return web.json_response({})

    # -- faults on request ------------------------------------------------------------------------

    async def inject(self, request: web.Request) -> web.Response:
        """Take an order for a fault."""
        try:
            self.injector.add(await request.json())
        except (TypeError, ValueError) as problem:
            return web.json_response({"error": str(problem)}, status=400)
        return await self.pending(request)

    async def pending(self, _: web.Request) -> web.Response:
        """How many faults are still to come."""
        return web.json_response({"pending": self.injector.pending()})

    async def forget(self, request: web.Request) -> web.Response:
        """Forget all orders, and take back the faults that they raised."""
        self.injector.clear()
        self._faults.clear()
        self.controller.replace_operational("faults:inject", [])
        return await self.pending(request)

    def _raise_fault(self, fault: dict) -> None:
        self._faults.append(parse(json.dumps({"faultInst": {"attributes": fault}}).encode(), "json"))
        self.controller.replace_operational("faults:inject", [*self._faults, *delegates(self._faults)])


def _number(request: web.Request, name: str, default: float) -> float:
    try:
        return float(request.query.get(name, default))
    except ValueError:
        raise web.HTTPBadRequest(text=f"{name} must be a number") from None


def _elements(body: bytes) -> list[Element]:
    try:
        items = json.loads(body)
    except ValueError:
        raise errors.malformed("not JSON") from None
    if not isinstance(items, list):
        raise errors.malformed("a list of objects is expected")
    return [parse(json.dumps(item).encode(), "json") for item in items]


def _local(handler: Handler, token: str) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        if not ipaddress.ip_address(request.remote or "0.0.0.0").is_loopback:
            raise web.HTTPForbidden(text="the lab's helpers answer this machine only")
        if token and not hmac.compare_digest(request.headers.get("X-Lab-Token", "").encode(), token.encode()):
            raise web.HTTPForbidden(text="the lab's helpers ask for its token (header X-Lab-Token)")
        return await handler(request)

    return guarded
