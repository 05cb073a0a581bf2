"""A nested cluster's routes on its parent's leaves: through the nodes that its machines run on, and no other."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import assess as assess_parent
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import host_routes, nested, table
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from tests.plans import golden

PLANS = golden("nested")
ROOT, RED, GREEN = PLANS["k8s-prod"], PLANS["red"], PLANS["green"]
NODES = {"node1": "192.168.2.1", "node2": "192.168.2.2"}
VMS = {"red-vm1": ("10.1.0.5", "10.123.0.0/26"), "red-vm2": ("10.1.0.70", "10.123.0.64/26")}
EXTERNAL = "192.168.9.0/24"
ROUTES = {"10.123.0.0/26": ["192.168.2.1"], "10.123.0.64/26": ["192.168.2.2"], EXTERNAL: list(NODES.values())}


def pod(node: str, ip: str, name: str = "virt-launcher", **spec: object) -> dict:
    return {"metadata": {"name": name}, "spec": {"nodeName": node, **spec}, "status": {"podIPs": [{"ip": ip}]}}


def node(name: str, ip: str) -> dict:
    return {"metadata": {"name": name}, "status": {"addresses": [{"type": "InternalIP", "address": ip}]}}


def agent(name: str) -> dict:
    ready = {"type": "Ready", "status": "True"}
    return {"metadata": {"name": f"calico-{name}"}, "spec": {"nodeName": name}, "status": {"conditions": [ready]}}


def state(machines: dict | None = None, **reports: str) -> dict:
    """Red's own state; ``reports`` are the states of the sessions of its nodes."""
    vms = VMS if machines is None else machines
    found = from_resources(
        [node(name, ip) for name, (ip, _block) in vms.items()],
        [agent(name) for name in vms],
        [],
        [],
        {name: [block] for name, (_ip, block) in vms.items()},
    )
    said = {name.replace("_", "-"): {"169.254.0.179": text, "fdc9:9723:9bc::1": text} for name, text in reports.items()}
    return {**found, "reports": said}


def places(**pods: str) -> list:
    """The parent's workloads: by default each of red's machines on a node of its own."""
    where = pods or {"node1": "10.1.0.5", "node2": "10.1.0.70"}
    return [nested.place([pod(name, ip) for name, ip in where.items()], [], [])]


def leaves(routes: dict) -> dict:
    """Both leaves with all sessions up and these IPv4 routes."""
    sessions = [
        {"peer": peer["local_address"], "remote_asn": 65003, "state": "established", "prefixes_received": 3}
        for one in ROOT["nodes"].values()
        for peer in one["peers"]
        if peer["leaf"] == 101
    ]
    table_of = [
        {"prefix": prefix, "protocol": "bgp-65002", "next_hops": [{"address": hop, "leaf": None} for hop in hops]}
        for prefix, hops in routes.items()
    ]
    return {leaf: {"reachable": True, "sessions": sessions, "routes": table_of} for leaf in ("101", "102")}


def assess(routes: dict | None = None, of: dict | None = None, where: list | None = None) -> dict:
    return nested.assess(RED, [ROOT], leaves(ROUTES if routes is None else routes), of or state(), where or places())


def messages(found: dict) -> list:
    return [problem["message"] for problem in found["problems"]]


def test_blocks_through_the_machine_s_host_and_shared_networks_through_both_hosts_are_as_planned():
    found = assess()
    assert messages(found) == []
    assert found["ok"]


def test_the_table_tells_where_each_machine_runs_and_how_wide_its_widest_route_is():
    rows = assess(of=state(red_vm1="Established", red_vm2="Established"))["table"]
    assert table.lines([row for row in rows if row["family"] == "ipv4"], "HOST") == [
        "NODE     HOST   FAMILY  PEER           STATE        UPTIME  IN  OUT  ECMP",
        "red-vm1  node1  ipv4    169.254.0.179  Established  -        2    -     2",
        "red-vm2  node2  ipv4    169.254.0.179  Established  -        2    -     2",
    ]


