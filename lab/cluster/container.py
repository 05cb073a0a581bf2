"""A container without an image: the machine's programs, a file system of its own, and a node's network namespace.

The root file system is an overlay on the machine's, whose changes go to memory and end with the container; /run and
/tmp are empty; the pod's volumes are mounted where the pod says. So agents that share this machine neither see each
other's locks and sockets nor can they write the machine's files.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.cluster.netns import path as namespace_path
from lab.cluster.programs import COMPANION
from lab.cluster.volumes import Mount

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Container:
    """What to run where. ``directory`` is the container's own; ``program`` is mounted at ``entrypoint``.

    With a ``companion`` (lab.cluster.programs) the container has processes of its own: they end with the first one.
    """

    directory: Path
    hostname: str
    program: Path
    entrypoint: str
    mounts: Sequence[Mount] = ()
    companion: Path | None = None

    def line(self, command: Sequence[str]) -> list[str]:
        """The command line inside the container."""
        return [*(("/usr/bin/python3", COMPANION) if self.companion else ()), *command]


def script(container: Container) -> str:
    """The shell script that builds the container's file system and becomes the command in its arguments.

    It must run in mount and UTS namespaces of its own (see ``command``). modprobe is made to do nothing: a pod must
    not load modules into the machine's kernel.
    """
    layer = shlex.quote(str(container.directory))
    lines = [
        "set -e",
        f"cd {layer}",
        f"echo {shlex.quote(container.hostname)} > /proc/sys/kernel/hostname",
        "mount -t tmpfs -o mode=755,size=64m kubefabric-lab .",
        f"cd {layer}",
        "mkdir upper work root",
        "mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work kubefabric-lab root",
        "mkdir -p root/proc root/sys root/dev root/run root/tmp",
        "mount -t proc proc root/proc" if container.companion else "mount --rbind /proc root/proc",
        "mount -t sysfs sysfs root/sys",
        "mount --rbind /dev root/dev",
        "mount -t tmpfs -o mode=755 tmpfs root/run",
        "mount -t tmpfs -o mode=1777 tmpfs root/tmp",
        "for directory in sbin usr/sbin; do ln -sf /bin/true root/$directory/modprobe; done",
        *_bind(Mount(container.program, container.entrypoint, True), directory=False),
        *(_bind(Mount(container.companion, COMPANION, True), directory=False) if container.companion else ()),
    ]
    for mount in container.mounts:
        lines += _bind(mount, directory=mount.source.is_dir())
    return "\n".join([*lines, 'exec chroot root "$@"', ""])


def _bind(mount: Mount, *, directory: bool) -> list[str]:
    """The lines for one bind mount. The target is resolved inside the container (``/var/run`` is a link to /run)."""
    inside = shlex.quote(mount.target)
    parent = shlex.quote(str(Path(mount.target).parent))
    make = f"mkdir -p {inside}" if directory else f"mkdir -p {parent}; touch {inside}"
    lines = [
        f"chroot root sh -c {shlex.quote(make)}",
        f'target="root$(chroot root readlink -f {inside})"',
        f'mount --bind {shlex.quote(str(mount.source))} "$target"',
    ]
    return [*lines, 'mount -o remount,bind,ro "$target"'] if mount.read_only else lines


def command(namespace: str, script_file: Path, container: Container, line: Sequence[str]) -> list[str]:
    """The command that runs ``line`` in a container of a network namespace.

    One process from first to last (every step is an exec), so its pid is the agent's; the kernel kills it if its
    parent ends (setpriv --pdeathsig), so that nothing is ever left behind. With a companion there is a process
    namespace, whose first process takes all others with it.
    """
    processes = ["--pid", "--fork", "--kill-child"] if container.companion else []
    return [
        "setpriv", "--pdeathsig", "KILL",
        "nsenter", f"--net={namespace_path(namespace)}",
        "unshare", "--mount", "--uts", *processes, "--propagation", "private",
        "sh", str(script_file), *container.line(line),
    ]  # fmt: skip
