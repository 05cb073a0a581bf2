"""Keeps BIRD on every node of a cluster at what Calico's resources say: ``python -m lab.cluster.calico.agent``.

Watches every resource, and touches a node's BIRD only when its configuration changed. A node runs BIRD while a
calico-node pod is on it. Each node's CalicoNodeStatus gets the state of its sessions.
"""

from __future__ import annotations

import base64
import datetime
import functools
import http.client
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from lab import private
from lab.cluster import netns, objects
from lab.cluster.api import Api, ApiError
from lab.cluster.calico import bird, felix, model, reader
from lab.cluster.mirror import Mirror
from lab.cluster.serve import serve
from lab.context import Lab, process_id, process_names, start_process, stop_process

V3 = "/apis/projectcalico.org/v3"
PATHS = {
    "nodes": "/api/v1/nodes",
    "pods": "/api/v1/pods",
    "namespaces": "/api/v1/namespaces",
    "services": "/api/v1/services",
    "endpointslices": "/apis/discovery.k8s.io/v1/endpointslices",
    "installations": "/apis/operator.tigera.io/v1/installations",
    **{
        name: f"{V3}/{name}"
        for name in ("bgpconfigurations", "bgppeers", "bgpfilters", "ippools", "blockaffinities", "caliconodestatuses")
    },
}
_PROTOCOL = re.compile(r"^(Mesh|Global|Node)_(\S+?)(?:_port_\d+)?\s+BGP\s+\S+\s+\S+\s+\S+(?:\s+(.*))?$")
_TYPES = {"Mesh": "NodeMesh", "Global": "GlobalPeer", "Node": "NodePeer"}


class Agent:
    """The BIRDs of one cluster."""

    def __init__(self, lab: Lab, cluster: str, api: Api) -> None:
        self.lab, self.cluster, self.api = lab, cluster, api
        self.mirror = Mirror(api, PATHS)
        self.changed = self.mirror.changed
        self.written: dict[str, str] = {}

    def once(self) -> None:
        """Bring every node to what the resources say now."""
        if not self.mirror.complete:
            return
        resources = model.Resources(self.mirror.items())
        homes = objects.homes(resources["pods"], "calico-node")
        passwords = functools.cache(self._password)  # asked once a look, whatever the number of nodes and peers
        for node in resources["nodes"]:
            name = node["metadata"]["name"]
            if name in homes and netns.identity(self.lab.node_namespace(self.cluster, name)) is not None:
                self._bring(resources, name, functools.partial(passwords, homes[name]))
            else:
                self._stop(name)
        for status in resources["caliconodestatuses"]:
            self._report(status, homes)

    def close(self) -> None:
        """End every BIRD."""
        for name in process_names(self.lab):
            if name.startswith(f"{self.cluster}-bird-"):
                stop_process(self.lab, name)

    # -- one node -----------------------------------------------------------------------------------------

    def _process(self, name: str) -> str:
        return f"{self.cluster}-bird-{name}"

    def _file(self, name: str, suffix: str) -> Path:
        return self.lab.file("cluster", self.cluster, "bird", f"{name}.{suffix}")

    def _bring(self, resources: model.Resources, name: str, passwords: reader.Passwords) -> None:
        felix.address(self.lab.node_namespace(self.cluster, name), reader.peering_addresses(resources))
        speaker = reader.speaker(resources, name, passwords)
        text = bird.configuration(speaker)
        running = process_id(self.lab, self._process(name)) is not None
        if running and self.written.get(name) == text:
            return
        path = self._file(name, "conf")
        private.write(path, text)
        self.written[name] = text
        for problem in speaker.problems:
            print(f"{name}: {problem}", flush=True)
        if not check(path):
            return
        if running:
            self._control(name, "configure")
            return
        command = ["bird", "-f", "-c", str(path), "-s", str(self._file(name, "ctl"))]
        start_process(self.lab, self._process(name), command, namespace=self.lab.node_namespace(self.cluster, name))

    def _stop(self, name: str) -> None:
        self.written.pop(name, None)
        if process_id(self.lab, self._process(name)) is not None:
            stop_process(self.lab, self._process(name))

    def _control(self, name: str, *words: str) -> str:
        command = ["birdc", "-s", str(self._file(name, "ctl")), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    # -- the API server -----------------------------------------------------------------------------------

    def _password(self, namespace: str, secret: str, key: str) -> str | None:
        """A password as calico-node reads it: the Secret is there, and a Role lets its account list and watch it."""
        if not all(self._may(namespace, verb, secret) for verb in ("list", "watch")):
            return None
        try:
            data = self.api.request("GET", f"/api/v1/namespaces/{quote(namespace)}/secrets/{quote(secret)}")
        except ApiError as error:
            if error.status == http.client.NOT_FOUND:
                return None
            raise
        text = (data.get("data") or {}).get(key)
        return None if text is None else base64.b64decode(text).decode()

    def _may(self, namespace: str, verb: str, secret: str) -> bool:
        """Whether calico-node's account may do this with a Secret."""
        user = f"system:serviceaccount:{namespace}:calico-node"
        wanted = {"namespace": namespace, "verb": verb, "resource": "secrets", "name": secret}
        review = {"spec": {"user": user, "resourceAttributes": wanted}}
        path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
        return self.api.request("POST", path, review)["status"]["allowed"]

    def _report(self, item: dict, homes: dict) -> None:
        """Write a CalicoNodeStatus when it is due."""
        name, spec = item["spec"].get("node"), item["spec"]
        before, now = (item.get("status") or {}).get("lastUpdated"), datetime.datetime.now(datetime.timezone.utc)
        period = datetime.timedelta(seconds=spec.get("updatePeriodSeconds") or 10)
        due = not before or now - datetime.datetime.fromisoformat(before.replace("Z", "+00:00")) >= period
        if name not in homes or not due:
            return
        status: dict = {"lastUpdated": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
        if "BGP" in (spec.get("classes") or []):
            status["bgp"] = sessions(self._control(name, "show", "protocols"))
        path = f"{V3}/caliconodestatuses/{quote(item['metadata']['name'])}"
        self.api.patch(path, {"status": status})


def check(path: Path) -> bool:
    """Whether BIRD takes a configuration; one that it does not take leaves the running one as it is."""
    done = subprocess.run(["bird", "-p", "-c", str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{path}: {done.stderr.strip()}", flush=True)
    return done.returncode == 0


def sessions(protocols: str) -> dict:
    """CalicoNodeStatus.status.bgp from what ``show protocols`` prints."""
    found: dict[str, list] = {"V4": [], "V6": []}
    for line in protocols.splitlines():
        hit = _PROTOCOL.match(line.strip())
        if hit:
            version = "V4" if re.fullmatch(r"\d+_\d+_\d+_\d+", hit[2]) else "V6"
            address = hit[2].replace("_", "." if version == "V4" else ":")
            state = (hit[3] or "Idle").split()[0]
            found[version].append({"peerIP": address, "state": state, "type": _TYPES[hit[1]], "since": ""})
    result: dict = {}
    for version, peers in found.items():
        up = sum(peer["state"] == "Established" for peer in peers)
        result[f"peers{version}"] = peers
        result[f"numberEstablished{version}"] = up
        result[f"numberNotEstablished{version}"] = len(peers) - up
    return result


if __name__ == "__main__":
    sys.exit(serve("lab.cluster.calico.agent", __doc__, Agent))
