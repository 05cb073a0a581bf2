"""Every example of the modules that write does what it says: on the lab's APIC, a real API server, images of hosts."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.action.node_peering import with_plan
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.modules import (
    aci_l3out,
    aci_tree,
    cluster_resources,
    node_peering,
)
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.documents import documents
from tests import plans
from tests.apic import apic, configured  # noqa: F401 - fixture
from tests.examples import names, options
from tests.run_module import module_name, run_module

SECRETS = {"apic_password": "none", "bgp_password": "s3cret", "bgp_password_key": "sixteen characters"}
# of an example: what there is afterwards, or is not
WRITTEN = {
    "Apply the L3Out of a plan": "uni/tn-k8s/out-k8s-prod",
    "Apply an L3Out with floating SVIs, one rack": "uni/tn-k8s/out-k8s-prod",
    "Apply an L3Out with standard SVIs, one per node": "uni/tn-k8s/out-k8s-test",
    "Apply an L3Out with rules of its own for routes, and with contracts": "uni/tn-k8s/brc-edge-web",
    "Apply the access policies of a plan alone": "uni/phys-k8s-prod",
    "Apply the contracts of a plan alone": "uni/tn-k8s/out-k8s-prod",
    "Apply a match rule in a tenant that another tool manages": "uni/tn-k8s/subj-monitoring/dest-[10.3.0.0/16]",
    "Apply the same rule with another prefix, and delete prefixes that are not named any more": (
        "uni/tn-k8s/subj-monitoring/dest-[10.4.0.0/16]"
    ),
    "Apply a VLAN pool that clusters share; it goes with the last owner": "uni/infra/vlanns-[k8s-shared]-static",
    "Apply a contract with a class that this collection does not know": "uni/tn-k8s/taboo-telnet",
    "Apply a rendered plan": "uni/tn-k8s/out-k8s-prod",
}
REMOVED = {
    "Remove the L3Out of a plan": "uni/tn-k8s/out-k8s-prod",
    "Remove the match rule": "uni/tn-k8s/subj-monitoring",
}


@pytest.mark.parametrize("module", [aci_l3out, aci_tree], ids=module_name)
def test_examples_of_the_fabric(module, apic, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("SSL_CERT_FILE", apic.ca)
    monkeypatch.chdir(tmp_path)
    plan = plans.golden("floating-ipv4")["k8s-prod"]
    rendered = tmp_path / "build" / "k8s-prod" / "apic.json"
    rendered.parent.mkdir(parents=True)
    rendered.write_text(documents(plan, "s3cret")["apic.json"])
    there = {"host": apic.host, "port": apic.port, "username": apic.username, "password": apic.password}
    for name in names(module):
        given = options(module, name, tmp_path, {**SECRETS, "kubefabric_plan": plan})
        task = {**given, **there, "use_proxy": False, "wait_for_faults": 0}
        assert run_module(module, task, check=True)["changed"] or "alone" in name, name
        run_module(module, task)
        assert not run_module(module, task)["changed"], name
        found = configured(apic.tree())
        assert WRITTEN[name] in found if name in WRITTEN else REMOVED[name] not in found, name


def _cluster(kubernetes, tmp_path: Path) -> dict:
    """Variables of the examples for a cluster of the shared API server: names in them are made its own."""
    tag = uuid.uuid4().hex[:8]
    plan = {**plans.plan(), "cluster": f"c-{tag}"}
    plan["nodes"] = {f"{name}-{tag}": node for name, node in plan["nodes"].items()}
    nodes = [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}} for name in plan["nodes"]]
    foreign = {"name": f"peering-notes-{tag}", "namespace": "kube-system"}
    nodes.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": foreign, "data": {"note": "mine"}})
    kubernetes.kubectl_run("create", "-f-", stdin=yaml.safe_dump_all(nodes))
    rendered = tmp_path / "build" / "k8s-prod" / "kubernetes.yml"
    rendered.parent.mkdir(parents=True)
    rendered.write_text(yaml.safe_dump_all(resources(plan, {"bgp_password": "s3cret"})))
    return {"tag": tag, "kubefabric_plan": plan, "kubefabric_cluster": {"bgp": {"password": "s3cret"}}}


def _own(value, tag: str):
    """Names of the example as names of this test's cluster."""
    if isinstance(value, dict):
        return {key: _own(item, tag) for key, item in value.items()}
    if isinstance(value, list):
        return [_own(item, tag) for item in value]
    if value == "k8s-prod":
        return f"c-{tag}"
    return f"{value}-{tag}" if value in ("node1", "node2", "peering-contacts", "peering-notes") else value


def test_examples_of_the_cluster(kubernetes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = _cluster(kubernetes, tmp_path)
    done = {}
    for name in names(cluster_resources):
        given = _own(options(cluster_resources, name, tmp_path, known), known["tag"])
        task = {**given, "kubeconfig": str(kubernetes.kubeconfig)}
        done[name] = run_module(cluster_resources, task)["changes"]
        assert run_module(cluster_resources, task)["changes"] == [], name
    assert all(done[name] for name in done if "rendered" not in name and "kube-router" not in name), done
    kept = kubernetes.get("configmap", "--namespace=kube-system", f"peering-notes-{known['tag']}")
    assert kept["data"] == {"note": "rack1 first"}


def test_examples_of_a_host(tmp_path):
    firewalls = {
        "kubefabric_plan": plans.golden("hosts")["firewalls"],
        "kubefabric_cluster": {"bgp": {"password": "s3cret"}},
    }
    known = {**SECRETS, "red_password": "inner", "hostvars": {"firewalls": firewalls}}
    known["kubefabric_plan"] = plans.nested_by_hosts()
    for number, name in enumerate(names(node_peering)):
        root = tmp_path / str(number)
        root.mkdir()
        given = options(node_peering, name, tmp_path, known)
        task = {**with_plan(given, "fw1"), "root": str(root)}
        task.pop("uplink", None)  # an image has no interface
        done = run_module(node_peering, task)
        assert done["changed"] is (given.get("state") != "absent"), name
        assert not run_module(node_peering, task)["changed"], name
