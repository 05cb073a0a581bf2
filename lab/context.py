"""What every part of the lab agrees on: names, directories, child processes.

A lab has a name (default ``demo``), so that a demo and a test run can live on one machine side by side.
All of its network namespaces are called ``kf-<lab>-…``; all of its files are below one state directory;
every process that it starts leaves a pid file there, and nothing else is ever signalled.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


def cache_directory() -> Path:
    """Where slow builds are kept between labs, outside the checkout: keyed by version by those who use it."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(base) / "kubefabric-lab"


# In the environment: the pid of the test run that a lab belongs to, noted in the lab's file ``owner``.
OWNER = "KUBEFABRIC_LAB_OWNER"


@dataclass(frozen=True)
class Lab:
    """One lab on this machine."""

    name: str = "demo"

    @property
    def directory(self) -> Path:
        """State, logs and pid files of this lab; removed by ``lab down``."""
        return Path("/run/kubefabric-lab") / self.name

    def namespace(self, *parts: str) -> str:
        """The name of a network namespace of this lab, for example ``kf-demo-node-k8s-prod-node1``."""
        return "-".join(("kf", self.name, *parts))

    def node_namespace(self, cluster: str, node: str) -> str:
        """The namespace that stands for one Kubernetes node."""
        return self.namespace("node", cluster, node)

    def file(self, *parts: str) -> Path:
        """A path below the state directory, whose parent exists afterwards."""
        path = self.directory.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    # -- state ------------------------------------------------------------------------------------

    def read_state(self, part: str) -> dict:
        """What a part of the lab (``apic``, ``cluster``, ``topology`` …) noted about itself; ``{}`` if nothing."""
        path = self.directory / f"{part}.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def write_state(self, part: str, state: dict) -> None:
        """Replace the note of a part of the lab in one step."""
        path = self.file(f"{part}.json")
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(state, indent=1))
        temporary.replace(path)


# -- processes ----------------------------------------------------------------------------------------


def _pid_file(lab: Lab, name: str) -> Path:
    return lab.file("pids", f"{name}.pid")


def _start_ticks(pid: int) -> str | None:
    """The kernel's start time of a process: together with the pid it names one process for good."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return None
    return None if fields[0] == "Z" else fields[19]


def process_id(lab: Lab, name: str) -> int | None:
    """The pid of a process that this lab started and that still runs, or None."""
    path = _pid_file(lab, name)
    if not path.exists():
        return None
    pid, _, ticks = path.read_text().partition(" ")
    return int(pid) if ticks and _start_ticks(int(pid)) == ticks else None


def start_process(
    lab: Lab,
    name: str,
    command: Sequence[str],
    *,
    namespace: str | None = None,
    environment: dict[str, str] | None = None,
    directory: Path | None = None,
) -> int:
    """Start a background process of the lab unless it runs already; its output goes to ``logs/<name>.log``.

    ``namespace`` is the full name of a network namespace to start it in. Returns the pid.
    """
    running = process_id(lab, name)
    if running is not None:
        return running
    argv = [*(["ip", "netns", "exec", namespace] if namespace else []), *command]
    if os.environ.get(OWNER):
        lab.file("owner").write_text(os.environ[OWNER])
    with lab.file("logs", f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
            cwd=directory,
        )
    ticks = _start_ticks(process.pid)
    if ticks is None:
        raise RuntimeError(f"{name} ended at once; see {lab.file('logs', name + '.log')}")
    _pid_file(lab, name).write_text(f"{process.pid} {ticks}")
    return process.pid


def stop_process(lab: Lab, name: str, *, timeout: float = 10.0) -> None:
    """End a process of the lab (TERM, then KILL after ``timeout`` seconds); nothing happens if it is gone."""
    pid = process_id(lab, name)
    if pid is not None:
        for number, patience in ((signal.SIGTERM, timeout), (signal.SIGKILL, 5.0)):
            try:
                os.killpg(pid, number)
            except ProcessLookupError:
                break
            try:
                wait_for(lambda: process_id(lab, name) is None, f"the end of {name}", timeout=patience, interval=0.05)
            except TimeoutError:
                continue
            break
    _pid_file(lab, name).unlink(missing_ok=True)


def dying_with_parent(command: Sequence[str], signal_name: str = "KILL") -> list[str]:
    """A command line whose process gets that signal when the thread that starts it ends, however it ends."""
    return ["setpriv", "--pdeathsig", signal_name, "--", *command]


def process_names(lab: Lab) -> list[str]:
    """Every process that this lab started and did not stop itself."""
    return sorted(path.stem for path in (lab.directory / "pids").glob("*.pid"))


def wait_for(condition: Callable[[], object], what: str, *, timeout: float = 30.0, interval: float = 0.2) -> object:
    """Wait until ``condition()`` is true and return its value; TimeoutError says ``what`` did not come.

    ``timeout`` is in seconds of a machine that has time: where processes queue for its processors, it is longer.
    """
    started = time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        allowed = timeout * strain()
        if time.monotonic() > started + allowed:
            raise TimeoutError(f"{what}: not within {allowed:.0f} s")
        time.sleep(interval)


def strain(most: float = 4.0) -> float:
    """How much longer things take now than on an idle machine: 1 while no more than two processes a processor run."""
    return min(max(os.getloadavg()[0] / (2 * (os.cpu_count() or 1)), 1.0), most)


def run(command: Sequence[str], *, namespace: str | None = None, check: bool = True, stdin: str | None = None) -> str:
    """Run a command, in a namespace if given, and return what it printed; RuntimeError carries its complaint."""
    argv = [*(["ip", "netns", "exec", namespace] if namespace else []), *command]
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout
