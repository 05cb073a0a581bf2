"""Each test breaks one thing in a world where everything is up, and reads what verification says about it."""

from __future__ import annotations

import ipaddress

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import assess, table
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from tests.plans import plan

RACK1, RACK2 = ("101", "102"), ("103", "104")
LB = "192.168.3.10/32"


def pod_cidr(number: int) -> str:
    return f"10.1.0.{64 * (number - 1)}/26" if number < 5 else f"10.1.1.{64 * (number - 5)}/26"


class World:
    """A plan, and leaves and a cluster that are exactly as it wants them; tests change what they like."""

    def __init__(self, *families: str) -> None:
        self.plan = plan(*families)
        self.nodes = [self._node(name) for name in self.plan["nodes"]]
        self.pods = [pod(name) for name in self.plan["nodes"]]
        self.services = [service("web", externalTrafficPolicy="Cluster")]
        self.slices = [endpoint_slice("web", "node1")]
        self.bgp = {
            leaf: {
                "reachable": True,
                "sessions": [
                    session(peer["local_address"], peer["family"])
                    for node in self.plan["nodes"].values()
                    for peer in node["peers"]
                    if str(peer["leaf"]) == leaf
                ],
                "routes": [],
            }
            for leaf in self.plan["leaves"]
        }
        for leaf in self.bgp:
            self.bgp[leaf]["routes"] = self._routes(leaf)

    def _node(self, name: str) -> dict:
        cidrs = [self.cidr(name, family) for family in self.plan["nodes"][name]["addresses"]]
        return {"metadata": {"name": name}, "spec": {"podCIDRs": cidrs}, "status": {}}

    def cidr(self, name: str, family: str = "ipv4") -> str:
        number = int(name[4:])
        return pod_cidr(number) if family == "ipv4" else f"2001:db8:10:{number}::/64"

    def _routes(self, leaf: str) -> list:
        routes = []
        for name, node in self.plan["nodes"].items():
            for family, address in node["addresses"].items():
                routes.append(route(self.cidr(name, family), self._hops(leaf, node["rack"], [address])))
        if any(":" not in text for text in self.plan["networks"]["node"]):
            rack = self.plan["leaves"][leaf]["rack"]
            local = [node["addresses"]["ipv4"] for node in self.plan["nodes"].values() if node["rack"] == rack]
            routes.append(route(LB, [hop(address) for address in local]))
        return routes

    def _hops(self, leaf: str, rack: str, addresses: list) -> list:
        if self.plan["leaves"][leaf]["rack"] == rack:
            return [hop(address) for address in addresses]
        return [hop(f"10.0.0.{other}", int(other)) for other in (RACK1 if rack == "rack1" else RACK2)]

    def entry(self, leaf: str, number: int) -> dict:
        return next(item for item in self.bgp[leaf]["sessions"] if item["peer"] == f"192.168.2.{number}")

    def drop_entry(self, leaf: str, number: int) -> None:
        self.bgp[leaf]["sessions"].remove(self.entry(leaf, number))

    def route(self, leaf: str, prefix: str) -> dict:
        return next(item for item in self.bgp[leaf]["routes"] if item["prefix"] == prefix)

    def drop_route(self, leaf: str, prefix: str) -> None:
        self.bgp[leaf]["routes"].remove(self.route(leaf, prefix))

    def assess(self, nodes: list | None = None) -> dict:
        state = from_resources(self.nodes, self.pods, self.services, self.slices)
        return assess(self.plan, self.bgp, state, nodes)

    def messages(self) -> list:
        result = self.assess()
        assert result["ok"] is not bool(result["problems"])
        return [problem["message"] for problem in result["problems"]]


def hop(address: str, leaf: int | None = None) -> dict:
    return {"address": address, "vrf": "k8s:prod", "leaf": leaf}


