"""lab.cluster.worker and lab.cluster.agents, without processes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lab.cluster.agents import Agents
from lab.cluster.worker import next_backoff


def test_a_container_that_keeps_failing_waits_twice_as_long_each_time_up_to_five_minutes():
    waits = [0.0]
    for _ in range(7):
        waits.append(next_backoff(waits[-1], ran=0.1))
    assert waits[1:] == [10, 20, 40, 80, 160, 300, 300]


def test_a_container_that_ran_ten_minutes_starts_afresh():
    assert next_backoff(300.0, ran=601.0) == 10


class FakeBackend:
    """Remembers what the agents tell the API server; nodes have no namespace, so nothing is started."""

    directory = Path("/nonexistent")

    def __init__(self) -> None:
        self.statuses: list[dict] = []
        self.forgotten: list[str] = []

    def namespace(self, node: str) -> str:
        return f"kf-none-{node}"

    def log(self, node: str, _container: str) -> Path:
        return self.directory / node

    def node_addresses(self, _node: str) -> list[str]:
        return ["192.168.2.1"]

    def write_status(self, _pod: dict, status: dict) -> None:
        self.statuses.append(status)

    def forget(self, pod: dict) -> None:
        self.forgotten.append(pod["metadata"]["name"])


def pod(image: str = "cloudnativelabs/kube-router", **metadata) -> dict:
    return {
        "metadata": {"name": "a", "namespace": "kube-system", "uid": "1", **metadata},
        "spec": {"nodeName": "node1", "hostNetwork": True, "containers": [{"name": "a", "image": image}]},
    }


def observe(*events: tuple[str, dict]) -> FakeBackend:
    backend = FakeBackend()

    async def go() -> None:
        agents = Agents(backend)
        for kind, seen in events:
            agents.seen_pod(kind, seen)
            for _ in range(100):
                await asyncio.sleep(0.01)
                if backend.statuses or backend.forgotten or not agents.workers:
                    break
        await agents.close()
        await asyncio.get_running_loop().shutdown_default_executor()

    asyncio.run(go())
    return backend


def test_a_pod_on_a_node_without_namespace_waits_and_says_why():
    state = observe(("ADDED", pod())).statuses[0]["containerStatuses"][0]["state"]
    assert state == {
        "waiting": {
            "reason": "ContainerCreating",
            "message": "network namespace kf-none-node1 is not there (yet)",
        }
    }


def test_other_peoples_pods_are_left_to_kwok():
    backend = observe(("ADDED", pod("nginx")), ("MODIFIED", pod("nginx", deletionTimestamp="t")))
    assert (backend.statuses, backend.forgotten) == ([], [])


def test_a_deleted_pod_is_forgotten_only_after_its_worker_ended():
    backend = observe(("ADDED", pod()), ("MODIFIED", pod(deletionTimestamp="t", deletionGracePeriodSeconds=1)))
    assert backend.forgotten == ["a"]


def test_a_pod_deleted_while_no_agents_ran_is_forgotten():
    assert observe(("ADDED", pod(deletionTimestamp="t"))).forgotten == ["a"]
