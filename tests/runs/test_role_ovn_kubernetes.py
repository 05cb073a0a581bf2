"""The role ovn_kubernetes, run by ansible-playbook against a real API server with both projects' definitions."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path

import pytest
import yaml

from tests import crds
from tests.plans import plan
from tests.roles import Role


class Cluster:
    """A cluster of OVN-Kubernetes in the shared API server: its plan, and Nodes of its own."""

    def __init__(self, api, directory: Path) -> None:
        self.api, tag = api, uuid.uuid4().hex[:8]
        self.role = Role("ovn_kubernetes", directory, api)
        self.plan = {**plan("ipv4"), "cni": "ovn_kubernetes", "cluster": f"c-{tag}"}
        self.plan["nodes"] = {f"{name}-{tag}": node for name, node in self.plan["nodes"].items()}
        self.plan["ovn_kubernetes"] = {"frr_namespace": f"frr-{tag}"}
        objects = [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}} for name in self.plan["nodes"]]
        objects.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"frr-{tag}"}})
        api.kubectl_run("create", "-f-", stdin=yaml.safe_dump_all(objects))

    def play(self, *arguments: str, **variables: object) -> subprocess.CompletedProcess:
        return self.role.play(self.plan, *arguments, **variables)

    def changed(self, *arguments: str, **variables: object) -> int:
        return self.role.changed(self.plan, *arguments, **variables)

    def refuse(self, text: str) -> None:
        """What OVN-Kubernetes' controller writes where it cannot do as told."""
        status = json.dumps({"status": {"status": f"Not Accepted: {text}"}})
        patch = ("--subresource=status", "--type=merge", f"--patch={status}")
        self.api.kubectl_run("patch", "routeadvertisements.k8s.ovn.org", "kubefabric-default", *patch)

    def ours(self) -> list:
        """The names of our objects."""
        kinds = "routeadvertisements.k8s.ovn.org,frrconfigurations.frrk8s.metallb.io,secrets"
        selector = f"--selector=bgp.kubefabric.io/cluster={self.plan['cluster']}"
        return sorted(item["metadata"]["name"] for item in self.api.get(kinds, "--all-namespaces", selector)["items"])


@pytest.fixture
def cluster(kubernetes, tmp_path):
    for project in ("ovn-kubernetes", "frr-k8s"):
        crds.apply(kubernetes, project)
    return Cluster(kubernetes, tmp_path)


def test_a_cluster_is_brought_to_the_plan_once_refusals_are_told_and_everything_is_taken_away_again(cluster):
    assert cluster.changed() == 1
    assert cluster.changed() == 0
    assert {"kubefabric-bgp", "kubefabric-default", "kubefabric-rack1", "kubefabric-rack2"} < set(cluster.ours())
    cluster.refuse("configuration error: DisableMP==false not supported")
    done = cluster.play(ovn_kubernetes_timeout=1)
    assert done.returncode == 2
    assert (
        f"cluster {cluster.plan['cluster']}: OVN-Kubernetes announces nothing of RouteAdvertisements "
        "kubefabric-default: Not Accepted: configuration error: DisableMP==false not supported"
    ) in " ".join(done.stdout.split())
    assert cluster.changed(ovn_kubernetes_state="absent") == 1
    assert cluster.ours() == []
    assert cluster.changed(ovn_kubernetes_state="absent") == 0
