"""The verify action: what it asks of which module, and what it makes of the answers."""

from __future__ import annotations

import json
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.kubefabric.bgp.plugins.action import verify
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import accept
from ansible_collections.kubefabric.bgp.plugins.plugin_utils import controller
from tests.plans import golden

FAULT = {
    "dn": "uni/tn-k8s/out-k8s-prod/fault-F1",
    "code": "F1",
    "severity": "minor",
    "description": "bad",
    "acknowledged": False,
}


def plan(case: str, cluster: str) -> dict:
    return golden(case)[cluster]


class World:
    """Answers of the modules that the action calls; ``asked`` holds their options."""

    def __init__(self, case: str, cluster: str = "k8s-prod") -> None:
        self.plan = plan(case, cluster)
        self.faults: list = []
        self.contracts: list = []
        self.asked: dict[str, dict] = {}

    def answer(self, name: str, options: dict) -> dict:
        self.asked[name] = options
        short = name.rpartition(".")[2]
        if short == "aci_bgp_info":
            return {"bgp": self._bgp(), "faults": self.faults}
        if short == "aci_contract_info":
            return {"contracts": self.contracts}
        return {"objects": [{"resources": self._objects(one["kind"])} for one in options["objects"]]}

    def _bgp(self) -> dict:
        leaves = {leaf: {"reachable": True, "sessions": [], "routes": []} for leaf in self.plan["leaves"]}
        for node in self.plan["nodes"].values():
            for peer in node["peers"]:
                entry = {"peer": peer["local_address"], "state": "established", "remote_asn": node["asn"]}
                leaves[str(peer["leaf"])]["sessions"].append(entry)
        return leaves

    def _objects(self, kind: str) -> list:
        if kind == "Node":
            return [{"metadata": {"name": name}, "spec": {}, "status": {}} for name in self.plan["nodes"]]
        return []

    def run(self, check: bool = False, verbosity: int = 0, **options: object) -> dict:
        arguments = {"plan": self.plan, "apic": {"hosts": ["apic1"]}, "show": False, **options}
        task = Mock(args=arguments, async_val=0, check_mode=check, diff=False)
        task.collections = None
        action = verify.ActionModule(task, Mock(), SimpleNamespace(check_mode=check), Mock(), Mock(), Mock())
        action._display = Mock(verbosity=verbosity)
        action._module = lambda name, given, _variables: self.answer(name, given)  # type: ignore[method-assign]
        return action.run(task_vars={})

    def kinds(self, **options: object) -> list[str]:
        """The kinds of problems, less those of a cluster that says nothing of its pods' networks."""
        found = self.run(verbosity=1, **options)
        assert found["ok"] is not bool(found["problems"])
        return [problem["kind"] for problem in found["problems"] if problem["kind"] != "no-pod-cidr"]


@pytest.fixture
def world() -> World:
    return World("floating-ipv4")


def test_faults_are_asked_of_everything_that_was_written(world):
    world.run()
    asked = world.asked["kubefabric.bgp.aci_bgp_info"]
    assert (asked["host"], asked["l3out"]) == (["apic1"], "k8s-prod")
    assert {"uni/tn-k8s/out-k8s-prod", "uni/tn-k8s/bgpCtxP-k8s-prod"} < set(asked["objects"])
    assert any(dn.startswith("uni/infra/vlanns-") for dn in asked["objects"])


def test_a_fault_is_a_problem_and_an_acknowledged_one_a_warning(world):
    assert world.kinds() == []
    world.faults = [FAULT]
    assert world.kinds() == ["fault"]
    world.faults = [{**FAULT, "acknowledged": True}]
    assert world.kinds() == []
    assert world.run()["warnings"] == [
        "APIC shows F1 (minor) at uni/tn-k8s/out-k8s-prod: bad. It is acknowledged.",
    ]


def test_while_single_nodes_are_waited_for_faults_are_none_of_its_business(world):
    world.faults = [FAULT]
    assert world.kinds(nodes=["node1"]) == []
    assert world.asked["kubefabric.bgp.aci_bgp_info"]["objects"] == []


# -- the cluster ----------------------------------------------------------------------------------------


