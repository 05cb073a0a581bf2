"""The lab's sample workload."""

from __future__ import annotations

from lab.cluster.workload import objects


def _services(networks: list[str]) -> dict[str, dict]:
    made = objects(networks, 6)
    return {body["metadata"]["name"]: body["spec"] for path, body in made if path.endswith("/services")}


def test_one_service_is_announced_by_all_nodes_and_one_by_those_with_its_pods_alone() -> None:
    services = _services(["192.168.3.0/24"])
    assert services["web"]["externalIPs"] == ["192.168.3.10"]
    assert services["web"]["externalTrafficPolicy"] == "Cluster"
    assert services["web-local"]["externalIPs"] == ["192.168.3.11"]
    assert services["web-local"]["externalTrafficPolicy"] == "Local"


def test_dual_stack_services_have_an_address_of_each_family() -> None:
    assert _services(["192.168.3.0/24", "fd00:3::/112"])["web"]["externalIPs"] == ["192.168.3.10", "fd00:3::a"]


def test_a_local_service_leaves_some_node_without_a_pod_of_it() -> None:
    replicas = {
        nodes: body["spec"]["replicas"]
        for nodes in (1, 2, 3, 6)
        for path, body in objects(["192.168.3.0/24"], nodes)
        if path.endswith("/deployments") and body["metadata"]["name"] == "web-local"
    }
    assert replicas == {1: 1, 2: 1, 3: 2, 6: 2}


def test_where_the_network_gives_addresses_there_is_a_service_that_waits_for_one() -> None:
    made = {
        body["metadata"]["name"]: body["spec"]
        for path, body in objects(["192.168.3.0/24"], 6, balanced=True)
        if path.endswith("/services")
    }
    assert made["web-balanced"]["type"] == "LoadBalancer"
    assert made["web-balanced"]["externalIPs"] == []
    assert made["web-balanced"]["selector"] == {"app": "web-local"}


def test_without_a_network_for_external_addresses_nothing_is_made() -> None:
    assert objects([], 6) == []
