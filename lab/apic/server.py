"""The HTTPS server: routes, cookies, JSON and XML, one log line per request."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from aiohttp import web

from lab.apic import errors
from lab.apic.auth import Session, Sessions, login_element
from lab.apic.controller import Controller, modified_tree
from lab.apic.document import Element, parse, parse_all, render, render_error
from lab.apic.query import SUBTREES
from lab.apic.transaction import Change

LOG = logging.getLogger("lab.apic")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
# A request body larger than this is refused, as APIC's web server does.
BODY_LIMIT = 32 * 1024 * 1024


class Api:
    """The handlers of ``/api``. ``on_change`` is awaited after each change of configuration (to persist it)."""

    def __init__(self, controller: Controller, sessions: Sessions, on_change: Callable[[], None] | None = None) -> None:
        self.controller, self.sessions = controller, sessions
        self.requests: Counter[tuple[str, str]] = Counter()
        self.on_change = on_change or (lambda: None)

    def routes(self) -> list[web.RouteDef]:
        """Everything below ``/api``."""
        return [
            web.post("/api/aaaLogin.{form:json|xml}", self.login),
            web.get("/api/aaaRefresh.{form:json|xml}", self.refresh),
            web.post("/api/aaaRefresh.{form:json|xml}", self.refresh),
            web.post("/api/aaaLogout.{form:json|xml}", self.logout),
            web.get("/api/subscriptionRefresh.{form:json|xml}", self.refresh_subscription),
            web.get("/socket{token}", self.socket),
            web.get("/api/aaaListDomains.{form:json|xml}", self.domains),
            web.route("*", "/api/{tail:.*}", self.dispatch),
            web.route("*", r"/{more:/+}api/{tail:.*}", self.dispatch),
        ]

    # -- logging in -------------------------------------------------------------------------------

    async def login(self, request: web.Request) -> web.Response:
        """POST aaaLogin."""
        if request.query.get("rsp-subtree", "no") not in SUBTREES:
            raise errors.bad_choice("rsp-subtree", SUBTREES)
        session = self.sessions.login(parse(await request.read(), request.match_info["form"]))
        return self._session_response(request, session)

    async def refresh(self, request: web.Request) -> web.Response:
        """GET aaaRefresh, or POST as aciClient does."""
        session = self.sessions.of_cookie(request.headers.get("Cookie", ""))
        return self._session_response(request, self.sessions.refresh(session))

    async def logout(self, request: web.Request) -> web.Response:
        """POST aaaLogout."""
        self.sessions.logout(self.sessions.of_cookie(request.headers.get("Cookie", "")))
        return _response([], request.match_info["form"])

    async def domains(self, request: web.Request) -> web.Response:
        """GET aaaListDomains: the lab has the local domain only."""
        return _response([Element("aaaLoginDomain", {"name": "DefaultAuth", "type": "DN"})], request.match_info["form"])

    def _session_response(self, request: web.Request, session: Session) -> web.Response:
        element = login_element(session, self.sessions.lifetime, self.controller.store.catalog.version)
        response = _response([element], request.match_info["form"])
        response.headers["Set-Cookie"] = f"APIC-cookie={session.token}; path=/; HttpOnly; Secure"
        return response

    # -- subscriptions ----------------------------------------------------------------------------

    async def refresh_subscription(self, request: web.Request) -> web.Response:
        """GET subscriptionRefresh: one or more identifiers."""
        self.sessions.authenticate(request.headers.get("Cookie", ""), request.method, request.raw_path, b"")
        for number in request.query.get("id", "").split(","):
            self.controller.subscriptions.refresh(number)
        return _response([], request.match_info["form"])

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """The events of a session's subscriptions until the client closes the socket."""
        session = self.sessions.of_token(request.match_info["token"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        events = self.controller.subscriptions.open(session.id)
        sending = asyncio.create_task(_send(socket, events))
        try:
            async for _ in socket:
                pass
        finally:
            sending.cancel()
            self.controller.subscriptions.close(session.id, events)
        return socket

    def _follow(self, request: web.Request, kind: str, rest: str, options: dict[str, str]) -> str:
        """The identifier of the subscription that a query asks for; empty if it asks for none."""
        if options.get("subscription") != "yes" or kind == "tag":
            return ""
        session = self.sessions.of_cookie(request.headers.get("Cookie", ""))
        return self.controller.follow(session.id, kind, rest, options)

    # -- objects ----------------------------------------------------------------------------------

    async def dispatch(self, request: web.Request) -> web.Response:
        """Every other request: find who sends it, what it is about, and do it."""
        body = await request.read()
        path, form = _split_form("/" + request.path.lstrip("/"))  # cisco.aci's SPAN modules send //api
        user = self.sessions.authenticate(request.headers.get("Cookie", ""), request.method, request.raw_path, body)
        kind, rest = _target(path)
        if request.method == "GET":
            return self._get(request, kind, rest, form)
        if kind == "tag" and request.method == "POST":
            add, remove = _names(request, "add"), _names(request, "remove")
            return self._changed(request, self.controller.tag(_tagged(rest), add, remove, user), form)
        if kind != "mo":
            raise errors.malformed(f"{request.method} is supported on managed objects only")
        if request.method == "POST":
            return self._post(request, rest, form, body, user)
        if request.method == "DELETE":
            return self._changed(request, self.controller.delete(rest, user), form)
        raise web.HTTPMethodNotAllowed(request.method, ["GET", "POST", "DELETE"])

    def _get(self, request: web.Request, kind: str, rest: str, form: str) -> web.Response:
        options = {name: _option(request, name) for name in request.query}
        if kind == "mo":
            result = self.controller.get_object(rest, options)
        elif kind == "tag":
            below_mo = rest.startswith("mo/")
            result = self.controller.get_tags(_tagged(rest)) if below_mo else self.controller.get_tagged(rest, options)
        else:
            below, _, name = rest.rpartition("/")
            result = self.controller.get_class(name, options, below)
        return _response(result.elements, form, result.total, self._follow(request, kind, rest, options))

    def _post(self, request: web.Request, dn: str, form: str, body: bytes, user: str) -> web.Response:
        return self._changed(request, self.controller.post(parse_all(body, form), dn, user), form)

    def _changed(self, request: web.Request, changes: list[Change], form: str) -> web.Response:
        """The answer to a POST or DELETE: what changed if that is asked for, else nothing."""
        self.on_change()
        if request.query.get("rsp-subtree") == "modified":
            return _response(modified_tree(self.controller.store, changes), form)
        return _response([], form)

    # -- around every request ---------------------------------------------------------------------

    @web.middleware
    async def refuse(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Turn refusals into APIC's error documents."""
        form = "xml" if request.path.endswith(".xml") else "json"
        try:
            return await handler(request)
        except errors.ApicError as error:
            return web.Response(body=render_error(error, form), status=error.http, content_type=_TYPES[form])

    @web.middleware
    async def count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count and log requests: never bodies, cookies or query values. A test's own client is not counted."""
        started = time.monotonic()
        status = 500
        if request.path.startswith("/api/") and "X-Lab-Uncounted" not in request.headers:
            self.requests[request.method, request.path] += 1
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as problem:
            status = problem.status
            raise
        finally:
            spent = (time.monotonic() - started) * 1000
            LOG.info("%s %s %s %d %.0fms", request.remote, request.method, request.path, status, spent)


# Options that may be given more than once, as the GUI does; of the others the last counts (aciClient pages so).
_LISTS = ("target-subtree-class", "rsp-subtree-class", "rsp-subtree-include")
_TYPES = {"json": "application/json", "xml": "text/xml"}


def _response(elements: list[Element], form: str, total: int | None = None, subscription: str = "") -> web.Response:
    return web.Response(body=render(elements, form, total, subscription), content_type=_TYPES[form])


async def _send(socket: web.WebSocketResponse, events: asyncio.Queue[str]) -> None:
    while True:
        await socket.send_str(await events.get())


def _option(request: web.Request, name: str) -> str:
    values = request.query.getall(name)
    return ",".join(values) if name in _LISTS else values[-1]


def _split_form(path: str) -> tuple[str, str]:
    """The path below ``/api/`` without its ending, and the ending."""
    for form in _TYPES:
        if path.endswith(f".{form}"):
            return path[len("/api/") : -len(form) - 1], form
    raise errors.malformed("the request's URL must end in .json or .xml")


def _target(path: str) -> tuple[str, str]:
    """('mo', DN) or ('class', [node DN/]class) of a path such as ``node/mo/uni/tn-common``."""
    parts = path.split("/", 1)
    if parts[0] == "node" and len(parts) == 2:
        parts = parts[1].split("/", 1)
    if parts[0] in ("mo", "class", "tag"):
        return parts[0], parts[1].strip("/") if len(parts) == 2 else ""
    raise errors.malformed(f"Request to '/api/{path}' is not supported")


def _names(request: web.Request, option: str) -> list[str]:
    return [name for name in request.query.get(option, "").split(",") if name]


def _tagged(rest: str) -> str:
    """The DN behind ``/api/tag/mo/``."""
    if not rest.startswith("mo/"):
        raise errors.malformed(f"Request to '/api/tag/{rest}' is not supported")
    return rest[len("mo/") :]


def application(api: Api, extra: list[web.RouteDef], middlewares: list[Callable] | None = None) -> web.Application:
    """The whole server; ``middlewares`` go between counting and the handlers (fault injection hangs in there)."""
    chain = [api.count, *(middlewares or []), api.refuse]
    app = web.Application(middlewares=chain, client_max_size=BODY_LIMIT)
    app.add_routes([*extra, *api.routes()])
    return app
