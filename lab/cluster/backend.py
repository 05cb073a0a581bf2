"""What the agents need of the lab and the API server; every call blocks and is made from a worker thread."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lab.cluster.api import Api, ApiError, pod_path
from lab.cluster.objects import internal_addresses
from lab.cluster.pods import ConfigError, Lookup
from lab.cluster.volumes import Token
from lab.context import Lab


@dataclass(frozen=True)
class Backend:
    """One cluster of a lab, as its agents see it."""

    lab: Lab
    cluster: str
    api: Api
    program: Callable[[str], Path]  # where one of the lab's tools is

    @property
    def directory(self) -> Path:
        """The cluster's files."""
        return self.lab.directory / "cluster" / self.cluster

    def namespace(self, node: str) -> str:
        """The network namespace that stands for a node."""
        return self.lab.node_namespace(self.cluster, node)

    def log(self, node: str, container: str) -> Path:
        """Where a container's output is kept."""
        return self.lab.file("logs", f"{self.cluster}-{node}-{container}.log")

    def node_addresses(self, node: str) -> list[str]:
        """The InternalIPs of a node, in its own order."""
        return internal_addresses(self.api.request("GET", f"/api/v1/nodes/{quote(node)}"))

    def lookup(self, namespace: str) -> Lookup:
        """A function that reads ConfigMaps and Secrets of a Kubernetes namespace as text."""

        def read(kind: str, name: str) -> Mapping[str, str] | None:
            path = f"/api/v1/namespaces/{quote(namespace)}/{kind.lower()}s/{quote(name)}"
            try:
                data = self.api.request("GET", path).get("data") or {}
            except ApiError as error:
                if error.status == http.client.NOT_FOUND:
                    return None
                raise
            if kind == "Secret":
                return {key: base64.b64decode(value).decode(errors="replace") for key, value in data.items()}
            return data

        return read

    def token(self, pod: Mapping) -> Token:
        """A function that asks for a token of the pod's service account, bound to the pod (TokenRequest)."""
        namespace, account = pod["metadata"]["namespace"], pod["spec"].get("serviceAccountName", "default")
        path = f"/api/v1/namespaces/{quote(namespace)}/serviceaccounts/{quote(account)}/token"
        bound = {"kind": "Pod", "apiVersion": "v1", "name": pod["metadata"]["name"], "uid": pod["metadata"]["uid"]}

        def request(audience: str, seconds: int) -> str:
            spec = {"expirationSeconds": seconds, "boundObjectRef": bound, "audiences": [audience] if audience else []}
            try:
                return self.api.request("POST", path, {"spec": spec})["status"]["token"]
            except ApiError as error:
                raise ConfigError(f"no token for service account {namespace}/{account}: {error}") from error

        return request

    def write_status(self, pod: Mapping, status: dict) -> None:
        """Write a pod's status; a pod that is gone, or another of the same name by now, is ignored."""
        metadata = pod["metadata"]
        path = pod_path(metadata["namespace"], metadata["name"]) + "/status"
        self._tolerant("PATCH", path, {"metadata": {"uid": metadata["uid"]}, "status": status})

    def forget(self, pod: Mapping) -> None:
        """Tell the API server that a deleted pod's containers have ended: now it removes the object."""
        metadata = pod["metadata"]
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": metadata["uid"]}}
        self._tolerant("DELETE", pod_path(metadata["namespace"], metadata["name"]), options)

    def _tolerant(self, method: str, path: str, body: dict) -> None:
        content = "application/merge-patch+json" if method == "PATCH" else "application/json"
        try:
            self.api.request(method, path, body, content=content)
        except ApiError as error:
            if error.status not in (http.client.NOT_FOUND, http.client.CONFLICT):
                print(error, flush=True)
        except (OSError, http.client.HTTPException) as error:
            print(f"{method} {path}: {error}", flush=True)