def test_a_look_at_the_cluster_is_one_run_of_a_module_that_reads_no_kind_twice(world, monkeypatch):
    runs: list = []
    answer = world.answer
    monkeypatch.setattr(world, "answer", lambda name, options: runs.append(name) or answer(name, options))
    world.run(kubernetes={"kubeconfig": "k8s.kubeconfig"})
    assert runs == ["kubefabric.bgp.aci_bgp_info", "kubefabric.bgp.cluster_info"]
    asked = world.asked["kubefabric.bgp.cluster_info"]
    assert asked["kubeconfig"] == "k8s.kubeconfig"
    assert [one["kind"] for one in asked["objects"]] == [
        *("Node", "Pod", "Service", "EndpointSlice"),
        *("DaemonSet", "BGPPeer"),  # those of others: kube-router's, and MetalLB's peers
    ]


def test_an_object_of_others_that_meets_the_sessions_is_a_problem_and_an_accepted_one_a_warning(world, monkeypatch):
    """A person's BGPPeer to a leaf's address: sessions are up, but not by ours."""
    world.plan = {**world.plan, "cni": "calico", "calico": {"install": "operator"}}
    leaf = next(iter(world.plan["nodes"].values()))["peers"][0]["address"]
    peer = {"kind": "BGPPeer", "metadata": {"name": "tor"}, "spec": {"peerIP": leaf, "asNumber": 65002}}
    objects = world._objects
    monkeypatch.setattr(world, "_objects", lambda kind: [peer] if kind == "BGPPeer" else objects(kind))
    assert world.kinds()[0] == "foreign-object"
    assert "BGPPeer tor makes the session of" in world.run()["msg"]
    found = world.run(accepted=["BGPPeer tor"], fail_on_problems=False)
    assert "foreign-object" not in {problem["kind"] for problem in found["problems"]}
    assert found["remarks"][0].startswith("BGPPeer tor makes the session of")
    assert found["remarks"][0].endswith("It is accepted.")
    assert "foreign-object" not in world.kinds(nodes=list(world.plan["nodes"]))


def test_an_object_of_ours_that_was_changed_is_a_problem_and_an_accepted_one_a_warning(world, monkeypatch):
    """Sessions are up, but without our filter."""
    world.plan = {**world.plan, "cni": "calico", "calico": {"install": "operator"}}
    ours = resources(world.plan, {"bgp_password": "-", "placeholder": True})
    for one in ours:
        if one["kind"] == "BGPPeer":
            one["spec"].pop("filters")
    objects = world._objects
    monkeypatch.setattr(
        world,
        "_objects",
        lambda kind: [one for one in ours if one["kind"] == kind] if kind[:3] == "BGP" else objects(kind),
    )
    assert "changed-object" in world.kinds()
    message = "BGPPeer leaf-101-ipv4 is not as planned: spec.filters. Likely cause: another user or tool changed it"
    assert message in world.run()["msg"]
    names = [f"BGPPeer {one['metadata']['name']}" for one in ours if one["kind"] == "BGPPeer"]
    found = world.run(accepted=names, fail_on_problems=False)
    assert "changed-object" not in {problem["kind"] for problem in found["problems"]}
    assert "BGPPeer leaf-101-ipv4 is not as planned: spec.filters. It is accepted." in found["remarks"]
    assert "changed-object" not in world.kinds(nodes=list(world.plan["nodes"]))


def test_objects_that_the_user_may_not_list_are_a_warning_and_not_taken_for_none(world, monkeypatch):
    world.plan = {**world.plan, "cni": "calico", "calico": {"install": "operator"}}
    answer = world.answer

    def forbid(name: str, options: dict) -> dict:
        found = answer(name, options)
        if "objects" in found:
            for one, entry in zip(options["objects"], found["objects"], strict=True):
                entry.update(kind=one["kind"], api_version=one["api_version"], forbidden=_is_calicos(one))
        return found

    monkeypatch.setattr(world, "answer", forbid)
    found = world.run(fail_on_problems=False)
    assert found["remarks"] == ["The user may not list BGPPeer (projectcalico.org/v3): those of others are unknown."]


def _is_calicos(one: dict) -> bool:
    return (one["api_version"], one["kind"]) == ("projectcalico.org/v3", "BGPPeer")


def test_what_is_required_is_not_optional_because_objects_of_others_are_looked_for_in_it(world):
    """Without FRRConfigurations it is unknown what others announce."""
    world.plan = {**world.plan, "cni": "ovn_kubernetes"}
    world.run()
    asked = world.asked["kubefabric.bgp.cluster_info"]["objects"]
    assert [one.get("optional", False) for one in asked if one["kind"] == "FRRConfiguration"] == [False]


