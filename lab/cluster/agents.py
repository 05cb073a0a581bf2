"""Runs the BGP agents of a cluster's pods: ``python -m lab.cluster.agents --lab NAME --cluster C``.

Watches the pods; those with a container of a program that the lab has (lab.cluster.programs) get the real one in
their node's network namespace, with the very arguments that the pod carries. kwok leaves these pods alone
(lab.cluster.stages): this process is their kubelet.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import Callable

from lab.cluster import control
from lab.cluster.api import Api
from lab.cluster.backend import Backend
from lab.cluster.mirror import follow
from lab.cluster.pods import is_agent
from lab.cluster.relay import Relays
from lab.cluster.worker import Worker
from lab.context import Lab
from lab.tools import program

PODS, NODES = "/api/v1/pods", "/api/v1/nodes"
RELAY_SECONDS = 1.0


class Agents:
    """All agent pods of one cluster, by uid."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.workers: dict[str, tuple[Worker, asyncio.Task]] = {}
        self.nodes: set[str] = set()

    # -- what the watch says --------------------------------------------------------------------------

    def seen_nodes(self, kind: str, node: dict) -> None:
        """A node was added, changed or deleted."""
        name = node["metadata"]["name"]
        (self.nodes.discard if kind == "DELETED" else self.nodes.add)(name)

    def seen_pod(self, kind: str, pod: dict) -> None:
        """A pod was added, changed or deleted."""
        uid = pod["metadata"]["uid"]
        if kind == "DELETED":
            self._stop(uid)
        elif pod["metadata"].get("deletionTimestamp"):
            self._stop(uid, pod)
        elif uid not in self.workers and is_agent(pod) and pod["spec"].get("nodeName"):
            worker = Worker(pod, self.backend)
            self.workers[uid] = (worker, asyncio.create_task(self._run(worker)))

    def only(self, pods: list[dict]) -> None:
        """The complete list after a watch was interrupted: what is not in it is gone."""
        for uid in set(self.workers) - {pod["metadata"]["uid"] for pod in pods}:
            self._stop(uid)

    def _stop(self, uid: str, pod: dict | None = None) -> None:
        if uid in self.workers:
            worker = self.workers[uid][0]
            if pod is not None:  # it says now how long the grace period is
                worker.pod["metadata"] = pod["metadata"]
            worker.stop()
        elif pod is not None and is_agent(pod) and pod["spec"].get("nodeName"):
            asyncio.get_running_loop().run_in_executor(None, self.backend.forget, pod)

    async def _run(self, worker: Worker) -> None:
        name = f"{worker.pod['metadata']['namespace']}/{worker.pod['metadata']['name']}"
        print(f"{name}: running on {worker.node}", flush=True)
        try:
            await worker.run()
        finally:
            self.workers.pop(worker.uid, None)
            print(f"{name}: stopped", flush=True)
        if worker.pod["metadata"].get("deletionTimestamp"):
            await asyncio.to_thread(self.backend.forget, worker.pod)

    async def close(self) -> None:
        """Stop every agent in order."""
        running = list(self.workers.values())
        for worker, _ in running:
            worker.pod["metadata"].setdefault("deletionGracePeriodSeconds", 5)
            worker.stop()
        await asyncio.gather(*(task for _, task in running), return_exceptions=True)


async def serve(backend: Backend) -> None:
    """Run agents and relays until TERM or INT."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    agents, relays = Agents(backend), Relays(backend.api.port)

    def later(function: Callable) -> Callable:
        return lambda *arguments: loop.call_soon_threadsafe(function, *arguments)

    watches = ((NODES, lambda _: None, agents.seen_nodes), (PODS, agents.only, agents.seen_pod))
    for path, listed, seen in watches:
        threading.Thread(target=follow, args=(backend.api, path, later(listed), later(seen)), daemon=True).start()
    while not ended.is_set():
        await relays.refresh({backend.namespace(node) for node in agents.nodes})
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), RELAY_SECONDS)
    await agents.close()
    relays.close()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m lab.cluster.agents", description=__doc__)
    parser.add_argument("--lab", required=True, help="the lab's name")
    parser.add_argument("--cluster", required=True, help="the cluster's name")
    options = parser.parse_args()
    lab = Lab(options.lab)
    made = control.layout(lab, options.cluster)
    api = Api(made.ports["kube-apiserver"], made.pki, "agents")
    asyncio.run(serve(Backend(lab, options.cluster, api, program)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
