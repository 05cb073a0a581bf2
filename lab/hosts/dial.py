"""``python -m lab.hosts.dial NAMESPACE PORT``: connects to a port of a namespace's loopback for ssh's ProxyCommand.

With ``ProxyUseFdpass`` ssh gets the connected socket and this process ends: nothing relays, and nothing listens on the
machine's own addresses.
"""

from __future__ import annotations

import socket
import sys

from lab.cluster import netns


def main() -> None:
    """Connect, and hand the socket over standard output, which ssh made a UNIX socket."""
    namespace, port = sys.argv[1:3]
    connection = netns.open_socket(namespace)
    connection.connect(("127.0.0.1", int(port)))
    with socket.socket(fileno=1) as ssh:
        socket.send_fds(ssh, [b"\0"], [connection.fileno()])


if __name__ == "__main__":
    main()
