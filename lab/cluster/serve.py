"""The loop of a program that stands in for a CNI's agents: look at the cluster once a second, end in order."""

from __future__ import annotations

import argparse
import http.client
import signal
import threading
from collections.abc import Callable
from typing import Protocol

from lab.cluster import control
from lab.cluster.api import Api
from lab.context import Lab

PERIOD = 1.0


class Agent(Protocol):
    """What stands in for the agents of one cluster."""

    def once(self) -> None:
        """Bring every node to what the API server says now."""

    def close(self) -> None:
        """End what was started."""


def serve(module: str, description: str | None, make: Callable[[Lab, str, Api], Agent]) -> int:
    """Run the command line of ``python -m module`` until TERM or INT; the exit code."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--lab", required=True, help="the lab's name")
    parser.add_argument("--cluster", required=True, help="the cluster's name")
    options = parser.parse_args()
    lab, ended = Lab(options.lab), threading.Event()
    made = control.layout(lab, options.cluster)
    agent = make(lab, options.cluster, Api(made.ports["kube-apiserver"], made.pki, "agents"))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(PERIOD):
        try:
            agent.once()
        except (OSError, http.client.HTTPException, RuntimeError) as error:
            print(f"{error}; again in a second", flush=True)
    agent.close()
    return 0
