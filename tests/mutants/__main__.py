"""``python -m tests.mutants``: makes the mutants, tries them, and says how many a test noticed and which none did.

Exit status 1 where less than 90 of 100 were noticed, or where one survives that ``survivors.yml`` does not explain.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import yaml

from tests import conftest
from tests.mutants import worker
from tests.mutants.mutations import Mutant, mutants
from tests.mutants.targets import ROOT, TARGETS, Target

NOTICED = 90  # of a hundred, at least
Reasons = dict[tuple[str, str, str], str]  # by source, function and change
SURVIVORS = Path(__file__).with_name("survivors.yml")


@dataclass(frozen=True)
class Trial:
    """A mutant of a target and whether a test noticed it."""

    target: Target
    mutant: Mutant
    noticed: bool


class Pool:
    """Workers, each of which tries one mutant after the other."""

    def __init__(self, size: int) -> None:
        self._free: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()
        self._all = [self._start() for _ in range(size)]
        for process in self._all:
            self._free.put(process)

    def _start(self) -> subprocess.Popen[str]:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        return subprocess.Popen(worker.Sandbox.command(), cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload]

    def run(self, task: dict) -> dict:
        """What a worker answers; waits until one is free."""
        process = self._free.get()
        try:
            process.stdin.write(json.dumps(task) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        finally:
            self._free.put(process)
        if not answer:
            raise SystemExit("a worker ended before its time: see above")
        return json.loads(answer)

    def close(self) -> None:
        for process in self._all:
            process.stdin.close()  # type: ignore[union-attr]
            process.wait()


# -- the run -------------------------------------------------------------------------------------------


def chosen(targets: list[Target], every: int, only: Reasons | None) -> list[tuple[Target, Mutant]]:
    """The mutants of the targets: every n-th of them, and of those the listed ones where there is a list."""
    found = [(target, mutant) for target in targets for mutant in mutants(target.path.read_text())]
    return [pair for pair in found if only is None or (pair[0].source, *pair[1].key) in only][::every]


def tried(pool: Pool, size: int, jobs: list[tuple[Target, Mutant]]) -> Iterator[Trial]:
    """The mutants, tried."""
    targets = list(dict.fromkeys(target for target, _mutant in jobs))
    with ThreadPoolExecutor(size) as threads:
        limits = dict(zip(targets, threads.map(lambda target: _limit(pool, target), targets), strict=True))
        yield from threads.map(lambda pair: _try(pool, *pair, limits[pair[0]]), jobs)


def _limit(pool: Pool, target: Target) -> float:
    """The seconds that a mutant may take: several times those of the source itself, which must pass."""
    answer = pool.run(worker.job(target.module, target.path, None, target.files, 300))
    if answer["code"] != worker.PASSED:
        raise SystemExit(f"{target.source}: its tests fail without any mutant: pytest {' '.join(target.files)}")
    return 10 + 5 * answer["seconds"]


def _try(pool: Pool, target: Target, mutant: Mutant, seconds: float) -> Trial:
    answer = pool.run(worker.job(target.module, target.path, mutant, target.files, seconds))
    return Trial(target, mutant, answer["code"] != worker.PASSED)


# -- what people read ----------------------------------------------------------------------------------


def listed() -> dict[str, list[dict]]:
    """What survivors.yml has, by source."""
    return (yaml.safe_load(SURVIVORS.read_text()) if SURVIVORS.exists() else None) or {}


def reasons(found: dict[str, list[dict]]) -> Reasons:
    """Why known survivors survive."""
    return {
        (source, entry["where"], entry["change"]): entry["why"]
        for source, entries in found.items()
        for entry in entries
    }


def vanished(targets: list[Target], known: Reasons) -> list[tuple[str, str, str]]:
    """What survivors.yml lists and the sources do not have any more."""
    there = {(target.source, *mutant.key) for target in targets for mutant in mutants(target.path.read_text())}
    sources = {target.source for target in targets}
    return [entry for entry in known if entry[0] in sources and entry not in there]


def key(trial: Trial) -> tuple[str, str, str]:
    return (trial.target.source, *trial.mutant.key)


def written(trials: list[Trial], known: Reasons, kept: dict[str, list[dict]]) -> str:
    """The text of survivors.yml: every survivor with its place and, where one is known, its reason.

    ``kept``: what the file has, which stays of sources that were not tried.
    """
    document: dict[str, list[dict]] = {}
    for trial in trials:
        entries = document.setdefault(trial.target.source, [])
        if not trial.noticed:
            mutant = trial.mutant
            entry = {"line": mutant.line, "where": mutant.where, "change": mutant.change}
            entries.append({**entry, "why": known.get(key(trial), "")})
    document = {source: entries for source, entries in {**kept, **document}.items() if entries}
    heading = (
        "# Mutants that no unit test notices, and why. Written by python -m tests.mutants --write, reasons by hand.\n"
    )
    return heading + yaml.safe_dump(document, sort_keys=False, width=118, allow_unicode=True)


def table(trials: list[Trial]) -> list[str]:
    """One line for each source, and one for all."""
    total, noticed = Counter(), Counter()
    for trial in trials:
        for name in (trial.target.source, "all"):
            total[name] += 1
            noticed[name] += trial.noticed
    names = [*(name for name in total if name != "all"), "all"]
    return [
        f"{noticed[name]:5} of {total[name]:5} ({100 * noticed[name] / total[name]:5.1f} %)  {name}" for name in names
    ]


def main() -> int:
    """Run, print, and judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("sources", nargs="*", help="parts of the names of the sources to mutate (default: all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants tried at a time")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="try every N-th mutant only: a quick look")
    parser.add_argument("--survivors", action="store_true", help="try those alone that survivors.yml lists")
    parser.add_argument("--write", action="store_true", help="write survivors.yml again; keeps the reasons")
    options = parser.parse_args()
    if options.write and options.every > 1:
        parser.error("--write needs every mutant: leave --every out")
    targets = [one for one in TARGETS if not options.sources or any(part in one.source for part in options.sources)]
    kept = listed()
    known = reasons(kept)
    for source, where, change in vanished(targets, known):
        print(f"survivors.yml: {source}: {where}: {change} is no mutant any more: remove it")
    jobs = chosen(targets, options.every, known if options.survivors else None)
    conftest.pytest_configure()  # makes the link that workers could not make
    started, pool = time.monotonic(), Pool(options.jobs)
    try:
        trials = _followed(tried(pool, options.jobs, jobs))
    finally:
        pool.close()
    if options.write:
        SURVIVORS.write_text(written(trials, known, kept))
    seconds = time.monotonic() - started
    return judged(trials, known, seconds, 0 if options.survivors else NOTICED)