def route(prefix: str, hops: list) -> dict:
    return {"prefix": prefix, "family": "ipv6" if ":" in prefix else "ipv4", "protocol": "bgp", "next_hops": hops}


def session(peer: str, family: str = "ipv4") -> dict:
    return {
        "peer": peer,
        "family": family,
        "state": "established",
        "remote_asn": 65003,
        "uptime": 187,
        "prefixes_received": 2,
        "prefixes_sent": 9,
        "last_down_reason": "",
    }


def pod(node: str, ready: bool = True, reason: str = "") -> dict:
    waiting = [{"state": {"waiting": {"reason": reason}}}] if reason else []
    conditions = [{"type": "Ready", "status": str(ready)}]
    status = {"phase": "Running", "conditions": conditions, "containerStatuses": waiting}
    return {"metadata": {"name": f"kube-router-{node}"}, "spec": {"nodeName": node}, "status": status}


def service(name: str, **spec: object) -> dict:
    return {
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"type": "LoadBalancer", "clusterIPs": ["10.96.0.10"], **spec},
        "status": {"loadBalancer": {"ingress": [{"ip": LB.partition("/")[0]}]}},
    }


def endpoint_slice(name: str, *nodes: str) -> dict:
    labels = {"kubernetes.io/service-name": name}
    endpoints = [{"nodeName": node, "addresses": ["10.1.0.9"]} for node in nodes]
    return {"metadata": {"name": f"{name}-x", "namespace": "default", "labels": labels}, "endpoints": endpoints}


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize("families", [("ipv4",), ("ipv6",), ("ipv4", "ipv6")])
def test_a_world_as_planned_has_no_problems(families):
    found = World(*families)
    if "ipv4" not in families:
        found.services = []
    assert found.messages() == []
    assert len(found.assess()["table"]) == 12 * len(families)


def test_the_table_shows_one_row_per_session(world):
    rows = world.assess()["table"]
    assert table.lines(rows)[:3] == [
        "NODE   LEAF  FAMILY  PEER         STATE        UPTIME    IN  OUT  ECMP",
        "node1  101   ipv4    192.168.2.1  Established  00:03:07   2    9     3",
        "node1  102   ipv4    192.168.2.1  Established  00:03:07   2    9     3",
    ]


# -- sessions ------------------------------------------------------------------------------------------


def test_a_leaf_that_answers_nothing_is_named_once(world):
    world.bgp["102"] = {"reachable": False, "sessions": [], "routes": []}
    for leaf in RACK2:
        for name in ("node1", "node2", "node3"):
            world.route(leaf, world.cidr(name))["next_hops"] = [hop("10.0.0.101", 101)]
    assert world.messages() == [
        "leaf 102 does not answer: 3 planned sessions (node1, node2, node3) and its routes cannot be seen. "
        "Likely cause: the leaf is down or has left the fabric (fabricNode inactive), or nothing of the L3Out "
        "k8s-prod is "
        "deployed on it"
    ]


def test_a_leaf_whose_links_are_cut_is_named_once_and_cleared_of_what_works_elsewhere(world):
    world.bgp["102"]["sessions"] = []
    world.bgp["102"]["routes"] = []
    for name in world.plan["nodes"]:
        via = (101,) if name in ("node1", "node2", "node3") else (103, 104)
        world.bgp["102"]["routes"].append(route(world.cidr(name), [hop(f"10.0.0.{leaf}", leaf) for leaf in via]))
        if len(via) == 1:
            for leaf in RACK2:
                world.route(leaf, world.cidr(name))["next_hops"] = [hop("10.0.0.101", 101)]
    world.bgp["102"]["routes"].append(route(LB, [hop(f"10.0.0.{leaf}", leaf) for leaf in (101, 103, 104)]))
    assert world.messages() == [
        "leaf 102: none of its 3 sessions is Established (3 without an entry): node1, node2, node3. Likely cause: the "
        "same nodes are Established with leaf 101, so look at leaf 102: its links to the nodes, its SVI with "
        "192.168.2.202, its VLAN, and whether the password there is the same"
    ]


