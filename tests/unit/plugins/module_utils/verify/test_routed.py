"""Nodes that peer with routers: each test breaks one thing where everything is up, and reads what is said."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import routed
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from tests.plans import golden


class World:
    """The plan of two racks with Calico, and a cluster whose nodes report what it wants."""

    def __init__(self, case: str = "routers-calico", cluster: str = "k8s-prod") -> None:
        self.plan = copy.deepcopy(golden(case)[cluster])
        names = list(self.plan["nodes"])
        nodes = [
            {"metadata": {"name": name}, "spec": {"podCIDRs": [f"10.1.{number}.0/26"]}, "status": {}}
            for number, name in enumerate(names)
        ]
        ready = {"conditions": [{"type": "Ready", "status": "True"}]}
        pods = [{"metadata": {"name": f"agent-{name}"}, "spec": {"nodeName": name}, "status": ready} for name in names]
        self.state = from_resources(nodes, pods, [], [])
        self.state["reports"] = {
            name: {peer["address"]: "Established" for peer in node["peers"]}
            for name, node in self.plan["nodes"].items()
        }
        self.routers: dict = {}

    def ask(self, router: str) -> dict:
        """Let a router answer: every session is up, and it has what Calico announces."""
        peers = [(name, peer) for name, node in self.plan["nodes"].items() for peer in node["peers"]]
        mine = [(name, peer) for name, peer in peers if peer["router"] == router]
        self.routers[router] = {
            "sessions": [
                {
                    "peer": peer["local_address"],
                    "state": "established",
                    "uptime": 7,
                    "prefixes_received": 1,
                    "bfd": "up",
                }
                for _name, peer in mine
            ],
            "routes": [
                {"prefix": cidr, "protocol": "bgp", "next_hops": [{"address": peer["local_address"]}]}
                for name, peer in mine
                for cidr in [*self.plan["networks"]["service"], *self.state["nodes"][name]["pod_cidrs"]]
                if peer["family"] == "ipv4"
            ],
        }
        return self.routers[router]

    def assess(self, nodes: list | None = None) -> dict:
        return routed.assess(self.plan, routed.answers(self.routers), self.state, nodes)

    def messages(self) -> list[str]:
        return [problem["message"] for problem in self.assess()["problems"]]


@pytest.fixture
def world() -> World:
    return World()


def test_one_end_says_that_all_is_well(world):
    found = world.assess()
    assert (found["ok"], found["problems"], found["remarks"]) == (True, [], [])
    assert [(row["node"], row["leaf"], row["state"], row["ecmp"]) for row in found["table"]] == [
        ("node1", "my-global-peer", "established", None),
        ("node1", "rack1-tor", "established", None),
        ("node2", "my-global-peer", "established", None),
    ]


def test_both_ends_say_that_all_is_well(world):
    world.ask("my-global-peer")
    found = world.assess()
    assert found["ok"]
    row = found["table"][0]
    assert (row["uptime"], row["prefixes_in"], row["ecmp"]) == (7, 1, 2)


def test_a_session_that_its_node_reports_as_down_is_a_problem(world):
    world.state["reports"]["node2"]["192.20.30.40"] = "Connect"
    assert world.messages() == [
        "node2 (192.20.30.2) and router my-global-peer (192.20.30.40): the session is connect. Likely cause: the "
        "router does not know the node's address, expects another AS number than 64512, or has another password, or "
        "packets to TCP port 179 do not arrive"
    ]


def test_a_node_that_does_not_report_the_router_does_not_take_it_for_a_peer(world):
    del world.state["reports"]["node1"]["192.20.30.41"]
    assert world.messages() == [
        "node1 (192.20.30.1) and router rack1-tor (192.20.30.41): the node reports no such peer. Likely cause: calico "
        "does not take the router for one of its peers (its BGPPeers: their nodeSelector and its label)"
    ]


def test_a_node_that_has_reported_nothing_is_a_problem_until_it_does(world):
    del world.state["reports"]["node2"]
    (message,) = world.messages()
    assert "the node has reported no sessions yet" in message


def test_a_node_without_its_agent_is_told_once(world):
    world.state["agents"] = {}
    assert world.messages() == [
        "node1: calico does not run there, no pod of it is on the node.",
        "node2: calico does not run there, no pod of it is on the node.",
    ]


def test_a_planned_node_that_is_not_in_the_cluster_is_told_once(world):
    del world.state["nodes"]["node2"]
    assert world.messages() == [
        "node2 is in the plan, but not in the cluster: no Node has this name. Likely cause: it has not joined, or "
        "joined by another name than the inventory's"
    ]


def test_a_node_whose_agent_was_not_restarted_is_a_problem(world):
    world.state["nodes"]["node2"]["restart_pending"] = True
    assert world.messages() == [
        "calico on node2 still runs with its earlier peers. Likely cause: a run ended before it had restarted it; run "
        "site.yml again"
    ]


def test_what_the_router_says_counts_more_than_what_the_node_reports(world):
    world.ask("rack1-tor")["sessions"][0].update(state="openconfirm", remote_asn=64999)
    assert world.messages() == [
        "node1 (192.20.30.1) and router rack1-tor (192.20.30.41): the session is openconfirm. Likely cause: the router "
        "expects or hears AS 64999, the plan says AS 64512"
    ]


def test_a_route_that_a_router_lacks_is_a_problem(world):
    del world.ask("my-global-peer")["routes"][-1]
    assert world.messages() == [
        "router my-global-peer has no route for 10.1.1.0/26 from node2, though its session is Established. Likely "
        "cause: the node does not announce it (yet), or the router does not accept it"
    ]


def test_a_route_that_no_node_should_announce_is_a_problem(world):
    hop = [{"address": "192.20.30.2"}]
    world.ask("my-global-peer")["routes"].append({"prefix": "10.9.0.0/24", "protocol": "bgp", "next_hops": hop})
    (message,) = world.messages()
    assert message.startswith("router my-global-peer accepts 10.9.0.0/24 from node2, which should not announce it.")


def test_kube_router_s_sessions_are_a_remark_unless_the_router_is_asked() -> None:
    world = World("routers-racks")
    world.state["reports"] = {}
    found = world.assess(nodes=["node2"])
    assert (found["ok"], found["remarks"]) == (
        True,
        [
            "Sessions with router old, router tor3 are not verified: kube-router reports them nowhere. Name the "
            "router's host in kubefabric_fabric (host) where it runs FRR, BIRD or GoBGP."
        ],
    )
    world.ask("tor3")
    world.ask("old")
    assert world.assess(nodes=["node2"])["remarks"] == []


def test_without_the_controller_that_reports_frr_k8s_sessions_they_are_a_remark() -> None:
    world = World("routers-ibgp", "ovn")
    world.state["reports"] = {}
    (remark,) = world.assess(nodes=["node1"])["remarks"]
    assert remark.startswith("Sessions with router provider are not verified: frr-k8s reports them nowhere.")
    world.state["reports"] = {"node2": {"192.168.100.10": "Established"}}
    assert [problem["kind"] for problem in world.assess(nodes=["node1"])["problems"]] == ["session"]


def test_bfd_that_is_planned_has_to_be_up_where_a_router_is_asked() -> None:
    world = World("routers-racks")
    world.ask("tor3")["sessions"][0]["bfd"] = "down"
    kinds = [problem["kind"] for problem in world.assess()["problems"]]
    assert "bfd" in kinds