def test_a_block_that_no_leaf_has_is_missed():
    routes = {key: hops for key, hops in ROUTES.items() if key != "10.123.0.0/26"}
    assert {problem["kind"] for problem in assess(routes)["problems"]} == {"route-missing"}


def test_a_shared_network_through_one_of_two_hosts_is_too_narrow():
    found = messages(assess({**ROUTES, EXTERNAL: ["192.168.2.1"]}))
    assert found[0].startswith(
        "leaf 101 has 1 next hop instead of 2 for 192.168.9.0/24, without 192.168.2.2. Likely cause: "
    )


def test_a_block_through_a_host_that_does_not_have_the_machine_is_strange():
    found = messages(assess({**ROUTES, "10.123.0.0/26": ["192.168.2.1", "192.168.2.2"]}))
    assert found[0] == (
        "leaf 101 reaches 10.123.0.0/26 also through 192.168.2.2, which should not announce it. "
        "Likely cause: another node, or another L3Out of the VRF, announces the same prefix"
    )


def test_a_prefix_of_its_networks_that_none_of_its_nodes_has_is_unexpected():
    found = messages(assess({**ROUTES, "10.123.9.0/26": ["192.168.2.2"]}))
    assert found[0] == (
        "leaf 101 accepts 10.123.9.0/26 from node2, which no node of red should announce. Likely cause: a virtual "
        "machine that is no node of it any more, or a workload that is selected by mistake"
    )


def test_a_machine_that_hides_its_address_is_told_with_its_binding():
    machine = {
        "metadata": {"namespace": "vms", "name": "red-vm1"},
        "spec": {"domain": {"devices": {"interfaces": [{"name": "default", "masquerade": {}}]}}},
    }
    where = [nested.place([pod("node2", "10.1.0.70")], [], [machine])]
    found = messages(assess({EXTERNAL: ["192.168.2.2"], "10.123.0.64/26": ["192.168.2.2"]}, where=where))
    assert found == [
        "red-vm1 (10.1.0.5): no workload of k8s-prod has this address. Likely cause: the virtual machine is not in "
        "bridge mode, as vms/red-vm1 (masquerade), and shows the parent another address"
    ]


def test_a_pod_in_its_node_s_network_is_no_machine():
    assert nested.place([pod("node1", "10.1.0.5", hostNetwork=True)], [], [])["pods"] == {}


def test_a_session_that_its_node_reports_as_down_is_told_with_what_the_parent_may_lack():
    found = messages(assess(of=state(red_vm1="Established", red_vm2="Active")))
    assert found[0] == (
        "red-vm2 and k8s-prod (169.254.0.179): the session is Active. Likely cause: the parent does not select this "
        "workload (its labels, BGPPeer peer-to-workloads-red of k8s-prod), has no address for workloads, or expects "
        "another AS than 65010"
    )


def test_a_node_without_an_agent_or_a_block_is_told():
    of = state({"red-vm1": ("10.1.0.5", "10.123.0.0/26")})
    of["agents"], of["nodes"]["red-vm1"]["pod_cidrs"] = {}, []
    found = messages(assess({EXTERNAL: ["192.168.2.1"]}, of=of))
    assert found == [
        "red-vm1: calico does not run there.",
        "red-vm1 of red has no pod CIDR. Likely cause: Calico's IPAM gave it no block yet: the first pod on it brings "
        "one, if an IPPool selects the node and has one",
    ]


def test_blocks_outside_of_the_plan_s_networks_are_told_once():
    of = state({"red-vm1": ("10.1.0.5", "10.66.0.0/26")})
    found = messages(assess({EXTERNAL: ["192.168.2.1"]}, of=of))
    assert found == [
        "10.66.0.0/26 of red lies outside of the plan's networks (10.123.0.0/16, ca11:c0::/48, 10.97.0.0/16, "
        "192.168.9.0/24): k8s-prod does not take it. Likely cause: the cluster was made with other networks than "
        "kubefabric_cluster.networks says"
    ]


