"""A cluster whose nodes peer with routers, by the playbooks, on a real API server: no APIC is asked for anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests import crds
from tests.inventories import write_inventory
from tests.plans import GOLDEN
from tests.programs import ansible_playbook

CASE = "routers-calico"
CLUSTER = "k8s-prod"
BLOCKS = {"node1": "10.1.0.0/26", "node2": "10.1.0.64/26"}
READY = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}


class Site:
    """The inventory of the golden case, and the API server in which its cluster is."""

    def __init__(self, directory: Path, api) -> None:
        self.directory, self.api = directory, api
        intent = yaml.safe_load((GOLDEN / CASE / "intent.yml").read_text())
        intent["clusters"][CLUSTER]["cluster"]["kubeconfig"] = str(api.kubeconfig)
        write_inventory(directory / "inventory", intent, [CLUSTER])

    def play(self, name: str, *arguments: str) -> str:
        """What a run of a playbook said, and how it ended."""
        done = ansible_playbook(f"kubefabric.bgp.{name}", "-i", "inventory", *arguments, cwd=self.directory)
        return f"{' '.join(done.stdout.split())} {done.stderr} rc={done.returncode}"

    def create(self, *objects: dict) -> None:
        self.api.kubectl_run("apply", "--server-side", "--force-conflicts", "-f-", stdin=yaml.safe_dump_all(objects))

    def status(self, kind: str, name: str, status: dict, *where: str) -> None:
        self.api.kubectl_run("patch", kind, name, "--type=merge", f"--patch={json.dumps(status)}", *where)

    def agents_run(self) -> None:
        """Calico's agents, as far as verification sees them."""
        for name in BLOCKS:
            pod = {"name": f"calico-{name}", "namespace": "calico-system", "labels": {"k8s-app": "calico-node"}}
            container = {"name": "calico-node", "image": "calico/node:v3.32.0"}
            spec = {"nodeName": name, "containers": [container]}
            self.create({"apiVersion": "v1", "kind": "Pod", "metadata": pod, "spec": spec})
            self.status("pod", f"calico-{name}", READY, "--namespace=calico-system", "--subresource=status")

    def reports(self, name: str, **states: str) -> None:
        """What a node's agent reports of its sessions; the peers' addresses have _ for dots."""
        peers = [{"peerIP": peer.strip("p").replace("_", "."), "state": state} for peer, state in states.items()]
        kinds = ("numberEstablishedV4", "numberEstablishedV6", "numberNotEstablishedV4", "numberNotEstablishedV6")
        bgp = {**dict.fromkeys(kinds, 0), "peersV4": peers}
        self.status("caliconodestatus", name, {"status": {"bgp": bgp}})


@pytest.fixture
def site(kubernetes, tmp_path):
    crds.apply(kubernetes, "calico")
    crds.namespace(kubernetes, "calico-system")
    made = Site(tmp_path, kubernetes)
    account = {"name": "default", "namespace": "calico-system"}
    made.create(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account},
        *(
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": name},
                "spec": {"podCIDRs": [block], "podCIDR": block},
            }
            for name, block in BLOCKS.items()
        ),
    )
    yield made
    made.play("teardown", "-e", f"kubefabric_teardown_confirm={CLUSTER}")


def test_a_cluster_comes_to_its_routers_without_an_apic_and_is_verified_by_its_own_status(site):
    assert "rc=0" in site.play("plan")
    assert sorted(path.name for path in (site.directory / "build" / CLUSTER).iterdir()) == [
        *("README.md", "kubernetes.yml", "plan.yml"),
    ]
    said = site.play("fabric")
    assert "rc=0" in said
    assert "Fabric dc1 is of kind routers: there is no APIC, and nothing of it is configured here." in said

    said = site.play("clusters", "-e", "calico_wait_for_sessions=false")
    assert "rc=0" in said and "changed=1" in said, said
    assert "changed=0" in site.play("clusters", "-e", "calico_wait_for_sessions=false")
    peers = {item["metadata"]["name"]: item["spec"] for item in site.api.get("bgppeers.projectcalico.org")["items"]}
    assert "nodeSelector" not in peers["router-my-global-peer-ipv4"]
    assert peers["router-rack1-tor-ipv4"]["nodeSelector"] == 'rack == "rack-1"'

    site.agents_run()
    site.reports("node1", p192_20_30_40="Established", p192_20_30_41="Established")
    site.reports("node2", p192_20_30_40="Established")
    said = site.play("verify", "-e", "verify_wait=0")
    assert "rc=0" in said, said
    assert f"cluster {CLUSTER}: 3 of 3 sessions Established" in said
    assert "NODE ROUTER FAMILY" in said

    site.reports("node2", p192_20_30_40="Connect")
    said = site.play("site", "-e", "verify_wait=0")
    assert "node2 (192.20.30.2) and router my-global-peer (192.20.30.40): the session is connect" in said
    assert "rc=2" in said

    said = site.play("report")
    assert "rc=0" in said, said
    page = (site.directory / "build" / CLUSTER / "report.md").read_text()
    assert "peer with 2 routers, which are not configured here" in page
    assert "router my-global-peer" in (site.directory / "build" / CLUSTER / "report.html").read_text()
