"""Whether the kernel lets that many more hosts boot: systemd needs inotify, and root has a number of instances in all.

Where there are none left, a host starts and then waits for ever for its first services, and never becomes ready.
Containers of a machine share them, other labs' control planes take eight a cluster.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from pathlib import Path

# PID 1 two, logind one, NetworkManager two, and one to spare; dbus and networkd are other users', who have as many.
PER_HOST = 6
LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")
_LIBC = ctypes.CDLL(None, use_errno=True)


def reason_to_stop(hosts: int, open_one: Callable[[], int] | None = None) -> str:
    """Why this many more hosts cannot boot; "" if they can."""
    wanted = hosts * PER_HOST
    found = room(wanted, open_one or _open)
    if found >= wanted:
        return ""
    limit = LIMIT.read_text().strip()
    return (
        f"{hosts} host{'s'[: hosts > 1]} need {wanted} inotify instances to boot, and this machine has {found} left "
        f"for root (fs.inotify.max_user_instances is {limit}): take another lab down, or raise it, for example by "
        "`sysctl fs.inotify.max_user_instances=1024`"
    )


def room(wanted: int, open_one: Callable[[], int]) -> int:
    """How many instances there are, up to ``wanted``: they are taken, and given back at once."""
    taken: list[int] = []
    try:
        while len(taken) < wanted and (descriptor := open_one()) >= 0:
            taken.append(descriptor)
    finally:
        for descriptor in taken:
            os.close(descriptor)
    return len(taken)


def _open() -> int:
    """A new instance's file descriptor; -1 if there is none."""
    return _LIBC.inotify_init1(os.O_CLOEXEC)
