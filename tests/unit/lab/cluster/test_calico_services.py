"""Which addresses of Services Calico's stand-in announces: the rules of confd's routes.go, one a test."""

from __future__ import annotations

import pytest

from lab.cluster.calico import model, reader, routes

CLUSTER, EXTERNAL, BALANCER = "10.96.0.0/16", "192.0.2.0/24", "203.0.113.0/24"
LISTS = {
    "serviceClusterIPs": [{"cidr": CLUSTER}, {"cidr": "fd00:96::/112"}],
    "serviceExternalIPs": [{"cidr": EXTERNAL}, {}],
    "serviceLoadBalancerIPs": [{"cidr": BALANCER}, {"cidr": ""}],
}
WHOLE = [CLUSTER, EXTERNAL, BALANCER, "fd00:96::/112"]
NAMES = {"namespace": "shop", "name": "web"}


def service(policy: str = "Local", *ingress: str, **spec: object) -> dict:
    given = {"type": "LoadBalancer", "clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"], "ipFamilies": ["IPv4"]}
    given |= {"externalTrafficPolicy": policy} if policy else {}
    status = {"loadBalancer": {"ingress": [{"ip": text} for text in ingress] or [{"hostname": "x"}]}}
    return {"metadata": NAMES, "spec": {**given, **spec}, "status": status}


def slice_of(node: str = "n1", ready: bool | None = True, family: str = "IPv4", name: str = "web") -> dict:
    conditions = {} if ready is None else {"ready": ready}
    labels = {"kubernetes.io/service-name": name}
    endpoints = [{"nodeName": node, "conditions": conditions}] if node else []
    return {
        "metadata": {"namespace": "shop", "labels": labels},
        "addressType": family,
        "endpoints": endpoints,
    }


def announced(given: dict, *slices: dict, release: str = "v3.32.1", excluded: bool = False, **options: object) -> list:
    """The routes of a Service's own on n1."""
    labels = {routes.EXCLUDED: "true"} if excluded else {}
    note = {"projectcalico.org/IPv4Address": "10.0.0.1/24"}
    agent = {
        "metadata": {"name": "calico-node-x", "labels": {"k8s-app": "calico-node"}},
        "spec": {"nodeName": "n1", "containers": [{"image": f"calico/node:{release}"}]},
    }
    items = {
        "nodes": [{"metadata": {"name": "n1", "labels": labels, "annotations": note}}],
        "bgpconfigurations": [{"metadata": {"name": "default"}, "spec": {**LISTS, **options}}],
        "services": [given],
        "endpointslices": list(slices),
        "pods": [agent],
    }
    made = reader.speaker(model.Resources(items), "n1", lambda _secret, _key: None)
    return [text for text in made.services if text not in WHOLE]


def test_a_local_service_is_announced_with_every_allowed_address_where_an_endpoint_is():
    given = service("Local", "203.0.113.5", "198.51.100.5", externalIPs=["192.0.2.7", "198.51.100.7"])
    assert announced(given, slice_of()) == ["10.96.0.9/32", "192.0.2.7/32", "203.0.113.5/32"]
    assert announced(given, slice_of("n2")) == []
    assert announced(given) == []


@pytest.mark.parametrize("family", ["IPv4", "IPv6"])
def test_an_endpoint_of_either_family_counts_for_all_addresses_of_a_dual_stack_service(family):
    given = service("Local", clusterIPs=["10.96.0.9", "fd00:96::9"], ipFamilies=["IPv4", "IPv6"])
    assert announced(given, slice_of(family=family)) == ["10.96.0.9/32", "fd00:96::9/128"]


def test_an_endpoint_of_a_family_that_the_service_has_not_counts_for_nothing():
    assert announced(service("Local"), slice_of(family="IPv6")) == []


@pytest.mark.parametrize("release", ["v3.31.0", "v3.31.6", "v3.32.0", "v3.32.1"])
def test_an_endpoint_that_is_not_ready_counts_in_releases_that_look_at_no_conditions(release):
    assert announced(service("Local"), slice_of(ready=False), release=release) == ["10.96.0.9/32"]


@pytest.mark.parametrize("release", ["v3.29.7", "v3.30.7", "v3.31.7", "v3.32.2", "v3.33.0", "v3.34.0-0.dev"])
def test_an_endpoint_that_is_not_ready_counts_for_nothing_in_all_others(release):
    assert announced(service("Local"), slice_of(ready=False), release=release) == []
    assert announced(service("Local"), slice_of(), release=release) == ["10.96.0.9/32"]
    assert announced(service("Local"), slice_of(ready=None), release=release) == ["10.96.0.9/32"]


def test_up_to_v3_30_one_address_and_family_of_a_service_count():
    given = service("Local", clusterIPs=["10.96.0.9", "fd00:96::9"], ipFamilies=["IPv4", "IPv6"])
    assert announced(given, slice_of(), release="v3.30.7") == ["10.96.0.9/32"]
    assert announced(given, slice_of(family="IPv6"), release="v3.30.7") == []
    alone = {"serviceLoadBalancerAggregation": "Disabled"}
    assert announced(service("Cluster"), slice_of("n2"), release="v3.30.7", **alone) == []