def test_the_home_of_a_machine_within_a_machine_is_the_outermost_host():
    blue = nested.place([pod("blue-vm1", "10.124.0.9")], [node("blue-vm1", "10.1.240.7")], [])
    root = nested.place([pod("node2", "10.1.240.7")], [], [])
    assert nested.home(["10.124.0.9"], [blue, root]) == "node2"
    assert nested.home(["10.124.0.9"], [root, blue]) is None


@pytest.mark.parametrize(("prefix", "strange"), [("10.123.9.0/26", False), ("10.66.0.0/26", True)])
def test_the_parent_s_own_verification_leaves_nested_clusters_networks_to_theirs(prefix, strange):
    plan = copy.deepcopy(ROOT)
    nodes = [node(name, ip) for name, ip in NODES.items()]
    own = from_resources(nodes, [agent(name) for name in NODES], [], [], {name: ["10.1.0.0/26"] for name in NODES})
    routes = {"10.1.0.0/26": list(NODES.values()), "10.96.0.0/16": list(NODES.values()), prefix: ["192.168.2.1"]}
    found = assess_parent(plan, leaves(routes), own)
    assert bool([one for one in found["problems"] if one["kind"] == "route-unexpected"]) is strange


# -- parents whose hosts peer --------------------------------------------------------------------------

HOSTED = {**ROOT, "nested": {**ROOT["nested"], "speaker": "host"}}


def hosted(routes: dict, down: bool = False, **originated: list) -> list:
    """What the verification of a parent says whose hosts speak; node_1 announces originated["node_1"]."""
    seen = leaves(routes)
    for leaf in seen.values() if down else ():
        leaf["sessions"] = []
    said = {name.replace("_", "-"): items for name, items in originated.items()}
    return messages(assess_parent(HOSTED, seen, {**from_resources([], [], [], []), "originated": said}))


def test_a_parent_whose_hosts_peer_is_as_planned_without_agents_and_pod_networks():
    assert hosted({}) == []
    assert hosted({"10.123.0.0/26": ["192.168.2.1"]}) == []  # the nested cluster's own verification tells it


def test_what_a_host_originates_has_to_be_on_the_leaves_and_nothing_else():
    assert hosted({"10.1.0.0/26": ["192.168.2.1"]}, node1=["10.1.0.0/26"]) == []
    assert hosted({}, node1=["10.1.0.0/26"])[0] == (
        "leaf 101 has no route for 10.1.0.0/26 from node1, though its session is Established. Likely cause: the leaf "
        "accepted other prefixes (3 from node1): the import route map does not permit these, or the host's speaker "
        "does not announce them (node_peering_originate, its pools)"
    )
    assert hosted({"10.1.0.0/26": ["192.168.2.1"]})[0] == (
        "leaf 101 accepts 10.1.0.0/26 from node1, which should not announce it. Likely cause: it is neither in "
        "node_peering_originate of node1 nor a nested cluster's; its speaker runs with an earlier configuration "
        "(kubefabric.bgp.nodes), or another one than ours announces it"
    )


def test_sessions_of_hosts_that_are_down_are_told_with_what_writes_and_tells_them():
    (told,) = hosted({}, down=True)
    assert "the host's speaker does not try (kubefabric.bgp.nodes writes them, node_bgp_info on the host tells" in told


def test_a_machine_s_session_with_a_host_is_told_with_its_ranges():
    found = nested.assess(RED, [HOSTED], leaves(ROUTES), state(red_vm1="Established", red_vm2="Active"), places())
    assert messages(found)[0] == (
        "red-vm2 and k8s-prod (169.254.0.179): the session is Active. Likely cause: the machine's address is in none "
        "of this cluster's nested_in.ranges, or the speaker of the host it is on does not run or does not know them "
        "(kubefabric.bgp.nodes)"
    )


# -- single addresses ----------------------------------------------------------------------------------

BORROWED = "10.123.0.77/32"  # of red-vm2's block, of a pod on red-vm1


