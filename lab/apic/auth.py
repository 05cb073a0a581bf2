"""Logging in: password and token, or a certificate's signature on each request.

Users and their certificates are objects of the store (``uni/userext/user-admin/usercert-…``), as on an APIC.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lab.apic import errors
from lab.apic.document import Element
from lab.apic.store import Mo, Store, timestamp

# APIC sets the first and takes either: its own message names the second, and acc-provision and scripts of TAC send it.
TOKEN_COOKIES = ("APIC-cookie", "APIC-Cookie")


@dataclass
class Session:
    """One login; ``expires`` on the clock that Sessions was given."""

    user: str
    token: str
    expires: float
    created: str
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    """What stays when the token is renewed."""


class Sessions:
    """Who is logged in. ``lifetime`` in seconds is APIC's refreshTimeoutSeconds (600 by default)."""

    def __init__(self, store: Store, lifetime: float = 600, clock: Callable[[], float] = time.monotonic) -> None:
        self.store, self.lifetime, self.clock = store, lifetime, clock
        self._sessions: dict[str, Session] = {}

    def login(self, element: Element) -> Session:
        """A new session for a posted ``aaaUser``; ApicError 401 on an unknown user or a wrong password."""
        if element.cls != "aaaUser":
            raise errors.malformed(f"invalid data at line '1'. Login takes aaaUser, not {element.cls}")
        name, password = element.attributes.get("name", ""), element.attributes.get("pwd", "")
        user = self._user(name)
        known = user.values.get("pwd", "") if user is not None else ""
        matches = hmac.compare_digest(known.encode(), password.encode())
        if user is None or not known or not matches:
            raise errors.login_failed()
        session = Session(name, secrets.token_urlsafe(96), self.clock() + self.lifetime, timestamp())
        self._forget_expired()
        self._sessions[session.token] = session
        return session

    def _user(self, name: str) -> Mo | None:
        name = name.rpartition("\\")[2]  # apic:local\\admin and the like choose a login domain; the lab has one
        user = self.store.get(f"uni/userext/user-{name}") if name else None
        return user if user is not None and self.store.value(user, "accountStatus") == "active" else None

    def _forget_expired(self) -> None:
        now = self.clock()
        self._sessions = {token: item for token, item in self._sessions.items() if item.expires > now}

    def of_token(self, token: str) -> Session:
        """The session of a cookie; ApicError 403 if it is over."""
        session = self._sessions.get(token)
        if session is None or session.expires <= self.clock():
            self._sessions.pop(token, None)
            raise errors.token_invalid()
        return session

    def of_cookie(self, header: str) -> Session:
        """The session of a Cookie header; ApicError 403 if it names none, or one that is over."""
        cookies = parse_cookies(header)
        token = next((cookies[name] for name in TOKEN_COOKIES if name in cookies), None)
        if token is None:
            raise errors.token_missing()
        return self.of_token(token)

    def refresh(self, session: Session) -> Session:
        """A new token for the same login."""
        self._sessions.pop(session.token, None)
        token = secrets.token_urlsafe(96)
        renewed = Session(session.user, token, self.clock() + self.lifetime, session.created, session.id)
        self._sessions[renewed.token] = renewed
        return renewed

    def logout(self, session: Session) -> None:
        """End a login."""
        self._sessions.pop(session.token, None)

    def expire_all(self) -> None:
        """Let every token time out at once."""
        self._sessions.clear()

    # -- every request ----------------------------------------------------------------------------

    def authenticate(self, cookie: str, method: str, path: str, body: bytes) -> str:
        """The user behind this Cookie header; ApicError 403 if there is none. ``path`` includes the query."""
        cookies = parse_cookies(cookie)
        if "APIC-Request-Signature" in cookies:
            return self._signed(cookies, method, path, body)
        return self.of_cookie(cookie).user

    def _signed(self, cookies: dict[str, str], method: str, path: str, body: bytes) -> str:
        certificate = self.store.get(cookies.get("APIC-Certificate-DN", ""))
        algorithm = cookies.get("APIC-Certificate-Algorithm", "v1.0")
        if certificate is None or certificate.cls != "aaaUserCert" or algorithm != "v1.0" or certificate.parent is None:
            raise errors.token_invalid()
        try:
            signature = base64.b64decode(cookies["APIC-Request-Signature"], validate=True)
            key = x509.load_pem_x509_certificate(certificate.values.get("data", "").encode()).public_key()
        except (binascii.Error, ValueError):
            raise errors.token_invalid() from None
        texts = {path, unquote(path)}
        if not isinstance(key, rsa.RSAPublicKey) or not any(_verifies(key, signature, method, t, body) for t in texts):
            raise errors.token_invalid()
        return certificate.parent.values["name"]


def _verifies(key: rsa.RSAPublicKey, signature: bytes, method: str, path: str, body: bytes) -> bool:
    try:
        key.verify(signature, method.encode() + path.encode() + body, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def parse_cookies(header: str) -> dict[str, str]:
    """The cookies in a Cookie header; cisco.aci sends the attributes of Set-Cookie along, which do no harm."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, _, value in pairs if name}


def login_element(session: Session, lifetime: float, version: str) -> Element:
    """The ``aaaLogin`` object that answers a login or a refresh."""
    attributes = {
        "token": session.token,
        "siteFingerprint": "kubefabric-lab",
        "refreshTimeoutSeconds": str(int(lifetime)),
        "maximumLifetimeSeconds": "86400",
        "guiIdleTimeoutSeconds": "1200",
        "restTimeoutSeconds": "90",
        "creationTime": str(int(time.time())),
        "firstLoginTime": str(int(time.time())),
        "userName": session.user,
        "remoteUser": "false",
        "unixUserId": "15374",
        "sessionId": session.token[:22],
        "lastName": "",
        "firstName": "",
        "changePassword": "no",
        "version": version,
        "buildTime": "",
        "node": "topology/pod-1/node-1",
    }
    domain = Element("aaaUserDomain", {"name": "all", "rolesR": "admin", "rolesW": "admin"})
    return Element("aaaLogin", attributes, [domain])
