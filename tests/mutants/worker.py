"""Tries mutants: reads jobs, one JSON document a line, and answers each with what the tests made of it.

A job runs pytest in a process of its own, forked from this one, so that Ansible and pytest are imported once. As root
this process has its own view of the machine, where nothing but a folder in memory can be written and no service or
network can be reached: a mutant of what writes files or runs commands must do no harm.
"""

from __future__ import annotations

import ast
import gc
import importlib.util
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

from tests.mutants.mutations import Mutant, mutated
from tests.mutants.targets import ROOT

# How pytest ends: every other code is a mutant that a test, or Python itself, noticed.
PASSED, LATE = 0, -1
# Imported before any mutant: nothing of the collection's, and nothing that imports that.
ALIKE = ("pytest", "yaml", "jinja2", "kubernetes.dynamic", "kubernetes.config", "ansible.module_utils.basic")
ALIKE += ("tests.kubernetes_api", "tests.run_module")
OPTIONS = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:unraisableexception")
_SCRATCH = "/run/mutants"
_KEPT = ("/proc", "/dev", "/sys")


class Sandbox:
    """How a worker is started, and what it does to itself first."""

    @staticmethod
    def command() -> list[str]:
        """The command of a worker; without rights, and so without harm, where the user is not root."""
        worker = [sys.executable, "-m", "tests.mutants.worker"]
        if os.geteuid() != 0:
            return worker
        if shutil.which("unshare") is None:
            raise SystemExit("no unshare (util-linux): run this as an ordinary user, or install it")
        return ["unshare", "--mount", "--net", "--pid", "--ipc", "--kill-child", "--mount-proc", *worker, "--closed"]

    @staticmethod
    def close() -> None:
        """Make all that is mounted read-only, except for a folder in memory that temporary files go to."""
        subprocess.run(["ip", "link", "set", "lo", "up"], check=False)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        for point in Sandbox._mounted():
            subprocess.run(["mount", "-o", "remount,bind,ro", point], check=False, stderr=subprocess.DEVNULL)
        scratch = Path(_SCRATCH)
        scratch.mkdir()
        os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
        try:
            Path("/etc/kubefabric-mutants").touch()
        except OSError:
            return
        Path("/etc/kubefabric-mutants").unlink()
        raise SystemExit("the machine's files could not be made read-only for mutants")

    @staticmethod
    def _mounted() -> Iterator[str]:
        for line in Path("/proc/self/mountinfo").read_text().splitlines():
            point = line.split()[4]
            if point != "/run" and not point.startswith(_KEPT):
                yield point


class _Loader(SourceFileLoader):
    """Loads one module from a changed syntax tree."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self.tree = tree

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - importlib's name
        return compile(self.tree, self.path, "exec")


class _Finder:
    """Finds that module before Ansible's finder does."""

    def __init__(self, loader: _Loader) -> None:
        self.loader = loader

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        if name != self.loader.name:
            return None
        return importlib.util.spec_from_file_location(name, self.loader.path, loader=self.loader)


def job(module: str, path: Path, mutant: Mutant | None, tests: list[str], seconds: float) -> dict[str, Any]:
    """What to send to a worker; without a mutant the tests run on the source as it is."""
    return {
        "module": module,
        "path": str(path),
        "mutant": mutant and vars(mutant),
        "tests": tests,
        "seconds": seconds,
    }


def main() -> None:
    """Answer jobs until there are no more."""
    if "--closed" in sys.argv:
        Sandbox.close()
    sys.pycache_prefix = tempfile.mkdtemp()
    _prepare()
    for line in sys.stdin:
        print(json.dumps(_tried(json.loads(line))), flush=True)


def _prepare() -> None:
    """Import what all tests need and no mutant changes, once: it takes longer than most tests."""
    import tests.conftest

    os.chdir(ROOT)
    tests.conftest.pytest_configure()
    for name in ALIKE:
        importlib.import_module(name)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    gc.freeze()


def _tried(task: dict[str, Any]) -> dict[str, Any]:
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 3
        try:
            code = _run(task)
        finally:
            os._exit(code)
    code = _wait(child, task["seconds"])
    return {"code": code, "seconds": time.monotonic() - started}


def _run(task: dict[str, Any]) -> int:
    import pytest

    os.setsid()
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    if task["mutant"]:
        source = Path(task["path"]).read_text()
        tree = mutated(source, Mutant(**task["mutant"]))
        sys.meta_path.insert(0, _Finder(_Loader(task["module"], task["path"], tree)))  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as scratch:
        return int(pytest.main([*OPTIONS, f"--basetemp={scratch}/pytest", *task["tests"]]))


def _wait(child: int, seconds: float) -> int:
    """The exit code; LATE for one that does not end, which is then ended with all that it started."""
    handle = os.pidfd_open(child)
    try:
        ready = select.select([handle], [], [], seconds)[0]
        if not ready:
            os.killpg(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    finally:
        os.close(handle)
    return os.waitstatus_to_exitcode(status) if ready else LATE


if __name__ == "__main__":
    main()
