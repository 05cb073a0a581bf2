"""The lab's APIC as a fixture: one server process on a free port of the loopback address.

from tests.apic import apic          # pytest fixture, seeded with the fabric of the example inventory

def test_something(apic):
    apic.url, apic.port, apic.username, apic.password, apic.ca
    apic.get("/api/class/fvTenant.json")          # imdata, logged in
    apic.post("uni", {"fvTenant": {"attributes": {"name": "x"}}})
    apic.requests()                               # {"POST /api/aaaLogin.json": 1, …}; reset() starts anew
"""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import signal
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from lab.apic import __main__ as server
from lab.apic import seed
from lab.apic.document import Element

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "lab-Secret.1"
PR_SET_PDEATHSIG = 1  # prctl(2)
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.apic_nursery"])


def configured(tree: dict) -> set[str]:
    """Distinguished names of everything in a tree as ``Apic.tree`` returns it."""
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        for body in waiting.pop().values():
            found.add(body["attributes"]["dn"])
            waiting += body.get("children", [])
    return found


class ApicRefused(AssertionError):
    """The API answered with an error; ``code`` and ``text`` are APIC's, ``http`` the status."""

    def __init__(self, http: int, code: str, text: str) -> None:
        super().__init__(f"HTTP {http}, APIC {code}: {text}")
        self.http, self.code, self.text = http, code, text


class Apic:
    """A running server and a client of its own, whose requests are not counted as the tested program's."""

    username = "admin"
    host = "127.0.0.1"

    def __init__(self, url: str, directory: Path, password: str, token: bool = True) -> None:
        self.url, self.password = url, password
        self.port = int(url.rpartition(":")[2])
        self.ca = str(directory / "ca.pem")
        self._context = ssl.create_default_context(cafile=self.ca)
        file = directory / "token"  # of a lab with secrets of its own
        self._token = {"X-Lab-Token": file.read_text()} if token and file.exists() else {}
        self._cookie = ""

    # -- plain HTTP -------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> object:
        """Send one request and return the decoded answer; ApicRefused if it is an error document."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-Lab-Uncounted": "1", **self._token, **(headers or {})}
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, context=self._context, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as problem:
            text = problem.read().decode()
            try:
                error = json.loads(text)["imdata"][0]["error"]["attributes"]
            except (ValueError, KeyError, IndexError):
                raise AssertionError(f"{method} {path}: HTTP {problem.code} {text}") from None
            raise ApicRefused(problem.code, error["code"], error["text"]) from None

    def login(self) -> str:
        """Log in as admin; the Cookie header's value."""
        user = {"aaaUser": {"attributes": {"name": self.username, "pwd": self.password}}}
        answer = self.call("POST", "/api/aaaLogin.json", user)
        return f"APIC-cookie={answer['imdata'][0]['aaaLogin']['attributes']['token']}"  # type: ignore[index]

    def _api(self, method: str, path: str, body: object = None) -> dict:
        self._cookie = self._cookie or self.login()
        try:
            return self.call(method, path, body, {"Cookie": self._cookie})  # type: ignore[return-value]
        except ApicRefused as refused:
            if refused.http != 403:
                raise
        self._cookie = self.login()  # a test let every token time out, this client's too
        return self.call(method, path, body, {"Cookie": self._cookie})  # type: ignore[return-value]

    # -- objects ----------------------------------------------------------------------------------

    def get(self, path: str) -> list[dict]:
        """imdata of a GET, for example ``get("/api/mo/uni/tn-k8s.json?rsp-subtree=full")``."""
        return self._api("GET", path)["imdata"]

    def post(self, dn: str, document: dict) -> list[dict]:
        """POST a document to a DN; imdata says what changed."""
        return self._api("POST", f"/api/mo/{dn}.json?rsp-subtree=modified", document)["imdata"]

    def delete(self, dn: str) -> None:
        """DELETE an object."""
        self._api("DELETE", f"/api/mo/{dn}.json")

    # -- the lab's helpers ------------------------------------------------------------------------

    def requests(self) -> dict[str, int]:
        """How often ``"<METHOD> <path>"`` was asked since the last reset."""
        return self.call("GET", "/lab/requests")  # type: ignore[return-value]

    def reset(self) -> None:
        """Start counting requests anew."""
        self.call("POST", "/lab/requests/reset")

    def tree(self) -> dict:
        """The whole configuration with its secrets, as the lab's leaves see it."""
        return self.call("GET", "/lab/tree")  # type: ignore[return-value]

    def operational(self, objects: Iterable[dict], owner: str = "test") -> None:
        """Replace the operational objects of an owner."""
        self.call("PUT", f"/lab/operational?owner={owner}", list(objects))

    def expire(self) -> None:
        """Let every token time out."""
        self.call("POST", "/lab/sessions/expire")

    def issues(self, issues: dict[str, str], owner: str = "test") -> None:
        """Make ``configIssues`` of these objects, by DN, exactly this."""
        self.call("PUT", f"/lab/issues?owner={owner}", issues)

    def inject(self, kind: object, count: int = 1, **more: object) -> None:
        """Order a fault for the next requests of others, see lab/apic/inject.py: ``inject("503", count=2)``."""
        self.call("POST", "/lab/inject", {"kind": str(kind), "count": count, **more})

    def pending(self) -> int:
        """How many of the ordered faults have not happened."""
        return self.call("GET", "/lab/inject")["pending"]  # type: ignore[index,call-overload]

    def forget(self) -> None:
        """Forget the orders that are left."""
        self.call("DELETE", "/lab/inject")

    def seed(
        self, *, asn: int = 65002, leaves: Iterable[int] = (101, 102, 103, 104), spines: Iterable[int] = (201, 202)
    ) -> None:
        """The fabric of the example inventory: nodes, AS number, MP-BGP reflectors, tenant k8s with VRF prod."""
        spines = tuple(spines)
        nodes = seed.nodes([(1, leaf) for leaf in leaves], [(1, spine) for spine in spines])
        self.operational([node.to_json() for node in nodes], owner="fabric")
        for element in (seed.fabric(asn, spines), Element("polUni", {}, [seed.tenant("k8s", ["prod"])])):
            self.post("uni", element.to_json())


@contextmanager
def start_apic(directory: Path, *arguments: str, password: str = PASSWORD) -> Iterator[Apic]:
    """Run ``python -m lab.apic`` with its certificates and log in ``directory``; further arguments are passed on.

    It is a process of its own, forked from one that has everything imported: a start takes a tenth of the time.
    """
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / "apic.log"
    options = ["--port", "0", "--print-url", "--tls-directory", str(directory), *arguments]
    reader, writer = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_serve, args=(options, password, log, writer), daemon=True)
    process.start()
    writer.close()
    try:
        with open(reader.fileno(), closefd=False) as output:
            url = output.readline().strip()
        if not url:
            raise AssertionError(f"the APIC did not start: {log.read_text()[-2000:]}")
        yield Apic(url, directory, password)
    finally:
        reader.close()
        process.kill()
        process.join(timeout=60)


def _serve(options: list[str], password: str, log: Path, output: Connection) -> None:
    """In the new process: the server's command line, its standard output and error as a parent of it would set them.

    It ends with the process that it was forked from, which ends with the test run, however that ends.
    """
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ["APIC_PASSWORD"] = password
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    os.dup2(output.fileno(), 1)
    output.close()
    server.main(options)


@pytest.fixture
def apic(tmp_path: Path) -> Iterator[Apic]:
    """A server of one test's own with the fabric of the example inventory; the counters start at zero."""
    with start_apic(tmp_path / "apic") as server:
        server.seed()
        server.reset()
        yield server
