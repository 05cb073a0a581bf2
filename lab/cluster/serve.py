"""The loop of a program that stands in for a CNI's agents: look at the cluster, end in order.

Once a second, or where the agent has an event ``changed``, whenever that is set, and every few seconds.
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

PERIOD, QUIET_PERIOD = 1.0, 2.0  # seconds between two looks, and where changes are told
SETTLE = 0.1  # seconds after a change, for those that come with it


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
    changed: threading.Event | None = getattr(agent, "changed", None)

    def end(*_: object) -> None:
        ended.set()
        if changed:
            changed.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    while not _ended(ended, changed):
        try:
            agent.once()
        except (OSError, http.client.HTTPException, RuntimeError) as error:
            print(f"{error}; again in a second", flush=True)
    agent.close()
    return 0


def _ended(ended: threading.Event, changed: threading.Event | None) -> bool:
    """Wait for the next look; True if there is none."""
    if changed is None:
        return ended.wait(PERIOD)
    if changed.wait(QUIET_PERIOD):
        ended.wait(SETTLE)
    changed.clear()
    return ended.is_set()