def _followed(trials: Iterator[Trial]) -> list[Trial]:
    """The trials; says each survivor at once, and each source when it begins."""
    found: list[Trial] = []
    for trial in trials:
        if not found or found[-1].target != trial.target:
            print(f"· {trial.target.source}", flush=True)
        if not trial.noticed:
            print(f"  {trial.mutant.line}: {': '.join(trial.mutant.key)}", flush=True)
        found.append(trial)
    return found


def judged(trials: list[Trial], known: Reasons, seconds: float, wanted: int = NOTICED) -> int:
    """Print what came of it; the exit status. ``wanted``: how many of a hundred tests have to notice."""
    unexplained = [trial for trial in trials if not trial.noticed and not known.get(key(trial))]
    for trial in unexplained:
        print(f"no test notices: plugins/{trial.target.source}:{trial.mutant.line} {': '.join(trial.mutant.key)}")
    print("\n".join(table(trials)))
    for source, where, change in [key(trial) for trial in trials if trial.noticed and key(trial) in known]:
        print(f"survivors.yml: {source}: {where}: {change} is noticed now: remove it")
    score = 100 * sum(trial.noticed for trial in trials) / len(trials)
    print(f"{len(trials)} mutants, {score:.1f} % noticed, {len(unexplained)} without a reason, {seconds:.0f} s")
    return 0 if score >= wanted and not unexplained else 1


if __name__ == "__main__":
    sys.exit(main())
