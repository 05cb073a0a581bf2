"""The sockets of another process: which it has, and a duplicate to set options on or to shut down."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import socket
import struct
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

_PIDFD_GETFD = 438  # the same number on every architecture; os has no function for it
_ESTABLISHED = "01"

Address = IPv4Address | IPv6Address


def of_process(pid: int) -> dict[int, int]:
    """Inode → descriptor of a process's sockets."""
    sockets = {}
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            inode = re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink()))
            if inode:
                sockets[int(inode[1])] = int(descriptor.name)
    return sockets


def duplicate(pid: int, descriptor: int) -> socket.socket:
    """A duplicate of a process's socket: what is done to it is done to that socket. Needs CAP_SYS_PTRACE.

    Raises OSError where the kernel refuses, and where the process or its descriptor is gone.
    """
    process = os.pidfd_open(pid)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        copy = libc.syscall(_PIDFD_GETFD, process, descriptor, 0)
        if copy < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(process)
    return socket.socket(fileno=copy)


def accepted(pid: int, port: int) -> dict[int, tuple[Address, int]]:
    """Inode → the other end of the TCP connections to a port, in a process's network namespace."""
    tables = [Path(f"/proc/{pid}/net/{name}") for name in ("tcp", "tcp6")]
    return {
        inode: end for table in tables if table.exists() for inode, end in established(table.read_text(), port).items()
    }


def established(table: str, port: int) -> dict[int, tuple[Address, int]]:
    """As ``accepted``, from the text of ``/proc/net/tcp`` or ``tcp6``."""
    found = {}
    for line in table.splitlines()[1:]:
        _, local, remote, state, *rest = line.split()
        if state == _ESTABLISHED and _end(local)[1] == port:
            found[int(rest[5])] = _end(remote)
    return found


def _end(text: str) -> tuple[Address, int]:
    """``0100007F:00B3`` as an address and a port: the kernel prints 32 bits at a time, in the machine's byte order."""
    digits, _, port = text.partition(":")
    words = [int(digits[start : start + 8], 16) for start in range(0, len(digits), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    return (IPv4Address(packed) if len(words) == 1 else IPv6Address(packed)), int(port, 16)
