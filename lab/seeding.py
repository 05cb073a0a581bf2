"""Gives a new controller what the fabric has before anybody plans a cluster: a description's objects, by its API."""

from __future__ import annotations

import hashlib
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.fabric_description import objects
from lab.fabric_description.model import Description

# APIC's own objects, which stay whatever is described.
SHIPPED = frozenset(
    {
        *("uni", "uni/infra", "uni/infra/funcprof", "uni/tn-common", "uni/tn-infra", "uni/tn-mgmt"),
        *("uni/fabric", "uni/fabric/funcprof", "uni/fabric/protpol", "uni/fabric/bgpInstP-default"),
    }
)
# Relations that live as long as their parent: APIC deletes them with it only.
RELATIONS = ("rsectx", "rsctx", "rsbd", "rsbgpNodeCtxPol")


@dataclass(frozen=True)
class Seed:
    """The documents to post to ``uni``, in order. ``whole``: they are all that the fabric has, nothing is made up."""

    documents: list[dict]
    whole: bool

    @property
    def digest(self) -> str:
        """Changes with the documents."""
        return hashlib.sha256(repr((self.whole, self.documents)).encode()).hexdigest()

    @property
    def names(self) -> list[str]:
        """The distinguished names of all their objects, sorted."""
        return sorted(objects.distinguished_names(self.documents))


def seed(description: Description, *, whole: bool) -> Seed:
    """What to post for a description. Pure."""
    return Seed(objects.documents(description), whole)


def gone(before: Collection[str], now: Collection[str]) -> list[str]:
    """The topmost names to delete of what was there and is not described any more, sorted. Pure.

    An object whose relation is gone goes as a whole: it is posted anew.
    """
    names = {_holder(dn) for dn in set(before) - set(now) - SHIPPED}
    return sorted(dn for dn in names if not any(dn.startswith(f"{other}/") for other in names))


def _holder(dn: str) -> str:
    parent, _, relation = dn.rpartition("/")
    return parent if relation in RELATIONS else dn


def bring(url: str, ca: Path, password: str, wanted: Seed, before: Collection[str]) -> None:
    """Post the documents; where they are whole, delete what was seeded ``before`` and is in them no more.

    RuntimeError carries the controller's complaint.
    """
    with _session(url, ca, password) as call:
        for dn in gone(before, wanted.names) if wanted.whole else ():
            call("DELETE", f"/api/mo/{dn}.json", None)
        for document in wanted.documents:
            call("POST", "/api/mo/uni.json", document)


@contextmanager
def _session(url: str, ca: Path, password: str) -> Iterator:
    context = ssl.create_default_context(cafile=str(ca))
    login = {"aaaUser": {"attributes": {"name": "admin", "pwd": password}}}
    answer = _call("POST", f"{url}/api/aaaLogin.json", login, {}, context)
    token = answer["imdata"][0]["aaaLogin"]["attributes"]["token"]
    headers = {"Cookie": f"APIC-cookie={token}", "X-Lab-Uncounted": "1"}
    yield lambda method, path, body: _call(method, f"{url}{path}", body, headers, context)


def _call(method: str, url: str, body: dict | None, headers: dict[str, str], context: ssl.SSLContext) -> dict:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{url}: {error.code} {error.read().decode(errors='replace')}") from None
