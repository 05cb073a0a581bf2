"""Lets the nodes reach the API server: port 6443 of each node, relayed to the machine's loopback.

The listening sockets belong to the nodes' namespaces; no interface, address or route is added anywhere. On a node's
own addresses this stands for the API servers of a real cluster's control plane nodes (the endpoints of the Service
``kubernetes``); on 127.0.0.1 for the load balancer in front of them.
"""

from __future__ import annotations

import asyncio
import contextlib

from lab.cluster import netns
from lab.cluster.pods import API_PORT


class Relays:
    """One listening socket per node's namespace, opened again when a namespace is made anew."""

    def __init__(self, api_port: int) -> None:
        self._api_port = api_port
        self._servers: dict[str, tuple[int, asyncio.Server]] = {}

    async def refresh(self, namespaces: set[str]) -> None:
        """Serve in exactly these namespaces, as far as they exist."""
        for namespace in set(self._servers) | namespaces:
            identity = netns.identity(namespace) if namespace in namespaces else None
            served = self._servers.get(namespace)
            if served is not None and served[0] != identity:
                self._servers.pop(namespace)[1].close()
                served = None
            if served is None and identity is not None:
                await self._open(namespace, identity)

    async def _open(self, namespace: str, identity: int) -> None:
        try:
            listening = netns.listen(namespace, API_PORT)
        except OSError as error:
            print(f"{namespace}: no relay to the API server on port {API_PORT}: {error}", flush=True)
            return
        self._servers[namespace] = (identity, await asyncio.start_server(self._relay, sock=listening))

    def close(self) -> None:
        """Stop listening everywhere."""
        for _, server in self._servers.values():
            server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._api_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Move bytes one way until either end closes."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()
