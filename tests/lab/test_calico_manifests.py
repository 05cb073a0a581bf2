"""A cluster whose Calico came by manifests: no operator, agents in kube-system, two nodes of one rack."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import bringup
from lab.cluster import control
from lab.cluster.api import Api
from lab.context import Lab, run, wait_for
from tests import crds
from tests.inventories import write_inventory
from tests.lab import example

pytestmark = pytest.mark.lab

CLUSTER = "k8s-prod"
NODES = ("node1", "node2")


@dataclass
class Site:
    """The lab, the inventory, and where runs leave their files."""

    lab: Lab
    inventory: Path
    output: Path

    def play(self, *names: str) -> str:
        """What playbooks said."""
        done = example.playbook(self.lab, self.inventory, self.output, *names)
        return done.stdout + done.stderr

    def kubectl(self, *arguments: str) -> str:
        kubeconfig = self.lab.directory / f"{CLUSTER}.kubeconfig"
        return run([str(self.lab.directory / "bin" / "kubectl"), f"--kubeconfig={kubeconfig}", *arguments])

    def api(self) -> Api:
        made = control.layout(self.lab, CLUSTER)
        return Api(made.ports["kube-apiserver"], made.pki)


def intent() -> dict:
    """The example's first rack, with Calico and timers that it can hold."""
    cluster, fabric = example.cluster(), example.fabric()
    cluster |= {"cni": "calico", "calico": {"install": "manifest"}}
    cluster["bgp"] |= {"keepalive": 2, "hold": 6}
    cluster["l3out"].pop("leaves")
    fabric["racks"] = {"rack1": fabric["racks"]["rack1"]}
    nodes = {name: host for name, host in example.nodes().items() if name in NODES}
    return {"fabric": fabric, "clusters": {CLUSTER: {"cluster": cluster, "nodes": nodes}}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, lab_ready: None) -> Iterator[Site]:  # noqa: ARG001
    crds.required("calico", "calico-storage")
    directory = tmp_path_factory.mktemp("calico")
    lab = Lab(f"m{os.getpid()}")
    inventory = write_inventory(directory / "inventory", intent(), [CLUSTER])
    try:
        bringup.up(lab, inventory, None, lambda _: None)
        yield Site(lab, inventory, directory / "build")
    finally:
        bringup.down(lab, lambda _: None)


def test_its_nodes_peer_as_planned_and_a_second_run_changes_nothing(site: Site) -> None:
    said = site.play("site")
    assert f"cluster {CLUSTER}: 4 of 4 sessions Established" in said, said[-3000:]
    assert "changed=0 " in site.play("fabric", "clusters")
    ours = ("get", "secrets,roles,rolebindings", "--selector=app.kubernetes.io/managed-by", "--output=name")
    made = site.kubectl(*ours, "--all-namespaces")
    assert made == site.kubectl(*ours, "--namespace=kube-system")
    assert len(made.split()) == 3
    pool = site.api().request("GET", "/apis/projectcalico.org/v3/ippools/default-ipv4-ippool")["spec"]
    assert (pool["blockSize"], pool["natOutgoing"], pool["ipipMode"]) == (26, False, "Never")


def test_where_calico_s_storage_alone_is_served_a_run_says_so_and_writes_nothing(site: Site) -> None:
    (storage,) = crds.required("calico-storage")
    site.kubectl("delete", "crd", "--all")
    site.kubectl("apply", "--server-side", "--validate=false", "-f", str(storage))
    stored = "/apis/crd.projectcalico.org/v1/bgppeers"
    wait_for(lambda: '"bgppeers"' in site.kubectl("get", "--raw", "/apis/crd.projectcalico.org/v1"), stored)
    said = site.play("clusters")
    assert "Calico's API server is not there, only its storage, crd.projectcalico.org/v1" in said
    assert "Nothing was written." in said
    assert site.api().request("GET", stored)["items"] == []
