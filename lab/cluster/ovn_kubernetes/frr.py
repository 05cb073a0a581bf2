"""FRR and its reloader in a frr-k8s pod: ``frr.py /frr-k8s ARGUMENTS``, the first process of the pod's container.

A frr-k8s pod has containers for FRR's daemons, for the reloader and for frr-k8s itself. Here they are one: the daemons
are started with the options of frr-k8s' own manifest (config/frr-k8s/frr-cm.yaml), then frr-k8s. At HUP, which frr-k8s
sends after it wrote FRR_CONFIG_FILE, FRR's own frr-reload.py checks that file and applies what differs; how that went
is left in the files that frr-k8s reads for the FRRNodeState. When one process ends all do, and the pod restarts.

It runs by the machine's own Python in a container that does not see the checkout: the standard library alone.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

DAEMONS = Path("/usr/lib/frr")
SOCKETS = Path("/var/run/frr")
# In the order of starting. bgpd does not listen: nodes open their sessions (-p 0).
OPTIONS = {
    "zebra": ["-A", "127.0.0.1", "-K", "120", "-s", "90000000"],
    "staticd": ["-A", "127.0.0.1"],
    "bgpd": ["-A", "127.0.0.1", "-p", "0"],
    "bfdd": ["-A", "127.0.0.1"],
}
SIGNALS = {signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
START_SECONDS, STOP_SECONDS = 20.0, 5.0


def main(line: list[str]) -> int:
    """Run FRR and the command line of frr-k8s until one ends or TERM comes; the exit code of who ended first."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    config = Path(os.environ["FRR_CONFIG_FILE"])
    _write(Path(os.environ["FRR_RELOADER_PID_FILE"]), str(os.getpid()))
    processes = [_daemon(name) for name in OPTIONS]
    processes.append(_start(line))
    while True:
        came = signal.sigwait(SIGNALS)
        ended = [process for process in processes if process.poll() is not None]
        if came in (signal.SIGTERM, signal.SIGINT) or ended:
            _end(processes)
            return (ended[0].returncode or 1) if ended else 0
        if came == signal.SIGHUP:
            reload(config)


# -- processes --------------------------------------------------------------------------------------------


def _start(line: list[str]) -> subprocess.Popen:
    print("starting " + " ".join(line), flush=True)
    return subprocess.Popen(line, preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS))


def _daemon(name: str) -> subprocess.Popen:
    """Start one of FRR's daemons and wait until it answers."""
    SOCKETS.mkdir(parents=True, exist_ok=True)
    shutil.chown(SOCKETS, "frr", "frr")
    socket = SOCKETS / f"{name}.vty"
    socket.unlink(missing_ok=True)
    process = _start([str(DAEMONS / name), *OPTIONS[name], "--log", "stdout"])
    deadline = time.monotonic() + START_SECONDS
    while not socket.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return process


def _end(processes: list[subprocess.Popen]) -> None:
    """frr-k8s first, the daemons in reverse; what does not end is killed with the container."""
    for process in reversed(processes):
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()


# -- the reloader -----------------------------------------------------------------------------------------


def reload(config: Path) -> bool:
    """Check and apply a configuration; ``.status``, ``last-error`` and ``running-config`` beside it say how it went."""
    for action in ("--test", "--reload"):
        command = ["/usr/bin/python3", str(DAEMONS / "frr-reload.py"), action, "--stdout", str(config)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            said = without_passwords(done.stdout)
            print(f"frr-reload.py {action} failed:\n{said}", flush=True)
            _note(config.parent, "failure", said)
            return False
    print("configuration applied", flush=True)
    _note(config.parent, "success", "")
    return True


def _note(directory: Path, result: str, error: str) -> None:
    """What frr-k8s reads every half minute (internal/frr/frr.go, fetchStatus)."""
    running = subprocess.run(["vtysh", "-c", "show running-config"], capture_output=True, text=True, check=False)
    _write(directory / "running-config", without_passwords(running.stdout))
    _write(directory / "last-error", error)
    _write(directory / ".status", f"{int(time.time())} {result}")


def _write(file: Path, text: str) -> None:
    """Write a file in one step: frr-k8s and tests read it at any time, and must not see a part of it."""
    temporary = file.with_name(f"{file.name}.tmp")
    temporary.write_text(text)
    temporary.replace(file)


def without_passwords(text: str) -> str:
    """FRR quotes the lines it does not like: passwords in them go nowhere."""
    return re.sub(r"(password) \S+", r"\1 <retracted>", text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