def test_a_node_that_never_joined_is_named_once(world):
    world.nodes = [node for node in world.nodes if node["metadata"]["name"] != "node4"]
    for leaf in RACK2:
        world.drop_entry(leaf, 4)
    for leaf in world.bgp:
        world.drop_route(leaf, world.cidr("node4"))
    for leaf in RACK2:
        world.route(leaf, LB)["next_hops"].pop(0)
    assert world.messages() == [
        "node4 is in the plan, but not in the cluster: no Node has this name, and its 2 sessions cannot come up. "
        "Likely cause: it has not joined, or joined by another name than the inventory's"
    ]


def broken_node(world: World, number: int, state: str | None = None) -> None:
    """Both sessions of the node are gone or in a state, and the routes through it are withdrawn everywhere."""
    name = f"node{number}"
    for leaf in RACK1:
        if state is None:
            world.drop_entry(leaf, number)
        else:
            world.entry(leaf, number)["state"] = state
        lb = world.route(leaf, LB)["next_hops"]
        lb[:] = [item for item in lb if item["address"] != f"192.168.2.{number}"]
    for leaf in world.bgp:
        world.drop_route(leaf, world.cidr(name))


def test_a_node_without_its_agent_is_named_with_kubernetes_own_reason(world):
    broken_node(world, 1)
    world.pods[0] = pod("node1", ready=False, reason="CrashLoopBackOff")
    assert world.messages() == [
        "node1: kube-router does not run there, its pod kube-router-node1 is not ready (CrashLoopBackOff); "
        "down: leaf 101 (192.168.2.201), leaf 102 (192.168.2.202)."
    ]
    world.pods.pop(0)
    assert world.messages() == [
        "node1: kube-router does not run there, no pod of it is on the node; "
        "down: leaf 101 (192.168.2.201), leaf 102 (192.168.2.202)."
    ]


def test_a_node_without_entries_points_at_password_and_connectivity(world):
    broken_node(world, 1)
    assert world.messages() == [
        "node1: none of its 2 sessions is Established (2 without an entry): leaf 101 (192.168.2.201), leaf 102 "
        "(192.168.2.202). Likely cause: a dynamic neighbour without an entry never completed a TCP connection; kube-"
        "router does not try (its peers annotation, its log), or its packets do not arrive (VLAN, SVI, address), or "
        "its password is not the leaf's"
    ]


def test_a_node_whose_agent_still_runs_with_old_peers_is_told_so(world):
    broken_node(world, 1)
    world.nodes[0]["metadata"]["annotations"] = {"bgp.kubefabric.io/restart": "pending"}
    assert world.messages() == [
        "node1: none of its 2 sessions is Established (2 without an entry): leaf 101 (192.168.2.201), leaf 102 "
        "(192.168.2.202). Likely cause: the peers of node1 changed, and kube-router was not restarted since or did "
        "not come back (run site.yml again); a dynamic neighbour without an entry never completed a TCP connection; "
        "kube-router does not try (its peers annotation, its log), or its packets do not arrive (VLAN, SVI, address),"
        " or its password is not the leaf's"
    ]


def test_an_unfinished_restart_is_a_problem_even_while_everything_is_up(world):
    world.nodes[1]["metadata"]["annotations"] = {"bgp.kubefabric.io/restart": "pending"}
    assert world.messages() == [
        "kube-router on node2 still runs with its earlier peers. "
        "Likely cause: a run ended before it had restarted it; run site.yml again"
    ]


def one_session_down(world: World, **entry: object) -> None:
    world.entry("101", 1).update(entry)
    lb = world.route("101", LB)["next_hops"]
    lb[:] = [item for item in lb if item["address"] != "192.168.2.1"]
    for leaf in ("101", *RACK2):
        world.route(leaf, world.cidr("node1"))["next_hops"] = [hop("10.0.0.102", 102)]


def test_a_session_in_another_state_names_node_leaf_state_and_what_the_leaf_noted(world):
    one_session_down(world, state="active", last_down_reason="holdtimer-expired-error")
    assert world.messages() == [
        "node1 (192.168.2.1) and leaf 101 (192.168.2.201): the session is active. Likely cause: the leaf waits for "
        "the node's TCP connection, and its own was not answered; kube-router does not try (its peers annotation, its"
        " log), or its packets do not arrive (VLAN, SVI, address), or its password is not the leaf's; the leaf last "
        "noted: holdtimer-expired-error"
    ]


def test_a_wrong_as_number_is_told_from_the_leafs_entry(world):
    one_session_down(world, state="opensent", remote_asn=65010)
    assert world.messages() == [
        "node1 (192.168.2.1) and leaf 101 (192.168.2.201): the session is opensent. "
        "Likely cause: the leaf expects or hears AS 65010, the plan says AS 65003"
    ]


def test_a_cluster_of_which_nothing_is_up_is_one_problem(world):
    for leaf in world.bgp.values():
        leaf.update(sessions=[], routes=[])
    assert world.messages() == [
        "none of the 12 sessions of cluster k8s-prod is Established (12 without an entry), on leaves 101, 102, 103 "
        "and 104. Likely cause: a dynamic neighbour without an entry never completed a TCP connection; kube-router "
        "does not try (its peers annotation, its log), or its packets do not arrive (VLAN, SVI, address), or its "
        "password is not the leaf's"
    ]


def test_a_session_of_another_cluster_in_the_same_vrf_is_none_of_ours(world):
    world.bgp["103"]["sessions"].append(session("192.168.4.1"))
    assert world.messages() == []


def test_a_session_with_a_stranger_is_a_problem(world):
    world.bgp["103"]["sessions"].append(session("192.168.2.77"))
    assert world.messages() == [
        "leaf 103 has an Established session with 192.168.2.77 (AS 65003), which is no node of cluster k8s-prod in the "
        "plan. Likely cause: a machine in the node network that is not in the inventory, and knows the password"
    ]


def test_only_the_sessions_of_one_node_are_looked_at_when_asked(world):
    world.bgp["103"] = {"reachable": True, "sessions": [], "routes": []}
    world.bgp["101"]["sessions"].append(session("192.168.2.77"))
    assert world.assess(["node1"])["ok"]
    assert [row["leaf"] for row in world.assess(["node1"])["table"]] == ["101", "102"]


# -- routes --------------------------------------------------------------------------------------------


def test_routes_that_a_leaf_did_not_accept_point_at_the_import_route_map(world):
    for name in ("node1", "node2", "node3"):
        world.drop_route("101", world.cidr(name))
    world.drop_route("101", LB)
    for entry in world.bgp["101"]["sessions"]:
        entry["prefixes_received"] = 0
    assert world.messages() == [
        "leaf 101 has no route for 10.1.0.0/26, 10.1.0.64/26, 10.1.0.128/26, 192.168.3.10/32 from node1, node2 and "
        "node3, "
        "though their sessions are Established. Likely cause: the leaf accepted nothing: kube-router announces "
        "nothing yet, "
        "or the import route map (default-import) of the L3Out k8s-prod does not permit the cluster's networks"
    ]


def test_one_missing_prefix_says_what_else_was_accepted(world):
    world.drop_route("101", world.cidr("node2"))
    assert world.messages() == [
        "leaf 101 has no route for 10.1.0.64/26 from node2, though its session is Established. Likely cause: the leaf "
        "accepted other prefixes (2 from node2): the import route map does not permit these, or kube-router does not "
        "announce them (its arguments, the Service's annotations)"
    ]


