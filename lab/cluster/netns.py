"""Sockets that belong to another network namespace, without a process of their own in it."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)  # os.setns came with Python 3.12 only


def path(namespace: str) -> Path:
    """The file by which iproute2 names a network namespace."""
    return Path("/run/netns") / namespace


def identity(namespace: str) -> int | None:
    """A number that changes when a namespace of that name is made anew; None if there is none."""
    try:
        return path(namespace).stat().st_ino
    except OSError:
        return None


def open_socket(namespace: str, family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """A new socket inside a namespace. Sockets stay in the namespace they were made in.

    Only a thread that ends right away changes its namespace; OSError if there is no such namespace.
    """
    result: list[socket.socket | OSError] = []

    def work() -> None:
        try:
            with path(namespace).open() as file:
                if _LIBC.setns(file.fileno(), _CLONE_NEWNET) != 0:
                    number = ctypes.get_errno()
                    raise OSError(number, os.strerror(number), namespace)
                result.append(socket.socket(family, kind))
        except OSError as error:
            result.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if isinstance(result[0], OSError):
        raise result[0]
    return result[0]


def listen(namespace: str, port: int) -> socket.socket:
    """A TCP socket that listens on all addresses of a namespace, both families; OSError if the port is taken there."""
    server = open_socket(namespace, socket.AF_INET6)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        server.bind(("::", port))
        server.listen(64)
    except OSError:
        server.close()
        raise
    server.setblocking(False)
    return server
