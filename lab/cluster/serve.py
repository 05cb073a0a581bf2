"""The loop of a program that stands in for a CNI's agents: look at the cluster, end in order.

Whenever the agent's event ``changed`` is set, and every few seconds.
"""

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

PERIOD = 2.0  # seconds between two looks while nothing changes
SETTLE = 0.1  # seconds after a change, for those that come with it


class Agent(Protocol):
    """What stands in for the agents of one cluster; ``changed`` is set when it is worth another look."""

    changed: threading.Event

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

    def end(*_: object) -> None:
        ended.set()
        agent.changed.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    while not _ended(ended, agent.changed):
        try:
            agent.once()
        except (OSError, http.client.HTTPException, RuntimeError) as error:
            print(f"{error}; again in {PERIOD:.0f} seconds", flush=True)
    agent.close()
    return 0


def _ended(ended: threading.Event, changed: threading.Event) -> bool:
    """Wait for the next look; True if there is none."""
    if changed.wait(PERIOD):
        ended.wait(SETTLE)
    changed.clear()
    return ended.is_set()