def test_a_full_prefix_limit_is_the_cause_of_missing_routes(world):
    world.drop_route("101", world.cidr("node2"))
    world.entry("101", 2)["prefixes_received"] = 500
    assert world.messages() == [
        "leaf 101 has no route for 10.1.0.64/26 from node2, though its session is Established. Likely cause: node2 "
        "reached the limit of 500 prefixes (bgp.max_prefixes), and the leaf drops the rest"
    ]


def test_routes_that_stay_on_their_border_leaves_point_at_the_reflectors(world):
    for leaf in RACK1:
        for name in ("node4", "node5", "node6"):
            world.drop_route(leaf, world.cidr(name))
    assert world.messages() == [
        f"leaf {leaf} has no route for 10.1.0.192/26, 10.1.1.0/26, 10.1.1.64/26, which leaves 103 and 104 have. Likely "
        "cause: the fabric's MP-BGP route reflectors: none, or not applied by the pod policy group (fabric AS 65002); "
        "without them no route leaves its border leaf"
        for leaf in RACK1
    ]


def test_fewer_next_hops_than_nodes_name_the_missing_ones(world):
    world.route("101", LB)["next_hops"].pop()
    assert world.messages() == [
        "leaf 101 has 2 next hops instead of 3 for 192.168.3.10/32, without 192.168.2.3. "
        "Likely cause: the others do not announce it (yet), or the leaf does not accept it from them"
    ]


def test_a_single_path_from_other_leaves_points_at_the_ecmp_policy(world):
    world.route("101", world.cidr("node5"))["next_hops"].pop()
    assert world.messages() == [
        "leaf 101 has 1 next hop instead of 2 for 10.1.1.0/26, without leaf 104. "
        "Likely cause: one path only from other leaves: maxEcmpIbgp of the address family policy of the VRF prod"
    ]


def test_next_hops_that_are_propagated_unchanged_are_right_too(world):
    world.route("101", world.cidr("node5"))["next_hops"] = [hop("192.168.2.5")]
    assert world.messages() == []


def test_the_ecmp_limit_is_the_most_that_is_expected(world):
    world.plan["bgp"]["ecmp"] = 2
    world.route("101", LB)["next_hops"].pop()
    assert world.messages() == []


def test_a_local_service_is_expected_from_the_nodes_with_its_endpoints_only(world):
    world.services = [service("web", externalTrafficPolicy="Local")]
    for leaf in RACK1:
        world.route(leaf, LB)["next_hops"] = [hop("192.168.2.1")]
    for leaf in RACK2:
        world.route(leaf, LB)["next_hops"] = [hop("10.0.0.101", 101), hop("10.0.0.102", 102)]
    assert world.messages() == []
    world.route("101", LB)["next_hops"].append(hop("192.168.2.2"))
    assert world.messages() == [
        "leaf 101 reaches 192.168.3.10/32 also through 192.168.2.2, which should not announce it. "
        "Likely cause: another node, or another L3Out of the VRF, announces the same prefix"
    ]


def test_a_route_that_no_node_should_announce_is_a_problem(world):
    world.bgp["101"]["routes"].append(route("0.0.0.0/0", [hop("192.168.2.1")]))
    assert world.messages() == [
        "leaf 101 accepts 0.0.0.0/0 from node1, which should not announce it. Likely cause: the import route map of "
        "the "
        "L3Out k8s-prod is not enforced or permits too much: it should permit the cluster's own networks only"
    ]


def test_a_node_outside_of_the_inventory_is_the_cause_of_its_route(world):
    world.nodes.append({"metadata": {"name": "node7"}, "spec": {"podCIDRs": ["10.1.2.0/26"]}, "status": {}})
    world.bgp["101"]["routes"].append(route("10.1.2.0/26", [hop("192.168.2.7")]))
    assert world.messages() == [
        "leaf 101 accepts 10.1.2.0/26 from 192.168.2.7, which should not announce it. "
        "Likely cause: node7 joined the cluster, but not the inventory"
    ]


