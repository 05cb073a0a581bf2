"""Runs of ansible-playbook that fork from a process which has imported Ansible: half of what a short run takes.

It is Ansible's own ``main`` on the same arguments, directory and environment. What is read as Ansible is imported (its
settings in the environment, ansible.cfg) is the same for all runs of one such process, so each set of them has its own.
The layers ``versions`` and ``molecule``, and the tests of hosts, start the program itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from lab.context import dying_with_parent

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = "ansible-playbook"
# Of the environment, what Ansible or Python read once.
_SETTINGS = ("ANSIBLE_", "LC_", "PYTHON")
_MORE = ("HOME", "LANG", "LANGUAGE", "NO_COLOR")


class _Server:
    """The process, for runs one after the other."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            dying_with_parent([sys.executable, "-m", "tests.preloaded_server"]),
            cwd=ROOT,
            env=dict(environment),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def run(self, task: dict, timeout: float) -> int:
        """The exit status of a run. TimeoutExpired after so many seconds."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        pid, late = self._answer(), threading.Event()

        def end() -> None:
            late.set()
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        timer = threading.Timer(timeout, end)
        timer.start()
        try:
            status = self._answer()
        finally:
            timer.cancel()
        if late.is_set():
            raise subprocess.TimeoutExpired(task["argv"], timeout)
        return status

    def _answer(self) -> int:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the process that forks for ansible-playbook has ended")
        return int(line)

    def close(self) -> None:
        """End the process, and wait for it: its CPU time counts for the layer."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


_servers: dict[str, _Server] = {}


def able(program: str, cwd: Path) -> bool:
    """Whether a run may fork: a directory's own ansible.cfg is read while Ansible is imported."""
    main = threading.current_thread() is threading.main_thread()  # the process would end with another thread
    return program == PROGRAM and main and not (cwd / "ansible.cfg").exists()


def run(
    arguments: list[str], cwd: Path, environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """The finished run of ansible-playbook; timeout in seconds."""
    argv = [str(Path(sys.executable).with_name(PROGRAM)), *arguments]
    with tempfile.TemporaryDirectory(prefix="kf-run-") as directory:
        task = {"argv": argv, "cwd": str(cwd), "environment": dict(environment), "directory": directory}
        status = _server(environment).run(task, timeout)
        output, errors = (Path(directory, name).read_text() for name in ("stdout", "stderr"))
    return subprocess.CompletedProcess(argv, status, output, errors)


def _server(environment: Mapping[str, str]) -> _Server:
    """The process for these settings; a new one where there is none, or where it has ended."""
    settings = sorted(item for item in environment.items() if item[0].startswith(_SETTINGS) or item[0] in _MORE)
    key = json.dumps(settings)
    if key not in _servers or _servers[key].process.poll() is not None:
        _servers[key] = _Server(environment)
    return _servers[key]


def close() -> None:
    """End the processes of this one."""
    while _servers:
        _servers.popitem()[1].close()
