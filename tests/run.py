"""Runs layers of tests and ends with one line for all of them: ``N passed, N failed, N skipped``.

``python -m tests.run [--setup] unit runs lab``; each layer is a folder below ``tests/`` that pytest runs
(tests/runner/layers.py). Three lanes of layers run at the same time; with ``--setup`` the lab's programs are built
while the first layers that do not need them run. JUnit reports and, where lanes run, the layers' output are in
build/test.
Exit status 1 when anything failed, or when nothing was tested at all.

What fails in a layer of real daemons is tried once more, in a lab of its own: their timers run on a machine that
others share. What passes then counts as passed and is named, with what went wrong at first printed above it.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from pathlib import Path

from lab.context import dying_with_parent
from tests.runner import summary
from tests.runner.layers import LAYERS, NICENESS, Layer
from tests.runner.outcome import Outcome, files, node_ids, read

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "test"
# A change that breaks more than a few tests is broken, and is not tried twice.
MOST_TRIED_AGAIN = 5
WITHOUT_SETUP = ("lint",)  # layers that need nothing of what the set-up builds
STATUS_SECONDS = 60.0


def run_pytest(name: str, arguments: list[str], *, quiet: bool, niceness: int = 0) -> Outcome:
    """Run pytest; ``name`` is that of its report. With ``quiet`` its output goes to a file until it has ended."""
    report, log = REPORTS / f"{name}.xml", REPORTS / f"{name}.log"
    REPORTS.mkdir(parents=True, exist_ok=True)
    for path in (report, log):
        path.unlink(missing_ok=True)
    command = ["nice", "-n", str(niceness), sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
    started = time.monotonic()
    _, processor = run_process(command, log if quiet else None)
    outcome = read(report)
    outcome.seconds, outcome.processor = time.monotonic() - started, processor
    return outcome


def run_process(command: list[str], log: Path | None = None) -> tuple[int, float]:
    """Run a command that ends with this process, its output on the terminal or in a file.

    Returns the exit status, and the CPU seconds of the command and of all processes below it that were waited for.
    """
    command = dying_with_parent(command, "TERM")
    with log.open("wb") if log else nullcontext() as output:
        errors = subprocess.STDOUT if log else None
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime


def run_layer(layer: Layer, *, quiet: bool = False) -> Outcome:
    """Run one layer, and what failed there once more where the layer is one of real daemons."""
    if not quiet:
        say(f"\n=== {layer.name} " + "=" * (100 - len(layer.name)))
    niceness = NICENESS.get(layer.lane, 0) if quiet else 0
    outcome = run_pytest(layer.name, [f"tests/{layer.name}", *layer.options], quiet=quiet, niceness=niceness)
    if quiet:
        show(layer.name)
    if layer.second_try and 0 < len(outcome.failed) <= MOST_TRIED_AGAIN:
        say(f"\n=== {layer.name}: once more what failed " + "=" * 60)
        again = (files if layer.second_try == "file" else node_ids)(outcome.failed)
        outcome = outcome.tried_again(run_pytest(f"{layer.name}-again", again, quiet=quiet))
        if quiet:
            show(f"{layer.name}-again")
    return outcome


_printing = threading.Lock()


def say(text: str) -> None:
    """Print lines that no other lane interrupts."""
    with _printing:
        print(text, flush=True)


def show(name: str) -> None:
    """Print what pytest wrote to a layer's log."""
    log = REPORTS / f"{name}.log"
    text = log.read_text(errors="replace").rstrip() if log.exists() else "(no output)"
    say(f"\n=== {name} " + "=" * (100 - len(name)) + f"\n{text}")


# -- lanes ------------------------------------------------------------------------------------------------


def run_lanes(layers: list[Layer], *, setup: bool) -> dict[str, Outcome]:
    """Run the layers, those of different lanes at the same time; outcomes in the order of ``layers``.

    What needs a set-up that failed is not run, and counts as broken.
    """
    lanes = [[layer for layer in layers if layer.lane == lane] for lane in dict.fromkeys(item.lane for item in layers)]
    quiet = len(lanes) > 1 or setup
    found: dict[str, Outcome] = {}
    with ThreadPoolExecutor(len(lanes) + 1) as pool:
        ready = pool.submit(set_up) if setup else None

        def run_lane(lane: list[Layer]) -> None:
            for layer in lane:
                able = ready is None or layer.name in WITHOUT_SETUP or ready.result()
                found[layer.name] = run_layer(layer, quiet=quiet) if able else Outcome(broken=True)

        jobs = [pool.submit(run_lane, lane) for lane in lanes]
        while quiet and wait(jobs, STATUS_SECONDS).not_done:
            say(status(layers, found))
        for job in jobs:
            job.result()
    return {layer.name: found[layer.name] for layer in layers}


def set_up() -> bool:
    """Build and install what the lab needs; whether that succeeded."""
    started = time.monotonic()
    succeeded = run_process([sys.executable, "-m", "lab.setup"])[0] == 0
    say(f"set-up: {summary.clock(time.monotonic() - started)}{'' if succeeded else ', failed'}")
    return succeeded


def status(layers: list[Layer], found: Mapping[str, Outcome]) -> str:
    """How far the layers are that run now, for example ``… unit: 2013 tests done, lab: 12 tests done``."""
    running = [layer.name for layer in layers if layer.name not in found and (REPORTS / f"{layer.name}.log").exists()]
    return "… " + (", ".join(f"{name}: {_done(REPORTS / f'{name}.log')} tests done" for name in running) or "set-up")


def _done(log: Path) -> int:
    """How many tests have ended, by the letters that pytest writes, one a test."""
    lines = re.findall(r"(?m)^([.FEsxX]+)(?: +\[ *\d+%\])?$", log.read_text(errors="replace"))
    return sum(map(len, lines))


def _layer(name: str) -> Layer:
    if name not in LAYERS:
        raise argparse.ArgumentTypeError(f"there is no layer {name}; there are: {', '.join(LAYERS)}")
    return LAYERS[name]


def main(arguments: list[str]) -> int:
    """Run the layers and print the summary."""
    parser = argparse.ArgumentParser(prog="python -m tests.run", description="Run layers of tests.")
    parser.add_argument(
        "--setup", action="store_true", help="build and install what the lab needs beside the first layers"
    )
    parser.add_argument("layers", nargs="*", type=_layer, metavar="LAYER", help="unit unless given")
    options = parser.parse_args(arguments)
    for path in REPORTS.glob("*.log"):
        path.unlink()
    outcomes = run_lanes(options.layers or [LAYERS["unit"]], setup=options.setup)
    lines, code = summary.closing(outcomes, strict=os.environ.get("CI") == "true")
    say("\n".join(["", f"The {summary.SLOWEST} slowest tests:", *summary.slowest(outcomes), ""]))
    say("\n".join([*summary.times(outcomes), "", *lines]))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