def test_routes_of_other_l3outs_of_the_vrf_are_none_of_our_business(world):
    world.bgp["101"]["routes"].append(route("172.16.0.0/12", [hop("10.0.0.201", 201)]))
    world.bgp["101"]["routes"].append(route("172.20.0.0/16", [hop("172.31.0.1")]))
    assert world.messages() == []


def test_what_is_announced_though_the_plan_does_not_announce_it_is_dropped_and_told(world):
    kinds = [item for item in ("node", "external_service") if world.plan["networks"].get(item)]
    permitted = [{"kind": kind, "prefix": item} for kind in kinds for item in world.plan["networks"][kind]]
    world.plan["l3out"]["networks"] = permitted
    assert world.messages()[0] == (
        f"{world.cidr('node1')} of networks.pod is announced by node1, and the plan announces none of these: the "
        "leaves' import route map drops it. Likely cause: something other than kubefabric_cluster announces it, such "
        "as an annotation of a Service; let its CNI's options announce such addresses, or remove that"
    )


def test_pod_networks_outside_of_the_plan_are_named_before_their_missing_routes(world):
    world.nodes[0]["spec"]["podCIDRs"] = ["10.244.0.0/26"]
    for leaf in world.bgp:
        world.drop_route(leaf, world.cidr("node1"))
    assert world.messages() == [
        "10.244.0.0/26, announced by node1, lies outside of the plan's networks (10.1.0.0/16, 10.96.0.0/16, "
        "192.168.3.0/24): the leaves' import route map drops it. "
        "Likely cause: the cluster was made with other networks than kubefabric_cluster.networks says"
    ]


def test_a_node_without_pod_cidr_is_named(world):
    world.nodes[0]["spec"] = {}
    for leaf in world.bgp:
        world.drop_route(leaf, world.cidr("node1"))
    assert world.messages() == [
        "node1 has no pod CIDR. Likely cause: kube-controller-manager does not allocate them (--allocate-node-cidrs, "
        "--cluster-cidr) or has none left"
    ]


def test_addresses_are_the_same_however_they_are_spelled():
    found = World("ipv6")
    found.services = []
    for leaf in found.bgp.values():
        for entry in leaf["sessions"]:
            entry["peer"] = ipaddress.ip_address(entry["peer"]).exploded.upper()
    assert found.messages() == []


# -- BFD ----------------------------------------------------------------------------------------------


def with_bfd(world: World, state: str | None) -> World:
    world.plan["l3out"]["bgp"] = {"bfd": True}
    for leaf in world.bgp.values():
        for entry in leaf["sessions"]:
            entry["bfd"] = state
    return world


def test_where_bfd_is_planned_the_table_shows_it(world):
    result = with_bfd(world, "up").assess()
    assert result["ok"]
    assert table.lines(result["table"])[:2] == [
        "NODE   LEAF  FAMILY  PEER         STATE        UPTIME    IN  OUT  ECMP  BFD",
        "node1  101   ipv4    192.168.2.1  Established  00:03:07   2    9     3  up",
    ]


def test_a_session_that_bfd_does_not_watch_is_a_problem_told_once(world):
    with_bfd(world, "up").entry("101", 1)["bfd"] = "down"
    world.entry("102", 1)["bfd"] = None
    assert world.messages() == [
        "BFD is not up on 2 of 12 Established sessions: node1 with leaf 101 (down), node1 with leaf 102 (no session). "
        "Likely cause: kube-router does not run BFD with the leaf, or its packets (UDP port 3784) do not arrive; until "
        "then the hold time alone notices a failure"
    ]


def test_a_session_that_is_down_needs_no_word_about_bfd(world):
    with_bfd(world, "up").entry("101", 1).update(state="idle", bfd="down")
    assert not [problem for problem in world.assess()["problems"] if problem["kind"] == "bfd"]
