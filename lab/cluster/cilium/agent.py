"""Keeps a cluster's GoBGPs at what Cilium's resources say: ``python -m lab.cluster.cilium.agent``.

It is Cilium's operator and every node's agent in one. A node runs GoBGP while a pod of the DaemonSet ``cilium`` is on
it. Each node's CiliumBGPNodeConfig gets the state of its sessions.
"""

from __future__ import annotations

import base64
import http.client
import subprocess
import sys
import time
from urllib.parse import quote

from lab.cluster import netns
from lab.cluster.api import Api, ApiError
from lab.cluster.cilium import gobgp, ipam, operator, reader
from lab.cluster.cilium.daemon import Daemon
from lab.cluster.mirror import Mirror
from lab.cluster.objects import homes, labels, name
from lab.cluster.serve import serve
from lab.context import Lab

STATUS_SECONDS = 5.0  # CRDStatusUpdateInterval
SECRETS_NAMESPACE = "kube-system"  # the chart's bgpControlPlane.secretsNamespace.name
V2 = "/apis/cilium.io/v2"
PATHS = {
    "nodes": "/api/v1/nodes",
    "pods": "/api/v1/pods",
    "services": "/api/v1/services",
    "secrets": f"/api/v1/namespaces/{SECRETS_NAMESPACE}/secrets",
    "endpointslices": "/apis/discovery.k8s.io/v1/endpointslices",
    **{
        plural: f"{V2}/{plural}"
        for plural in (
            "ciliumnodes",
            "ciliumbgpclusterconfigs",
            "ciliumbgpnodeconfigs",
            "ciliumbgpnodeconfigoverrides",
            "ciliumbgppeerconfigs",
            "ciliumbgpadvertisements",
            "ciliumloadbalancerippools",
        )
    },
}


class Agent:
    """Operator and agents of one cluster."""

    def __init__(self, lab: Lab, cluster: str, api: Api) -> None:
        self.lab, self.cluster, self.api = lab, cluster, api
        self.mirror = Mirror(api, PATHS)
        self.changed = self.mirror.changed
        self.daemons: dict[tuple[str, str], Daemon] = {}
        self.told: dict[str, list[str]] = {}
        self.reported = 0.0

    def once(self) -> None:
        """Bring everything to what the resources say now."""
        if not self.mirror.complete:
            return
        resources = reader.Resources(self.mirror.items())
        self._operate(resources)
        running = homes(resources["pods"], "cilium")
        wanted: dict[tuple[str, str], reader.Speaker] = {}
        for node in map(name, resources["nodes"]):
            if node in running and netns.identity(self.lab.node_namespace(self.cluster, node)) is not None:
                found = reader.speakers(resources, node, lambda secret: _password(resources, secret))
                wanted |= {(node, item.instance): item for item in found if item.router_id}
                self._tell(node, [text for item in found for text in item.problems])
        for key in set(self.daemons) - set(wanted):
            daemon = self.daemons.pop(key)
            daemon.stop() if key[0] in running else daemon.kill()
        for key, speaker in wanted.items():
            self._bring(key, speaker)
        if time.monotonic() - self.reported >= STATUS_SECONDS:
            self.reported = time.monotonic()
            self._report(resources)

    def close(self) -> None:
        """End every GoBGP."""
        for daemon in self.daemons.values():
            daemon.stop()

    def _bring(self, key: tuple[str, str], speaker: reader.Speaker) -> None:
        daemon = self.daemons.setdefault(key, Daemon(self.lab, self.cluster, *key))
        try:
            daemon.bring(speaker)
        except (RuntimeError, TimeoutError, subprocess.TimeoutExpired) as error:
            print(f"{key[0]}: {error}", flush=True)
            daemon.stop()
            self.changed.set()

    def _tell(self, where: str, problems: list[str]) -> None:
        """Log problems once."""
        if self.told.get(where, []) != problems:
            self.told[where] = problems
            for problem in problems:
                print(f"{where}: {problem}", flush=True)

    # -- the operator -------------------------------------------------------------------------------------

    def _operate(self, resources: reader.Resources) -> None:
        nodes = resources["nodes"]
        self._sync("ciliumnodes", resources, {name(node): operator.cilium_node(node) for node in nodes})
        configs = operator.node_configs(
            nodes,
            resources["ciliumbgpclusterconfigs"],
            resources["ciliumbgpnodeconfigoverrides"],
            resources["ciliumbgpnodeconfigs"],
        )
        self._sync("ciliumbgpnodeconfigs", resources, configs)
        self._tell("operator", operator.conflicts(nodes, resources["ciliumbgpclusterconfigs"]))
        given = ipam.assignments(resources["services"], resources["ciliumloadbalancerippools"])
        for (namespace, service), addresses in given.items():
            path = f"/api/v1/namespaces/{quote(namespace)}/services/{quote(service)}/status"
            self.api.patch(path, {"status": {"loadBalancer": {"ingress": [{"ip": text} for text in addresses]}}})

    def _sync(self, plural: str, resources: reader.Resources, wanted: dict[str, dict]) -> None:
        """Create, correct and delete the operator's own objects."""
        present = {name(item): item for item in resources[plural]}
        for key, item in wanted.items():
            found = present.get(key)
            if found is None:
                self._tolerant("POST", f"{V2}/{plural}", item)
            elif found["spec"] != item["spec"] or _metadata(found) != _metadata(item):
                gone = dict.fromkeys(set(labels(found)) - set(labels(item)))
                metadata = {**_metadata(item), "labels": {**gone, **labels(item)}}
                self.api.patch(f"{V2}/{plural}/{quote(key)}", {"metadata": metadata, "spec": item["spec"]})
        for key in set(present) - set(wanted):
            self._tolerant("DELETE", f"{V2}/{plural}/{quote(key)}")

    def _tolerant(self, method: str, path: str, body: dict | None = None) -> None:
        """A call whose effect may be there already: what the mirror shows is always a little old."""
        try:
            self.api.request(method, path, body)
        except ApiError as error:
            if error.status not in (http.client.CONFLICT, http.client.NOT_FOUND):
                raise

    def _report(self, resources: reader.Resources) -> None:
        """Write the state of the sessions where it is another than before."""
        for item in resources["ciliumbgpnodeconfigs"]:
            instances = [
                gobgp.instance_status(instance, daemon.neighbors())
                for instance in item["spec"]["bgpInstances"]
                if (daemon := self.daemons.get((name(item), instance["name"])))
            ]
            if (item.get("status") or {}).get("bgpInstances", []) != instances:
                path = f"{V2}/ciliumbgpnodeconfigs/{quote(name(item))}/status"
                self.api.patch(path, {"status": {"bgpInstances": instances}})


def _metadata(item: dict) -> dict:
    """What the operator decides of an object's metadata."""
    return {key: item["metadata"][key] for key in ("labels", "ownerReferences") if item["metadata"].get(key)}


def _password(resources: reader.Resources, secret: str) -> str | None:
    """The password that a Secret of the BGP secrets' namespace holds: None without the Secret, "" without the key."""
    item = resources.named("secrets", secret)
    if item is None:
        return None
    return base64.b64decode((item.get("data") or {}).get("password") or "").decode()


if __name__ == "__main__":
    sys.exit(serve("lab.cluster.cilium.agent", __doc__, Agent))
