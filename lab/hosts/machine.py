"""Powers one bootable host: ``python -m lab.hosts.machine``, a process of the lab for as long as the host has power.

It puts the host's own files over the base system, boots it with systemd-nspawn in the namespace that stands for the
host's network, and boots it again when it reboots. A kernel that boots knows no address and no route, so neither does
the namespace: what is there afterwards, the host's own network stack brought.

Needs a mount namespace of its own (``unshare --mount``): the host's root goes when the process goes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from lab.context import run
from lab.hosts import links
from lab.hosts.install import INTERFACE
from lab.hosts.nodes import SETTINGS

REBOOT = 133  # systemd-nspawn's status when the host wants to boot again (with --keep-unit)
CGROUPS = Path("/sys/fs/cgroup")
NSPAWN = Path("/run/systemd/nspawn")


def mount(base: Path, directory: Path) -> Path:
    """The base system with ``directory``/upper over it, at ``directory``/root; only this process sees it."""
    for name in ("upper", "work", "root"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    layers = f"lowerdir={base},upperdir={directory / 'upper'},workdir={directory / 'work'}"
    run(["mount", "-t", "overlay", "overlay", "-o", layers, str(directory / "root")])
    return directory / "root"


def legacy_cgroups() -> bool:
    """Whether systemd's own hierarchy on this machine is one of version 1."""
    return (CGROUPS / "systemd" / "cgroup.procs").exists()


def cgroup(name: str) -> Path:
    """The control group of a machine, below which its systemd makes its own."""
    return (CGROUPS / "systemd" if legacy_cgroups() else CGROUPS) / name


def command(name: str, root: Path, namespace: str) -> list[str]:
    """systemd-nspawn, without the machine's own systemd (there may be none)."""
    options = ["--quiet", "--boot", "--register=no", "--keep-unit", "--link-journal=no"]
    # to our log: systemd waits for ever, in the middle of a shutdown, for room in a console that no program reads
    options += ["--console=read-only", "--setenv=SYSTEMD_COLORS=0"]
    # as on a machine, the network is the host's own business
    options += ["--capability=CAP_NET_ADMIN"]
    options += ["--resolv-conf=off", "--timezone=off", f"--machine={name}", f"--directory={root}"]
    # what systemd reads on a kernel's command line: 256 and 257 know control groups of version 1 only if this is set
    kernel = ["systemd.unified_cgroup_hierarchy=0", "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"] if legacy_cgroups() else []
    return ["systemd-nspawn", *options, f"--network-namespace-path=/run/netns/{namespace}", *kernel]


def forget_network(namespace: str) -> None:
    """What a reboot does to a kernel: no address, no route, no device but the hardware's."""
    for name in links.devices(namespace):
        gone = ["del"] if name not in ("lo", INTERFACE) else ["set", "down"]
        run(["ip", "-n", namespace, "link", gone[0], "dev", name, *gone[1:]], check=False)
        if name in ("lo", INTERFACE):
            run(["ip", "-n", namespace, "address", "flush", "dev", name], check=False)
    links.set_sysctls(namespace, SETTINGS)


def keep_running(name: str, root: Path, namespace: str) -> int:
    """Boot, and boot again after each reboot; systemd-nspawn's status when the host went down."""
    environment = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "0" if legacy_cgroups() else "1"}
    while True:
        forget_network(namespace)
        process = subprocess.Popen(command(name, root, namespace), env=environment, stdin=subprocess.DEVNULL)
        try:
            status = process.wait()
        finally:
            process.kill()
            process.wait()
        if status != REBOOT:
            return status
        print(f"\n{again(name)}", flush=True)


def again(name: str) -> str:
    """The line of its log that tells a reboot."""
    return f"{name} boots again"


def residents(directory: Path, processes: Path = Path("/proc")) -> list[int]:
    """The processes on a host: those in another mount namespace than this one that have its files as their root."""
    found = []
    for process in processes.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            elsewhere = (process / "ns" / "mnt").readlink() != (processes / "self" / "ns" / "mnt").readlink()
            if elsewhere and f"upperdir={directory / 'upper'}," in (process / "mountinfo").read_text():
                found.append(int(process.name))
    return found


def end(directory: Path) -> None:
    """Kill what is left on a host: systemd-nspawn, killed, sometimes leaves its systemd, which runs on for ever."""
    for process in residents(directory):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def join_cgroup(name: str) -> Path:
    """A control group for this process and the host: two hosts in one would take each other's services for theirs."""
    group = cgroup(name)
    group.mkdir(exist_ok=True)
    (group / "cgroup.procs").write_text(str(os.getpid()))
    return group


def leave_cgroup(group: Path) -> None:
    """Go back to the root group and remove the host's."""
    (group.parent / "cgroup.procs").write_text(str(os.getpid()))
    for directory, _folders, _files in os.walk(group, topdown=False):
        with contextlib.suppress(OSError):  # a process of the host still ends
            Path(directory).rmdir()


def main() -> int:
    """Until the host is halted or this process gets SIGTERM, which pulls the plug."""
    parser = argparse.ArgumentParser(description="Power one bootable host of a lab.")
    for option in ("--name", "--namespace", "--base", "--directory"):
        parser.add_argument(option, required=True)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    root = mount(Path(options.base), Path(options.directory))
    group = join_cgroup(options.name)
    try:
        return keep_running(options.name, root, options.namespace)
    finally:
        end(Path(options.directory))
        leave_cgroup(group)
        for kind in ("propagate", "unix-export"):
            shutil.rmtree(NSPAWN / kind / options.name, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