@pytest.mark.parametrize(
    ("release", "external", "assigned"),
    [
        ("v3.29.7", False, False),
        ("v3.30.0", True, False),
        ("v3.30.7", True, True),
        ("v3.31.4", True, False),
        ("v3.31.5", True, True),
        ("v3.32.0", True, True),
    ],
)
def test_which_single_addresses_count_is_the_release_s(release, external, assigned):
    alone = {
        "serviceExternalIPs": [{"cidr": "192.0.2.7/32"}],
        "serviceLoadBalancerIPs": [{"cidr": "203.0.113.5/32"}],
        "serviceClusterIPs": [],
    }
    given = service("Cluster", type="ClusterIP", externalIPs=["192.0.2.7"])
    assert announced(given, slice_of(""), release=release, **alone) == ["192.0.2.7/32"] * external
    given = service("Cluster", "203.0.113.5")
    assert announced(given, slice_of(""), release=release, **alone) == ["203.0.113.5/32"] * assigned
    given = service("Cluster", "203.0.113.5", loadBalancerIP="203.0.113.5")
    assert announced(given, slice_of(""), release=release, **alone) == ["203.0.113.5/32"]


@pytest.mark.parametrize("policy", ["Cluster", ""])
def test_without_aggregation_every_allowed_address_of_a_service_with_an_endpoint_anywhere_is_announced(policy):
    given = service(policy, "203.0.113.5", externalIPs=["192.0.2.7"])
    alone = {"serviceLoadBalancerAggregation": "Disabled"}
    assert announced(given, slice_of("n2"), **alone) == ["10.96.0.9/32", "192.0.2.7/32", "203.0.113.5/32"]
    assert announced(given, slice_of(""), **alone) == []
    assert announced(given, **alone) == []
    assert announced(given, slice_of("n2")) == []


def test_a_single_address_in_a_list_is_announced_by_every_node_once_its_service_has_an_endpoint_slice():
    alone = {"serviceLoadBalancerIPs": [{"cidr": "203.0.113.5/32"}]}
    given = service("Cluster", "203.0.113.5")
    assert announced(given, slice_of(""), **alone) == ["10.96.0.9/32", "203.0.113.5/32"]
    assert announced(given, **alone) == []
    assert announced(given, slice_of("", name="other"), **alone) == []
    assert announced(service("Cluster", "203.0.113.6"), slice_of(""), **alone) == []
    assert announced(service("Local", "203.0.113.5"), slice_of("n2"), **alone) == []


def test_a_single_external_address_counts_whatever_the_service_s_type_and_a_balancer_s_of_that_type_alone():
    alone = {
        "serviceExternalIPs": [{"cidr": "192.0.2.7/32"}],
        "serviceLoadBalancerIPs": [{"cidr": "203.0.113.5/32"}],
        "serviceClusterIPs": [],
    }
    external = service("Cluster", type="ClusterIP", externalIPs=["192.0.2.7"])
    assert announced(external, slice_of(""), **alone) == ["192.0.2.7/32"]
    assert announced(service("Cluster", "203.0.113.5", type="NodePort"), slice_of(""), **alone) == []
    asked = service("Cluster", loadBalancerIP="203.0.113.5", externalIPs=["192.0.2.8"])
    assert announced(asked, slice_of(""), **alone) == []  # asked for, and not given yet: there is nothing to announce


@pytest.mark.parametrize("spec", [{"type": "ExternalName"}, {"clusterIP": "None"}, {"clusterIP": ""}])
def test_services_without_addresses_of_their_own_are_not_announced(spec):
    assert announced(service("Local", **spec), slice_of()) == []


def test_an_excluded_node_announces_nothing_and_keeps_the_networks_out_of_its_kernel():
    items = {
        "nodes": [{"metadata": {"name": "n1", "labels": {routes.EXCLUDED: "true"}}}],
        "bgpconfigurations": [{"metadata": {"name": "default"}, "spec": LISTS}],
        "services": [service("Local")],
        "endpointslices": [slice_of()],
    }
    found = routes.services(model.Resources(items), "n1", {routes.EXCLUDED: "true"})
    assert (found.routes, found.not_in_kernel) == ([], sorted(WHOLE))
    assert announced(service("Local"), slice_of(), excluded=True) == []


def test_networks_of_one_address_are_announced_by_their_services_alone_and_not_kept_out_of_the_kernel():
    configuration = {"serviceExternalIPs": [{"cidr": "192.0.2.7/32"}, {"cidr": EXTERNAL}]}
    found = routes.services(
        model.Resources({"bgpconfigurations": [{"metadata": {"name": "default"}, "spec": configuration}]}), "n1", {}
    )
    assert (found.routes, found.not_in_kernel) == ([EXTERNAL], [EXTERNAL])