def with_address(through: str, runs_on: str) -> list:
    routes = {**ROUTES, BORROWED: [NODES[through]]}
    of, seen = state(), leaves(routes)
    pods = [pod(runs_on, BORROWED.partition("/")[0])]
    of["host_routes"] = host_routes.announced(RED, seen, pods, of["nodes"])
    return [one["kind"] for one in nested.assess(RED, [ROOT], seen, of, places())["problems"]]


def test_a_pod_s_address_outside_of_its_node_s_block_is_right_through_the_machine_s_host():
    assert with_address("node1", "red-vm1") == []
    assert set(with_address("node2", "red-vm1")) == {"route-missing", "strange-next-hop"}
    assert set(with_address("node1", "elsewhere")) == {"route-unexpected"}


# -- a nested cluster's own further sessions -----------------------------------------------------------


def with_calico(said: dict, **options) -> list[str]:
    """The problems of red with these options of Calico, whose nodes report these states by address; ``named`` are the
    machines that the inventory names, all without it.
    """
    named = options.pop("named", list(VMS))
    given = {**RED, "calico": {**RED["calico"], **options}, "nodes": {name: RED["nodes"][name] for name in named}}
    of = state()
    reports = {name: {"169.254.0.179": "Established", **said.get(name, {})} for name in VMS if name in named}
    further_states = {name: {("", peer): text for peer, text in found.items()} for name, found in reports.items()}
    of.update(reports={}, further_states=further_states)
    if options.get("route_reflectors"):
        of["reports"] = {
            name: {"169.254.0.179": "Established", "fdc9:9723:9bc::1": "Established", **found}
            for name, found in reports.items()
        }
    return messages(nested.assess(given, [ROOT], leaves(ROUTES), of, places()))


PEER = {"name": "tor", "peer_ip": "192.0.2.1", "asn": 65100}
EACH = {"name": "each", "peer_selector": "all()"}


def test_further_peers_of_a_nested_cluster_are_verified():
    up = {key: {"192.0.2.1": "Established"} for key in VMS}
    assert with_calico(up, peers=[PEER]) == []
    (told,) = with_calico({**up, "red-vm2": {"192.0.2.1": "Active"}}, peers=[PEER])
    assert told.startswith("BGPPeer tor: no Established session of red-vm2 (active) with 192.0.2.1.")


def test_a_peer_by_selector_of_a_nested_cluster_is_each_machine_at_its_own_address():
    up = {"red-vm1": {"10.1.0.70": "Established"}, "red-vm2": {"10.1.0.5": "Established"}}
    assert with_calico(up, peers=[EACH]) == []
    (told,) = with_calico({**up, "red-vm2": {}}, peers=[EACH])
    assert told.startswith("BGPPeer each: no Established session of red-vm2 (reports no such peer) with 10.1.0.5.")


def test_route_reflectors_of_a_nested_cluster_are_verified():
    among = {"nodes": ["red-vm1"], "cluster_id": "244.0.0.1"}
    assert with_calico({"red-vm2": {"10.1.0.5": "Established"}}, route_reflectors=among) == []
    (told,) = with_calico({"red-vm2": {"10.1.0.5": "Idle"}}, route_reflectors=among)
    assert told.startswith("route reflector red-vm1 (10.1.0.5) has no Established session with red-vm2 (idle).")


@pytest.mark.parametrize(
    "options",
    [
        {"peers": [PEER]},
        {"peers": [EACH]},
        {"route_reflectors": {"hosts": {"rr1": {"addresses": ["192.0.2.1"]}}, "cluster_id": "244.0.0.1"}},
        {"route_reflectors": {"nodes": ["red-vm1"], "cluster_id": "244.0.0.1"}},
    ],
)
def test_machines_that_the_inventory_does_not_name_report_nothing_and_are_not_judged(options):
    up = {"red-vm1": {"192.0.2.1": "Established", "10.1.0.70": "Established"}}
    assert with_calico(up, named=["red-vm1"], **options) == []
    assert with_calico({}, named=[], **options) == []
