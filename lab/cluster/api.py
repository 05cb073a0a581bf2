"""The few calls to a Kubernetes API server that the lab itself makes, on the standard library alone."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode


class ApiError(RuntimeError):
    """The API server said no; ``status`` is HTTP's code."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """An API server on 127.0.0.1, spoken to with one of the PKI directory's identities; safe between threads."""

    def __init__(self, port: int, pki: Path, identity: str = "admin") -> None:
        self.port = port
        self._context = ssl.create_default_context(cafile=str(pki / "ca.crt"))
        self._context.load_cert_chain(pki / f"{identity}.crt", pki / f"{identity}.key")

    def request(
        self, method: str, path: str, body: object = None, *, content: str = "application/json", timeout: float = 10.0
    ) -> dict:
        """One call; ``body`` goes as JSON. Returns the answer's document, ApiError if it is an error."""
        connection = self._connect(timeout)
        try:
            response = self._send(connection, method, path, body, content)
            text = response.read().decode()
        finally:
            connection.close()
        return json.loads(text) if text.startswith("{") else {"text": text}

    def patch(self, path: str, body: object) -> dict:
        """A JSON merge patch."""
        return self.request("PATCH", path, body, content="application/merge-patch+json")

    def ready(self) -> bool:
        """Whether the API server serves requests and has its start-up behind it."""
        try:
            return self.request("GET", "/readyz", timeout=2.0)["text"] == "ok"
        except (OSError, http.client.HTTPException, ApiError):
            return False

    def watch(self, path: str, version: str, seconds: int = 300) -> Iterator[dict]:
        """Events of a collection from a resourceVersion on, until the server ends it after ``seconds``."""
        query = {"watch": "1", "resourceVersion": version, "timeoutSeconds": seconds, "allowWatchBookmarks": "true"}
        connection = self._connect(seconds + 30.0)
        try:
            response = self._send(connection, "GET", f"{path}?{urlencode(query)}", None, "application/json")
            for line in response:
                yield json.loads(line)
        finally:
            connection.close()

    def _connect(self, timeout: float) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self._context)

    @staticmethod
    def _send(
        connection: http.client.HTTPSConnection, method: str, path: str, body: object, content: str
    ) -> http.client.HTTPResponse:
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, {"Content-Type": content, "Accept": "application/json"})
        response = connection.getresponse()
        if response.status >= 400:
            text = response.read().decode(errors="replace")
            raise ApiError(response.status, f"{method} {path}: {response.status} {_message(text)}")
        return response


def _message(text: str) -> str:
    """The message inside a Status object, or the text itself."""
    try:
        return json.loads(text)["message"]
    except (ValueError, KeyError, TypeError):
        return text.strip()[:500]


def pod_path(namespace: str, name: str) -> str:
    """The path of a pod."""
    return f"/api/v1/namespaces/{quote(namespace)}/pods/{quote(name)}"
