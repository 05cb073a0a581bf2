"""A BGP speaker that connects twice and drops its first connection: ``connect_twice.py LEAF PASSWORD``.

It announces nothing, keeps the session of the second connection up, and ends when the leaf closes that.
"""

from __future__ import annotations

import socket
import struct
import sys

_TCP_MD5SIG = 14
_MARKER = b"\xff" * 16
ASN, ROUTER_ID, HOLD = 65003, "192.0.2.1", 3


def connect(leaf: str, password: str) -> socket.socket:
    """A connection to the leaf's BGP port, signed."""
    connection = socket.socket()
    address = struct.pack("=HH4s120x", socket.AF_INET, 0, socket.inet_aton(leaf))
    key = struct.pack("=xxHI80s", len(password), 0, password.encode())
    connection.setsockopt(socket.IPPROTO_TCP, _TCP_MD5SIG, address + key)
    connection.connect((leaf, 179))
    return connection


def message(kind: int, body: bytes = b"") -> bytes:
    """A BGP message of a kind (RFC 4271, section 4.1)."""
    return _MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def main(leaf: str, password: str) -> None:
    """Connect twice, drop the first connection, keep the second."""
    first, second = connect(leaf, password), connect(leaf, password)
    second.recv(4096)  # the leaf's OPEN: it has taken both
    first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    first.close()
    second.sendall(message(1, struct.pack("!BHH4sB", 4, ASN, HOLD, socket.inet_aton(ROUTER_ID), 0)))
    second.settimeout(1)
    while True:
        second.sendall(message(4))
        try:
            if not second.recv(4096):
                return
        except TimeoutError:
            continue


if __name__ == "__main__":
    main(*sys.argv[1:])
