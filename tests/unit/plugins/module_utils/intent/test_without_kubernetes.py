"""Options of a cluster whose network has no Kubernetes."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import Findings
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.network import ClusterNetwork
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.options_cluster import cluster_options
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.without_kubernetes import without_kubernetes

NETWORKS = {
    "pods": ClusterNetwork("pods", "Pods", {}, "With Kubernetes"),
    "hosts": ClusterNetwork("hosts", "Hosts", {}, "Without", kubernetes=False),
}
OPTIONS = cluster_options(NETWORKS)
GIVEN = {
    "asn": 65010,
    "kubeconfig": "~/.kube/fw",
    "networks": {"node": ["192.168.9.0/24"], "pod": ["10.1.0.0/16"]},
    "workload_peering": None,
}


def test_with_kubernetes_everything_stays_as_it_is():
    findings = Findings()
    given = {**GIVEN, "cni": "pods"}
    assert without_kubernetes(given, OPTIONS, NETWORKS, "fw", findings) == (given, OPTIONS)
    assert findings.errors == []


def test_without_kubernetes_what_only_kubernetes_has_is_reported_left_out_and_no_longer_required():
    findings = Findings()
    given, options = without_kubernetes({**GIVEN, "cni": "hosts"}, OPTIONS, NETWORKS, "fw", findings)
    assert given["networks"] == {"node": ["192.168.9.0/24"]}
    assert "kubeconfig" not in given
    required = {name: option.get("required", False) for name, option in options["networks"]["options"].items()}
    assert required == {"node": True, "pod": False, "service": False, "external_service": False}
    assert [str(finding) for finding in findings.errors] == [
        "fw.kubeconfig: has no meaning with cni: hosts, whose hosts are no Kubernetes nodes; remove it",
        "fw.networks.pod: has no meaning with cni: hosts, whose hosts are no Kubernetes nodes; remove it; list what "
        "the hosts announce in networks.external_service",
    ]


def test_what_is_no_dictionary_is_left_to_who_reads_it():
    for given in (None, [], {"cni": "hosts", "networks": []}, {"cni": {}}):
        assert without_kubernetes(given, OPTIONS, NETWORKS, "fw", Findings())[0] == given
