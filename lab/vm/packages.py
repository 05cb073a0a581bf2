"""The programs and the kernel of the virtual machine: Debian packages, unpacked into the lab's cache, not installed.

``host`` is what runs on the machine, qemu with the libraries that the machine lacks; ``guest`` is laid over the system
that the guest starts from: the kernel's modules and udev.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.context import cache_directory, run
from lab.hosts import base
from lab.tools.build import lock
from lab.vm import initramfs

Report = Callable[[str], None]

EMULATOR = ("qemu-system-x86", "qemu-system-common")
KERNEL = "linux-image-cloud-amd64"  # depends on the kernel of the day
GUEST = ("udev", "kmod", "libkmod2")
BUSYBOX = "busybox-static"
# Where packages put files by their old names, which are links in the guest's system.
MERGED = ("bin", "sbin", "lib", "lib64")


@dataclass(frozen=True)
class Programs:
    """What a virtual machine is started with."""

    directory: Path

    @property
    def guest(self) -> Path:
        """The files to lay over the guest's system."""
        return self.directory / "guest"

    @property
    def kernel(self) -> Path:
        return self.directory / "kernel"

    @property
    def initramfs(self) -> Path:
        return self.directory / "initramfs"

    @property
    def emulator(self) -> Path:
        """qemu, the machine's own where it is installed."""
        return self._program("usr/bin/qemu-system-x86_64")

    @property
    def file_server(self) -> Path:
        """virtiofsd, by which the guest reads its system from directories of the machine."""
        return self._program("usr/lib/qemu/virtiofsd")

    def command(self) -> list[str]:
        """The beginning of qemu's command line: without devices, and with firmware where qemu is not installed."""
        firmware = [self.directory / "host/usr/share" / name for name in ("qemu", "seabios")]
        found = [part for path in firmware if path.is_dir() for part in ("-L", str(path))]
        return [str(self.emulator), *found, "-nodefaults", "-no-user-config", "-display", "none"]

    @property
    def environment(self) -> dict[str, str]:
        """By which these programs find their libraries."""
        libraries = [self.directory / "host" / name for name in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")]
        modules = self.directory / "host/usr/lib/x86_64-linux-gnu/qemu"
        found = {"LD_LIBRARY_PATH": ":".join(map(str, libraries))}
        return {**os.environ, **found, **({"QEMU_MODULE_DIR": str(modules)} if modules.is_dir() else {})}

    def _program(self, path: str) -> Path:
        ours = self.directory / "host" / path
        return ours if ours.exists() else Path("/") / path


def missing() -> str | None:
    """Why there can be no virtual machine here, or None: without root, with another processor, not provisioned."""
    if os.geteuid() != 0:
        return "the virtual machine needs root"
    if platform.machine() != "x86_64":
        return f"the virtual machine is made for x86_64, and this is {platform.machine()}"
    return None


def directory(codename: str) -> Path:
    """Where everything is kept: a change of what goes into it is a new directory."""
    recipe = repr((EMULATOR, KERNEL, GUEST, BUSYBOX, initramfs.MODULES, initramfs.INIT))
    return cache_directory() / "vm" / f"{codename}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"


def ensure(report: Report) -> Programs:
    """The programs, fetched first if they are not there (45 MB). RuntimeError says what went wrong."""
    reason = missing()
    if reason:
        raise RuntimeError(reason)
    root = directory(base.own_codename())
    if not root.exists():
        with lock(cache_directory() / "vm.lock", report):
            if not root.exists():
                _make(root, report)
    return Programs(root)


def _make(root: Path, report: Report) -> None:
    """Fetch, unpack, and make the initramfs, beside its place; then move it there."""
    partial = root.with_name(root.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    started = time.monotonic()
    report(f"Fetching qemu and a kernel for the virtual machine (once; kept in {root})")
    kernel = kernel_package(run(["apt-cache", "depends", "--important", KERNEL]))
    _unpack(_fetch(partial / "packages/host", emulator_packages(report), report), partial / "host")
    _unpack(_fetch(partial / "packages/guest", [kernel, *GUEST], report), partial / "guest")
    _unpack(_fetch(partial / "packages/tools", [BUSYBOX], report), partial / "tools")
    version = kernel.removeprefix("linux-image-")
    shutil.move(partial / "guest/boot" / f"vmlinuz-{version}", partial / "kernel")
    _depend(partial / "guest", version)
    busybox = partial / "tools/bin/busybox"
    (partial / "initramfs").write_bytes(initramfs.build(busybox, partial / "guest/lib/modules" / version))
    merge(partial / "guest")
    for name in ("packages", "tools", "guest/boot", "guest/usr/share/doc"):
        shutil.rmtree(partial / name, ignore_errors=True)
    partial.replace(root)
    report(f"The virtual machine's programs are there after {time.monotonic() - started:.0f} s")


def kernel_package(depends: str) -> str:
    """The package with a kernel, from what ``apt-cache depends`` says of the one that always has the latest."""
    found = [line.split()[-1] for line in depends.splitlines() if "Depends: linux-image-" in line]
    if not found:
        raise RuntimeError(f"apt knows no {KERNEL}, which the virtual machine runs")
    return found[0]


def emulator_packages(report: Report) -> list[str]:
    """qemu's packages and those it depends on, less those that the machine has."""
    command = ["apt-get", "--simulate", "--no-install-recommends", "install", *EMULATOR]
    try:
        return simulated(run(command))
    except RuntimeError as error:
        report("  " + str(error).splitlines()[-1])
        raise RuntimeError(f"apt cannot have {' '.join(EMULATOR)}: {error}") from error


def simulated(output: str) -> list[str]:
    """The packages that ``apt-get --simulate`` would install, as ``package=version``."""
    lines = [line.split() for line in output.splitlines() if line.startswith("Inst ")]
    return [f"{words[1]}={next(word for word in words[2:] if word.startswith('(')).strip('()')}" for words in lines]


def _fetch(into: Path, packages: list[str], report: Report) -> list[Path]:
    """Download packages, with apt's lists brought up to date where they are too old."""
    into.mkdir(parents=True)
    into.chmod(0o755)
    if packages and not _download(into, packages):
        report("  the package lists are too old: apt-get update")
        run(["apt-get", "--quiet", "update"], check=False)
        for package in packages:
            run_in(into, ["apt-get", "--quiet", "download", package.partition("=")[0]])
    return sorted(into.glob("*.deb"))


def _download(into: Path, packages: list[str]) -> bool:
    command = ["apt-get", "--quiet", "download", *packages]
    return subprocess.run(command, cwd=into, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def run_in(folder: Path, command: list[str]) -> None:
    """Run a command in a directory; RuntimeError carries its complaint."""
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()}")


def _unpack(packages: list[Path], into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for package in packages:
        run(["dpkg-deb", "--extract", str(package), str(into)])


def _depend(guest: Path, version: str) -> None:
    """Let modprobe know the modules, by the depmod that was fetched for the guest."""
    libraries = {**os.environ, "LD_LIBRARY_PATH": str(guest / "lib/x86_64-linux-gnu")}
    command = [str(guest / "sbin/depmod"), "-b", str(guest), version]
    program = [str(guest / "bin/kmod"), *command[1:]]
    done = subprocess.run(
        ["depmod", *program[1:]], executable=program[0], env=libraries, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


def merge(root: Path) -> None:
    """Move /bin, /lib and the like below /usr, where they are in the system that this tree is laid over."""
    for name in MERGED:
        old = root / name
        if old.is_dir() and not old.is_symlink():
            shutil.copytree(old, root / "usr" / name, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(old)
