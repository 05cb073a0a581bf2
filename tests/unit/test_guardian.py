"""What a killed test run leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab.context import Lab, dying_with_parent, process_id, wait_for
from tests import guardian

ROOT = Path(__file__).resolve().parents[2]

RUN = """
import sys, time
sys.path.insert(0, {root!r})
from lab.context import Lab, start_process
from tests import guardian
guardian.start()
start_process(Lab({lab!r}), "apic", ["sleep", "300"])
print("up", flush=True)
time.sleep(300)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="the lab needs root (network namespaces)")
def test_the_labs_of_a_killed_run_go():
    lab = Lab(f"g{os.getpid()}")
    script = RUN.format(root=str(ROOT), lab=lab.name)
    run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stdout.readline() == "up\n"
    pid = process_id(lab, "apic")
    assert pid is not None
    run.send_signal(signal.SIGKILL)
    run.wait()
    wait_for(lambda: not lab.directory.exists(), "the lab's end")
    assert not _runs(pid)


def test_the_labs_of_other_runs_stay(tmp_path: Path):
    for lab, owner in (("mine", "12"), ("other", "123"), ("demo", "")):
        (tmp_path / lab).mkdir()
        if owner:
            (tmp_path / lab / "owner").write_text(owner)
    assert guardian.labs_of("12", tmp_path) == [Lab("mine")]


def test_a_server_ends_with_the_process_that_started_it():
    start = f"import subprocess; subprocess.Popen({dying_with_parent(['sleep', '300'])!r}); print('up'); input()"
    parent = subprocess.Popen([sys.executable, "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "up\n"
    (child,) = map(int, Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split())
    wait_for(lambda: Path(f"/proc/{child}/comm").read_text() == "sleep\n", "the server's start")
    parent.kill()
    parent.wait()
    wait_for(lambda: not _runs(child), "the server's end")


def _runs(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
