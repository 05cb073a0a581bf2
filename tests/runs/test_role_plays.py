"""Every role's README has an inventory and a play: they are run, several of them in one process of ansible-playbook."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests import crds, role_plays
from tests.apic import apic, configured  # noqa: F401 - fixture
from tests.programs import ansible_playbook

FABRIC = ["aci_access", "aci_contracts", "aci_fabric_bgp", "aci_l3out", "aci_snapshot", "intent"]
# in check mode: one API server stands for the clusters of all of them
CLUSTERS = ["calico", "cilium", "kube_router", "nested_cluster", "ovn_kubernetes", "report", "verify"]
HOSTS = ["node_peering", "node_vrf", "route_reflectors"]
NAMESPACES = ("calico-system", "frr-k8s-system")


class Plays:
    """The plays of some READMEs in a directory, with what stands for the user's vault, controllers and clusters."""

    def __init__(self, directory: Path, roles: list[str]) -> None:
        self.directory = directory
        self.arguments = role_plays.write(directory, roles)
        self.given: dict = {
            "vault_apic_password": "none",
            "vault_bgp_password": "s3cret",
            "kubefabric_allocations_file": str(directory / "allocations.yml"),
            "aci_l3out_wait_for_faults": 0,
        }

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        (self.directory / "given.yml").write_text(yaml.safe_dump(self.given))
        return ansible_playbook("-e", "@given.yml", *arguments, *self.arguments, cwd=self.directory, **environment)


def _changed(done: subprocess.CompletedProcess) -> dict[str, int]:
    """How many tasks changed something, by host, of a run in which nothing failed."""
    assert done.returncode == 0, done.stdout + done.stderr
    return {
        host: int(count) for host, count in re.findall(r"^(\S+) +: ok=.*? changed=(\d+)", done.stdout, re.MULTILINE)
    }


@pytest.fixture
def fabric(tmp_path, apic):  # noqa: F811
    plays = Plays(tmp_path, FABRIC)
    plays.given["kubefabric_apic"] = {"hosts": [apic.host], "port": apic.port, "password": apic.password}
    plays.environment = {"SSL_CERT_FILE": apic.ca, "no_proxy": "*"}
    return plays


def test_every_role_has_an_inventory_and_a_play_in_its_readme_and_each_is_run_here() -> None:
    assert sorted([*FABRIC, *CLUSTERS, *HOSTS]) == role_plays.ROLES
    for role in role_plays.ROLES:
        found = role_plays.files(role)
        assert set(found) == {"inventory", "play"}, role
        assert f"kubefabric.bgp.{role}" in found["play"]


def test_the_plays_of_the_fabric_s_roles_plan_and_apply_by_themselves(fabric, apic):  # noqa: F811
    changed = _changed(fabric.run(**fabric.environment))
    assert all(changed[host] for host in ("k8s-access", "k8s-contracts", "k8s-l3out", "dc1"))
    found = configured(apic.tree())
    assert {"uni/tn-k8s/out-k8s-l3out", "uni/tn-k8s/out-k8s-contracts", "uni/tn-k8s/brc-k8s-web"} < found
    assert "uni/tn-k8s/out-k8s-access" not in found and "uni/phys-k8s-access" in found


def test_the_plays_of_the_clusters_roles_plan_by_themselves(tmp_path, kubernetes, apic):  # noqa: F811
    for project in ("calico", "cilium", "ovn-kubernetes", "frr-k8s"):
        crds.apply(kubernetes, project)
    plays = Plays(tmp_path, CLUSTERS)
    plays.given["kubefabric_kubeconfig"] = str(kubernetes.kubeconfig)
    plays.given["kubefabric_apic"] = {"hosts": [apic.host], "port": apic.port, "password": apic.password}
    groups = [yaml.safe_load(role_plays.files(role)["inventory"]) for role in CLUSTERS]
    nodes = {node for group in groups for name in group if name.endswith("_nodes") for node in group[name]["hosts"]}
    objects = [{"kind": "Node", "metadata": {"name": name}} for name in sorted(nodes)]
    objects += [{"kind": "Namespace", "metadata": {"name": name}} for name in NAMESPACES]
    kubernetes.kubectl_run("apply", "-f-", stdin=yaml.safe_dump_all({"apiVersion": "v1", **one} for one in objects))
    changed = _changed(plays.run("--check", SSL_CERT_FILE=apic.ca, no_proxy="*"))
    for host in ("k8s-calico", "k8s-cilium", "k8s-router", "k8s-parent", "red", "k8s-ovn", "k8s-report"):
        assert changed[host], host


def test_the_plays_of_hosts_plan_the_clusters_of_their_hosts(tmp_path):
    plays = Plays(tmp_path, HOSTS)
    root = tmp_path / "image"
    plays.given |= {
        "ansible_connection": "local",
        "ansible_become": False,
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "node_peering_root": str(root / "{{ inventory_hostname }}"),
        "node_vrf_root": str(root / "{{ inventory_hostname }}"),
    }
    changed = _changed(plays.run("--limit", "k8s_hosts_nodes,vrf_hosts,reflector_hosts"))
    assert all(changed[host] for host in ("hosts-node1", "hosts-node2", "vrf-host1", "rr1"))
    text = (root / "hosts-node2" / "etc/frr/frr.conf").read_text()
    for line in ("router bgp 65003", " bgp router-id 192.168.19.2", " neighbor 192.168.19.252 password s3cret"):
        assert f"{line}\n" in text
    assert "bgp cluster-id 244.0.0.1" in (root / "rr1" / "etc/frr/frr.conf").read_text()
