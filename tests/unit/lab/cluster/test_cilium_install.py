"""lab.cluster.cilium: the options and objects that installing Cilium leaves in a cluster."""

from __future__ import annotations

import pytest

from lab.cluster import pods
from lab.cluster.cilium import install
from lab.topology import Cluster


def cluster(*pod_networks: str, **options: object) -> Cluster:
    return Cluster("prod", {"pod": list(pod_networks)}, "k8s", "prod", "k8s", "cilium", options)


def test_the_operator_gives_nodes_blocks_of_every_pod_network_as_the_chart_would():
    found = install.options(cluster("10.1.0.0/16", "10.2.0.0/16", "2001:db8::/112"))
    assert found["ipam"] == "cluster-pool"
    assert (found["enable-ipv4"], found["enable-ipv6"]) == ("true", "true")
    assert (found["cluster-pool-ipv4-cidr"], found["cluster-pool-ipv4-mask-size"]) == ("10.1.0.0/16 10.2.0.0/16", "24")
    assert (found["cluster-pool-ipv6-cidr"], found["cluster-pool-ipv6-mask-size"]) == ("2001:db8::/112", "120")


def test_the_blocks_are_as_large_as_the_intent_says_or_as_the_operator_can_cut():
    assert install.options(cluster("10.1.0.0/16", pod_mask_ipv4=26))["cluster-pool-ipv4-mask-size"] == "26"
    assert install.options(cluster("2001:db8::/64"))["cluster-pool-ipv6-mask-size"] == "80"


def test_one_family_is_one_family_and_kubernetes_ipam_needs_no_pools():
    found = install.options(cluster("10.1.0.0/16", ipam="kubernetes", kube_proxy_replacement=False))
    assert (found["enable-ipv4"], found["enable-ipv6"]) == ("true", "false")
    assert found["kube-proxy-replacement"] == "false"
    assert found["ipam"] == "kubernetes"
    assert not [key for key in found if key.startswith("cluster-pool")]


def test_secrets_are_read_in_the_namespace_that_the_intent_names_and_in_no_other():
    made = install.objects(cluster("10.1.0.0/16", secrets_namespace="bgp"))
    roles = [item["metadata"] for item in made if item["kind"] == "Role"]
    assert roles == [{"name": "cilium-bgp-control-plane-secrets", "namespace": "bgp"}]
    (agent,) = (item for item in made if item["kind"] == "ClusterRole" and item["metadata"]["name"] == "cilium")
    assert "secrets" not in [name for rule in agent["rules"] for name in rule["resources"]]
    assert {item["metadata"]["name"] for item in made if item["kind"] == "Namespace"} == {"bgp", "kube-system"}


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("DaemonSet", ["cilium-agent", "--config-dir=/tmp/cilium/config-map"]),
        ("Deployment", ["cilium-operator-generic", "--config-dir=/tmp/cilium/config-map"]),
    ],
)
def test_the_lab_runs_the_pods_of_agents_and_operator(kind, line):
    (workload,) = (item for item in install.objects(cluster("10.1.0.0/16")) if item["kind"] == kind)
    pod = {"metadata": {}, "spec": workload["spec"]["template"]["spec"]}
    container = pods.agent_container(pod)
    assert container
    assert pod["spec"]["hostNetwork"] is True
    assert pods.command_line(container, {}) == line


def test_what_the_pods_read_at_their_start_is_there_before_them():
    kinds = [item["kind"] for item in install.objects(cluster("10.1.0.0/16"))]
    workloads = [kinds.index("DaemonSet"), kinds.index("Deployment")]
    assert max(kinds.index("ConfigMap"), *(at for at, kind in enumerate(kinds) if "Binding" in kind)) < min(workloads)
