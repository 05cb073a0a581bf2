"""Bootable hosts: nodes of the lab that run Debian with systemd, in the namespace and on the cable that they have.

A node that was booted stays a host until the lab goes down; the others are bare namespaces.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from lab.cluster import netns
from lab.context import Lab, process_id, run, start_process, wait_for
from lab.hosts import access, base, install, machine, watches
from lab.topology import Node, Topology

Report = Callable[[str], None]
PROGRAMS = {"systemd-nspawn": "systemd-container", "debootstrap": "debootstrap", "ssh": "openssh-client",
            "ssh-keygen": "openssh-client", "unshare": "util-linux"}  # fmt: skip
BOOT_SECONDS = 90.0


def reason_to_skip(hosts: int = 1) -> str:
    """Why not that many more hosts can boot on this machine; "" if nothing speaks against it."""
    if os.geteuid() != 0:
        return "bootable hosts need root (systemd-nspawn)"
    missing = sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None})
    if missing:
        return f"bootable hosts need {', '.join(missing)}: run `python -m lab setup`"
    if "overlay" not in Path("/proc/filesystems").read_text().split():
        return "bootable hosts need overlayfs, which this kernel has not"
    probe = machine.cgroup(f"kubefabric-probe-{os.getpid()}")  # another lab may look at the same time
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        return f"bootable hosts need control groups of their own: {error}"
    return watches.reason_to_stop(hosts)


def parse(topology: Topology, wanted: tuple[str, ...]) -> dict[str, str]:
    """Node → its network stack, from ``NODE``, ``NODE:STACK`` or ``all``. ValueError names what there is."""
    found = {}
    for item in wanted:
        name, _, stack = item.partition(":")
        stack = stack or "networkd"
        if stack not in install.STACKS:
            raise ValueError(f"--boot {item}: there is no network stack {stack}; one of {', '.join(install.STACKS)}")
        if name != "all" and name not in topology.nodes:
            raise ValueError(f"--boot {item}: no node {name}; there are: {', '.join(topology.nodes)}")
        found.update(dict.fromkeys(topology.nodes if name == "all" else [name], stack))
    return found


def up(lab: Lab, topology: Topology, wanted: Mapping[str, str], report: Report) -> None:
    """Boot these nodes (name → stack) and those that were booted before, and wait until they can be reached."""
    stacks = {**lab.read_state("hosts"), **wanted}
    stacks = {name: stack for name, stack in stacks.items() if name in topology.nodes}
    if not stacks:
        return
    nodes = [topology.nodes[name] for name in stacks]
    off = [node for node in nodes if process_id(lab, _process(node)) is None]
    reason = reason_to_skip(len(off))
    if reason:
        raise RuntimeError(reason)
    root = base.ensure(report)
    lab.write_state("hosts", stacks)
    if off:
        report("hosts boot: " + ", ".join(f"{node.name} ({stacks[node.name]})" for node in off))
    for node in off:
        power_on(lab, node, stacks[node.name], root)
    access.write(lab, nodes)
    for node in nodes:
        await_reachable(lab, node)


def power_on(lab: Lab, node: Node, stack: str, root: Path) -> None:
    """Install a host if it is new, and boot it."""
    directory = access.directory(lab) / node.name
    if not directory.exists():
        _write(directory / "upper", install.files(node, stack, access.keys(lab, node)))
    command = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m", "lab.hosts.machine"]
    command += ["--name", machine_name(lab, node), "--namespace", lab.node_namespace(node.cluster, node.name)]
    command += ["--base", str(root), "--directory", str(directory)]
    start_process(lab, _process(node), command, directory=access.ROOT)


def _write(root: Path, files: Mapping[str, install.File]) -> None:
    root.mkdir(parents=True)
    (root / "root").mkdir(mode=0o700)
    for name, file in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if file.link:
            path.symlink_to(file.link)
            continue
        path.write_text(file.text)
        path.chmod(file.mode)


def machine_name(lab: Lab, node: Node) -> str:
    """The name of its container and control group; one of a kind on this machine."""
    return f"kf-{lab.name}-{node.name}"


def _process(node: Node) -> str:
    return f"host-{node.name}"


def await_reachable(lab: Lab, node: Node, times: int = 0) -> None:
    """Wait until it has booted again that many times since it got power (see reboots), and its sshd answers.

    TimeoutError says what its console shows.
    """
    try:
        wait_for(lambda: reboots(lab, node) >= times and reachable(lab, node), node.name, timeout=BOOT_SECONDS)
    except TimeoutError:
        late = f"{node.name} does not answer over ssh after {BOOT_SECONDS:.0f} s; its console:\n{console(lab, node)}"
        raise TimeoutError(late) from None


def console(lab: Lab, node: Node) -> str:
    """The end of what a host said on its console."""
    log = lab.file("logs", f"{_process(node)}.log")
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()] if log.exists() else []
    return "\n".join([line for line in lines if line][-20:])


def reboots(lab: Lab, node: Node) -> int:
    """How often it has booted again since it got power."""
    log = lab.file("logs", f"{_process(node)}.log")
    return log.read_text(errors="replace").splitlines().count(machine.again(machine_name(lab, node)))


def reachable(lab: Lab, node: Node) -> bool:
    """Whether its sshd answers. RuntimeError if the host has no power."""
    if process_id(lab, _process(node)) is None:
        raise RuntimeError(f"{node.name} went down: {console(lab, node)}")
    try:
        with netns.open_socket(lab.node_namespace(node.cluster, node.name)) as connection:
            connection.settimeout(2)
            connection.connect(("127.0.0.1", 22))
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def ssh(lab: Lab, name: str, *command: str, check: bool = True) -> str:
    """Run a command on a booted host; what it printed."""
    return run(["ssh", "-F", str(access.configuration(lab)), name, "--", *command], check=check)
