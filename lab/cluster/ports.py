"""Chooses the loopback ports of a cluster's programs, once, so that a second ``up`` finds them again."""

from __future__ import annotations

import socket
import zlib
from collections.abc import Callable, Sequence

# Below the kernel's ephemeral range (32768 up), where outgoing connections could take them in the meantime.
FIRST, LAST = 20000, 29999


def is_free(port: int, address: str = "127.0.0.1") -> bool:
    """Whether nothing listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def choose(seed: str, purposes: Sequence[str], free: Callable[[int], bool] = is_free) -> dict[str, int]:
    """A free port per purpose. ``seed`` (lab and cluster) decides where to look first, so that labs keep apart."""
    start = zlib.crc32(seed.encode()) % (LAST - FIRST)
    candidates = (FIRST + (start + step) % (LAST - FIRST + 1) for step in range(LAST - FIRST + 1))
    chosen: dict[str, int] = {}
    for purpose in purposes:
        port = next((candidate for candidate in candidates if free(candidate)), None)
        if port is None:
            raise RuntimeError(f"no free port between {FIRST} and {LAST} on 127.0.0.1 for {purpose}")
        chosen[purpose] = port
    return chosen
