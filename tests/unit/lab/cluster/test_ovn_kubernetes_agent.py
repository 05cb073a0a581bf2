"""lab.cluster.ovn_kubernetes.agent and install, without an API server."""

from __future__ import annotations

from lab.cluster import programs
from lab.cluster.ovn_kubernetes import agent, install
from lab.cluster.ovn_kubernetes.networks import Condition

KEY = "k8s.ovn.org/route-advertisements"


def made(key: str, spec: int, **metadata: str) -> dict:
    return {"metadata": {"annotations": {KEY: key}, **metadata}, "spec": {"n": spec}}


def test_frr_configurations_are_created_corrected_and_deleted_by_their_key_and_others_left_as_they_are():
    existing = [made("a", 1, name="g1"), made("b", 1, name="g2"), made("b", 1, name="g3"), made("d", 1, name="g4")]
    create, correct, delete = agent.changes([made("a", 1), made("b", 2), made("c", 1)], existing)
    assert [item["metadata"]["annotations"][KEY] for item in create] == ["c"]
    assert correct == [made("b", 2, name="g3")]
    assert [item["metadata"]["name"] for item in delete] == ["g2", "g4"]


def test_only_what_was_generated_for_a_route_advertisements_is_touched_for_it():
    items = [{"metadata": {"labels": {KEY: "a"}}}, {"metadata": {"labels": {KEY: "b"}}}, {"metadata": {}}]
    assert agent.of("a", items) == items[:1]


def test_the_time_of_a_condition_moves_when_it_turns():
    first = agent.with_condition({}, Condition("Accepted", True, "Accepted", "fine"), "t1")
    same = agent.with_condition(first, Condition("Accepted", True, "Accepted", "still fine"), "t2")
    turned = agent.with_condition(same, Condition("Accepted", False, "ConfigurationError", "no"), "t3")
    assert [item["conditions"][0]["lastTransitionTime"] for item in (first, same, turned)] == ["t1", "t1", "t3"]


def test_a_node_has_the_management_address_of_its_pod_subnets_and_forwards_to_no_other_network():
    subnets = {"default": ["10.1.1.0/26", "2001:db8:10:1::/122"], "cluster_udn_l3": ["22.1.0.0/24"]}
    assert agent.kernel(subnets, there=False) == [
        "link add ovn-k8s-mp0 type bridge",
        "link set ovn-k8s-mp0 up",
        "route replace blackhole 22.1.0.0/24",
        "address replace 10.1.1.2/26 dev ovn-k8s-mp0",
        "address replace 2001:db8:10:1::2/122 dev ovn-k8s-mp0 nodad",
    ]
    assert agent.kernel({}, there=True) == ["link set ovn-k8s-mp0 up"]


def test_the_lab_runs_frr_k8s_of_its_pods_and_shows_the_rest():
    pod = install.objects()[-1]["spec"]["template"]["spec"]
    found = {item["name"]: programs.of(item) for item in pod["containers"]}
    assert found["frr"] is None
    assert found["frr-k8s"].companion.name == "frr.py"
    assert found["frr-k8s"].companion.exists()
