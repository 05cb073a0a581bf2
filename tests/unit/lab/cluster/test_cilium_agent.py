"""The stand-in for Cilium's operator and agents at work: what it writes, which speakers it starts and ends."""

from __future__ import annotations

import threading

import pytest

from lab.cluster.api import ApiError
from lab.cluster.cilium import agent, operator
from lab.context import Lab
from tests.unit.lab.cluster.test_cilium_stand_in import cluster, plan

NODE = "node1"


class FakeMirror:
    """What the API server would have, as a test gives it."""

    def __init__(self, _api: object, _paths: object) -> None:
        self.changed, self.complete, self.found = threading.Event(), True, {}

    def items(self) -> dict:
        return self.found


class FakeApi:
    """Notes what is written; ``conflict`` makes every creation one that somebody else was faster with."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.conflict = False

    def request(self, method: str, path: str, _body: object = None) -> dict:
        self.calls.append((method, path.removeprefix("/apis/cilium.io/v2/")))
        if self.conflict:
            raise ApiError(409, "is there already")
        return {}

    def patch(self, path: str, body: object) -> dict:
        return self.request("PATCH", path, body)


class FakeDaemon:
    """A gobgpd that only notes what is done to it."""

    made: dict[str, FakeDaemon]

    def __init__(self, _lab: Lab, _cluster: str, node: str, _instance: str) -> None:
        self.did: list[str] = []
        FakeDaemon.made[node] = self

    def bring(self, speaker: object) -> None:
        self.did.append(f"bring {len(speaker.peers)} peers")  # type: ignore[attr-defined]

    def stop(self) -> None:
        self.did.append("stop")

    def kill(self) -> None:
        self.did.append("kill")

    def neighbors(self) -> list:
        return []


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> agent.Agent:
    FakeDaemon.made = {}
    monkeypatch.setattr(agent, "Mirror", FakeMirror)
    monkeypatch.setattr(agent, "Daemon", FakeDaemon)
    monkeypatch.setattr(agent.netns, "identity", lambda _namespace: 1)
    result = agent.Agent(Lab("unit"), "k8s", FakeApi())  # type: ignore[arg-type]
    result.mirror.found = {**cluster(plan("ipv4")).items, "pods": [pod()]}
    result.reported = float("inf")
    return result


def pod(**metadata: object) -> dict:
    return {"metadata": {"name": "cilium-x", "labels": {"k8s-app": "cilium"}, **metadata}, "spec": {"nodeName": NODE}}


def test_what_is_as_it_should_be_is_not_written_again(made):
    made.once()
    assert made.api.calls == []


def test_the_operator_s_objects_are_made_corrected_and_deleted(made):
    found = made.mirror.found
    found["ciliumnodes"] = found["ciliumnodes"][1:]
    found["ciliumbgpnodeconfigs"][1]["spec"]["bgpInstances"][0]["localASN"] = 1
    found["ciliumbgpnodeconfigs"].append({"metadata": {"name": "gone"}, "spec": {"bgpInstances": []}})
    made.once()
    assert made.api.calls == [
        ("POST", "ciliumnodes"),
        ("PATCH", "ciliumbgpnodeconfigs/node2"),
        ("DELETE", "ciliumbgpnodeconfigs/gone"),
    ]


def test_what_was_made_in_the_meantime_is_no_error(made):
    made.mirror.found["ciliumnodes"] = []
    made.api.conflict = True
    made.once()
    assert {method for method, _path in made.api.calls} == {"POST"}


def test_a_node_runs_a_speaker_while_the_agent_s_pod_is_there_and_its_end_is_no_farewell(made):
    made.once()
    assert FakeDaemon.made[NODE].did == ["bring 2 peers"]
    assert list(FakeDaemon.made) == [NODE]
    made.mirror.found["pods"] = [pod(deletionTimestamp="2026-01-01T00:00:00Z")]
    made.once()
    assert FakeDaemon.made[NODE].did == ["bring 2 peers", "kill"]


def test_a_node_that_nothing_selects_any_more_takes_leave_of_its_peers(made):
    made.once()
    made.mirror.found["ciliumbgpnodeconfigs"] = []
    made.mirror.found["ciliumbgpclusterconfigs"] = []
    made.once()
    assert FakeDaemon.made[NODE].did == ["bring 2 peers", "stop"]


def test_a_label_that_the_node_lost_goes_from_its_cilium_node(made, monkeypatch):
    bodies: list[dict] = []
    monkeypatch.setattr(made.api, "patch", lambda _path, body: bodies.append(body))
    node = made.mirror.found["nodes"][0]
    old = operator.cilium_node(node)
    old["metadata"]["labels"] = {**old["metadata"]["labels"], "zone": "a"}
    made.mirror.found["ciliumnodes"][0] = old
    made.once()
    assert bodies[0]["metadata"]["labels"] == {"zone": None, "rack_id": "rack1"}


def test_nothing_is_done_before_everything_was_read(made):
    made.mirror.complete = False
    made.once()
    assert (made.api.calls, FakeDaemon.made) == ([], {})
