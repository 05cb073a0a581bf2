"""Connections that a leaf's bgpd keeps for no neighbour.

A node that connects twice, and closes the first connection, makes FRR delete its dynamic neighbour with the first
connection (``bgp_stop`` and ``peer_delete`` of FRR 8.4) and keep the session that the second one becomes. No command
shows that session, no change of password reaches it, and the node does not connect again. A leaf's NX-OS has no such
sessions: they are closed, and the node comes back as a neighbour.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping

from lab.fabric import sockets

BGP = 179
LOOKS = 4  # a connection that collides with another one is there for a moment without a neighbour


class Orphans:
    """The connections of one bgpd that belong to no neighbour, and in how many looks in a row they did.

    The kernel's table of connections is read only when bgpd's sockets or its neighbours' connections are others than
    in the last look that found nothing: reading it takes the kernel milliseconds of work for each leaf.
    """

    def __init__(self) -> None:
        self.looks: dict[int, int] = {}
        self.settled: tuple | None = None

    def close(self, pid: int, neighbors: Mapping[str, dict]) -> list[str]:
        """Close those that stayed without a neighbour; returns the addresses of their other ends.

        ``neighbors`` is FRR's ``show bgp neighbors json``. Raises OSError where the kernel refuses.
        """
        seen = (pid, frozenset(sockets.of_process(pid)), _ends(neighbors))
        if seen == self.settled:
            return []
        connections = sockets.accepted(pid, BGP)
        closed = []
        for inode in self.overdue(connections, neighbors):
            descriptor = sockets.of_process(pid).get(inode)
            if descriptor is not None:
                with sockets.duplicate(pid, descriptor) as connection, contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)  # OSError: closed meanwhile
                closed.append(str(connections[inode][0]))
        self.settled = None if self.looks else seen
        return closed

    def overdue(self, connections: Mapping[int, tuple], neighbors: Mapping[str, dict]) -> list[int]:
        """The inodes of the connections that have had no neighbour in ``LOOKS`` looks in a row, this one included."""
        known = _ends(neighbors)
        lost = [inode for inode, (address, port) in connections.items() if (str(address), port) not in known]
        self.looks = {inode: self.looks.get(inode, 0) + 1 for inode in lost}
        return [inode for inode, looks in self.looks.items() if looks >= LOOKS]


def _ends(neighbors: Mapping[str, dict]) -> frozenset[tuple]:
    """The other ends, address and port, of the connections of FRR's neighbours.

    A neighbour without a connection has the address "Unknown", or none.
    """
    peers = [neighbor for neighbor in neighbors.values() if isinstance(neighbor, dict)]
    return frozenset((peer.get("hostForeign"), peer.get("portForeign")) for peer in peers)