def test_further_peers_of_a_nested_cluster_are_looked_at(monkeypatch):
    red = World("nested", "red")
    red.plan["calico"]["peers"] = [{"name": "each", "peer_selector": "all()"}]
    addresses = {"red-vm1": "10.1.0.5", "red-vm2": "10.1.0.70"}

    def objects(kind: str) -> list:
        if kind == "Node":
            return [
                {"metadata": {"name": name}, "status": {"addresses": [{"type": "InternalIP", "address": text}]}}
                for name, text in addresses.items()
            ]
        if kind == "Pod":
            status = {"conditions": [{"type": "Ready", "status": "True"}]}
            return [{"metadata": {"name": f"p-{n}"}, "spec": {"nodeName": n}, "status": status} for n in addresses]
        if kind == "CalicoNodeStatus":
            peers = [{"peerIP": "10.1.0.70", "state": "Idle"}]
            return [{"spec": {"node": "red-vm1"}, "status": {"bgp": {"peersV4": peers}}}]
        return []

    monkeypatch.setattr(red, "_objects", objects)
    monkeypatch.setattr(red, "_bgp", dict)
    found = red.run(parents=[plan("nested", "k8s-prod")], parents_kubernetes=[{}], fail_on_problems=False)
    told = [problem["message"] for problem in found["problems"] if problem["kind"] == "further-session"]
    assert told[0].startswith("BGPPeer each: no Established session of red-vm2 (reports nothing) with 10.1.0.5.")
    assert told[1].startswith("BGPPeer each: no Established session of red-vm1 (idle) with 10.1.0.70.")


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (
            {"msg": "the API at https://k8s:6443 cannot be used: refused"},
            "the API at https://k8s:6443 cannot be used: refused",
        ),
        ({"exception": "Traceback:\n  File …\nMaxRetryError: refused\n"}, "MaxRetryError: refused"),
        ({"msg": "MODULE FAILURE\nSee stdout", "module_stderr": "…\nNo module named yaml"}, "No module named yaml"),
        ({}, "it failed, and did not say why"),
    ],
)
def test_a_cluster_that_cannot_be_read_is_named_with_the_cause(world, monkeypatch, result, why):
    def fail(name: str, options: dict) -> dict:
        if name == "kubefabric.bgp.cluster_info":
            raise AnsibleActionFail(f"{name}: {controller.complaint(result)}")
        return World.answer(world, name, options)

    monkeypatch.setattr(world, "answer", fail)
    with pytest.raises(AnsibleActionFail) as error:
        world.run(kubernetes={"kubeconfig": "a/b", "context": "c"})
    assert error.value.message == f"cluster k8s-prod (kubeconfig a/b, context c): kubefabric.bgp.cluster_info: {why}"


# -- the result -----------------------------------------------------------------------------------------


def test_a_failure_is_told_by_its_problems_and_whole_with_verbosity(world):
    world.faults = [FAULT]
    assert set(world.run()) == {"failed", "msg", "warnings"}
    assert "APIC shows F1 (minor) at uni/tn-k8s/out-k8s-prod: bad." in world.run()["msg"]
    assert {"table", "problems", "faults", "msg"} < set(world.run(verbosity=1))


def test_problems_that_must_not_fail_come_with_a_whole_result(world):
    world.faults = [FAULT]
    found = world.run(fail_on_problems=False)
    assert not found.get("failed")
    assert [problem["kind"] for problem in found["problems"]][-1] == "fault"


@pytest.mark.parametrize("faults", [[], [FAULT]])
def test_programs_have_the_whole_result_in_a_file(world, tmp_path, faults):
    world.faults = faults
    world.run(result_file=str(tmp_path / "made" / "verify.json"))
    written = json.loads((tmp_path / "made" / "verify.json").read_text())
    assert [problem["kind"] for problem in written["problems"] if problem["kind"] != "no-pod-cidr"] == ["fault"] * len(
        faults
    )
    assert len(written["table"]) == sum(len(node["peers"]) for node in world.plan["nodes"].values())


def test_a_file_that_cannot_be_written_is_an_error_that_names_it(world, tmp_path):
    (tmp_path / "verify.json").mkdir()
    with pytest.raises(AnsibleActionFail) as error:
        world.run(result_file=str(tmp_path / "verify.json"))
    assert str(error.value).startswith(f"result_file {tmp_path / 'verify.json'}: cannot be written: Is a directory")


def test_in_check_mode_no_file_is_written(world, tmp_path):
    world.run(check=True, result_file=str(tmp_path / "verify.json"))
    assert not (tmp_path / "verify.json").exists()


def test_what_is_shown_as_a_warning_stays_in_the_result(world):
    world.faults = [{**FAULT, "acknowledged": True}]
    found = world.run(fail_on_problems=False)
    assert (
        found["remarks"]
        == found["warnings"]
        == ["APIC shows F1 (minor) at uni/tn-k8s/out-k8s-prod: bad. It is acknowledged."]
    )


# -- time -----------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """The time of day, which only sleeping moves."""
    now = [1000.0]
    monkeypatch.setattr(verify.time, "time", lambda: now[0])
    monkeypatch.setattr(verify.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(verify.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now


def test_after_a_change_all_is_well_only_when_old_sessions_would_be_gone(world, clock):
    found = world.run(nodes=list(world.plan["nodes"]), changed_at=999.0)
    assert found["ok"]
    assert clock[0] == 1004.0  # hold time 3 s and a pause, from 999 on


def test_a_session_that_this_run_reset_counts_when_it_is_newer_than_the_change(world, clock):
    """The old session is shown for 20 s after the change, which happened at 999."""
    nodes, whole = list(world.plan["nodes"]), world._bgp

    def seen() -> dict:
        age = clock[0] - 100 if clock[0] < 1020 else 0
        found = whole()
        for state in found.values():
            state["sessions"] = [{**entry, "uptime": age} for entry in state["sessions"]]
        return found

    world._bgp = seen
    resets = [{"at": 999.0}]
    assert world.run(nodes=nodes, resets=resets, wait=30)["ok"]
    assert clock[0] == 1020.0
    clock[0] = 1000.0
    assert not world.run(nodes=nodes, resets=resets, wait=10, verbosity=1)["ok"]
    assert clock[0] == 1014.0  # hold time and pause from 999 on, and the wait
    assert {row["state"] for row in world.run(nodes=nodes, resets=resets, verbosity=1)["table"]} == {"stale"}
    assert world.run(nodes=nodes, resets=resets, check=True)["ok"]


def test_a_change_of_long_ago_takes_no_time(world, clock):
    assert world.run(nodes=list(world.plan["nodes"]), changed_at=900.0)["ok"]
    assert clock[0] == 1000.0


def test_check_mode_does_not_wait(world, clock):
    world.run(check=True, nodes=list(world.plan["nodes"]), changed_at=999.0)
    assert clock[0] == 1000.0


@pytest.mark.parametrize("looks", [3, 100])
def test_the_cluster_is_asked_once_its_sessions_are_up_or_the_time_is_over(world, clock, monkeypatch, looks):
    asked: list[str] = []
    answer, whole = world.answer, world._bgp()

    def late(name: str, options: dict) -> dict:
        asked.append(name.rpartition(".")[2])
        if asked.count("aci_bgp_info") < looks and asked[-1] == "aci_bgp_info":
            return {"bgp": {leaf: {**found, "sessions": []} for leaf, found in whole.items()}, "faults": []}
        return answer(name, options)

    monkeypatch.setattr(world, "answer", late)
    found = world.run(verbosity=1, wait=20, nodes=list(world.plan["nodes"]))
    assert asked.count("cluster_info") == 1
    assert found["ok"] is (looks == 3)
    assert clock[0] == (1004.0 if looks == 3 else 1020.0)


# -- contracts ------------------------------------------------------------------------------------------


@pytest.fixture
def consumer() -> World:
    """A cluster that consumes contract ``registry``, which another one provides."""
    world = World("reachability", "k8s-test")
    world.contracts = [
        {
            "tenant": "k8s",
            "name": "registry",
            "present": True,
            "scope": "tenant",
            "subjects": [{"name": "https", "filters": [{"name": "https", "found": True}], "graph": None}],
            "providers": ["uni/tn-k8s/out-k8s-prod/instP-default"],
            "consumers": ["uni/tn-k8s/out-k8s-test/instP-default"],
        }
    ]
    return world


def test_a_whole_contract_with_both_sides_is_no_problem_and_in_the_result(consumer):
    assert consumer.kinds() == []
    assert consumer.run(verbosity=1)["contracts"] == consumer.contracts
    asked = consumer.asked["kubefabric.bgp.aci_contract_info"]
    assert asked == {"host": ["apic1"], "reachability": accept(consumer.plan)["l3out"]["reachability"]}


def test_no_contract_no_reachability(consumer):
    consumer.contracts[0].update(present=False, scope="", subjects=[], providers=[], consumers=[])
    assert consumer.kinds() == ["contract-missing"]
    assert consumer.run()["failed"]
    assert "contract registry of tenant k8s does not exist: it permits no traffic." in consumer.run()["msg"]


def test_a_side_that_was_removed_is_a_problem(consumer):
    consumer.contracts[0]["consumers"] = []
    assert consumer.kinds() == ["contract-side"]


def test_a_contract_without_a_provider_yet_is_a_warning(consumer):
    consumer.contracts[0]["providers"] = []
    assert consumer.kinds() == []
    assert consumer.run()["warnings"] == [
        "Contract registry of tenant k8s has no provider (consumed by tn-k8s/out-k8s-test/instP-default): "
        "it permits no traffic."
    ]


def test_in_check_mode_what_is_missing_is_a_warning(consumer):
    consumer.contracts[0].update(present=False)
    found = consumer.run(check=True)
    assert not found.get("failed")
    assert any("contract registry" in warning for warning in found["warnings"])


@pytest.mark.parametrize(("case", "options"), [("floating-ipv4", {}), ("reachability", {"nodes": []})])
def test_contracts_are_asked_for_only_where_the_plan_names_any_and_the_whole_cluster_is_looked_at(case, options):
    world = World(case)
    world.run(**options)
    assert "kubefabric.bgp.aci_contract_info" not in world.asked


def test_an_unknown_node_is_refused_before_anything_is_asked(world):
    with pytest.raises(AnsibleActionFail) as error:
        world.run(nodes=["unknown"])
    assert str(error.value) == f"nodes: unknown is not in the plan of {world.plan['cluster']}"
    assert world.asked == {}


def test_a_cluster_whose_hosts_peer_is_not_asked_and_what_they_originate_counts():
    world = World("nested")
    world.plan["nested"]["speaker"] = "host"
    assert world.kinds() == []
    assert world.kinds(originated={"node1": ["10.1.0.0/26"]}) == ["route-missing", "route-missing"]
    assert "kubefabric.bgp.cluster_info" not in world.asked


def test_a_plan_that_is_none_is_refused_with_every_mistake_before_anything_is_asked(world):
    del world.plan["asn"], world.plan["nodes"]["node1"]["peers"]
    result = world.run()
    assert result["failed"] and world.asked == {}
    assert [finding["path"] for finding in result["findings"]] == ["plan.asn", "plan.nodes.node1.peers"]
    assert "1. plan.asn: is missing; add it, for example asn: 65003" in result["msg"]


def test_a_parent_s_plan_is_checked_like_the_cluster_s_own():
    red = World("nested", "red")
    parent = plan("nested", "k8s-prod")
    del parent["l3out"]["vrf"]
    result = red.run(parents=[parent], parents_kubernetes=[{}])
    assert [finding["path"] for finding in result["findings"]] == ["parents[0].l3out.vrf"]


# -- routers ---------------------------------------------------------------------------------------------


def test_a_cluster_whose_nodes_peer_with_routers_asks_no_apic():
    world = World("routers-calico")
    found = world.run(apic={}, verbosity=1)
    assert "kubefabric.bgp.aci_bgp_info" not in world.asked
    assert {problem["kind"] for problem in found["problems"]} >= {"agent-down"}


def test_while_nodes_that_peer_with_routers_are_waited_for_their_reports_are_read():
    world = World("routers-calico")
    world.run(apic={}, nodes=["node1"], verbosity=1)
    asked = [one["kind"] for one in world.asked["kubefabric.bgp.cluster_info"]["objects"]]
    assert asked == ["Node", "Pod", "CalicoNodeStatus"]


def test_what_routers_said_is_in_the_table():
    world = World("routers-calico")
    peer = world.plan["nodes"]["node1"]["peers"][0]
    session = {"peer": peer["local_address"], "state": "established", "uptime": 9}
    found = world.run(routers={peer["router"]: {"sessions": [session], "routes": []}}, verbosity=1)
    assert (found["table"][0]["state"], found["table"][0]["uptime"]) == ("established", 9)
