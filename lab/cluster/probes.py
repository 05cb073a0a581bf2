"""kubelet's probes of a container, from inside the node's namespace: httpGet and tcpSocket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping

from lab.cluster import netns


def target(probe: Mapping) -> tuple[str, int, str | None] | None:
    """(address, port, HTTP path or None) of a probe; None for kinds that the lab takes as passed (exec, grpc)."""
    if "httpGet" in probe:
        wanted = probe["httpGet"]
        if not str(wanted["port"]).isdigit():
            return None
        return wanted.get("host") or "127.0.0.1", int(wanted["port"]), wanted.get("path", "/")
    if "tcpSocket" in probe and str(probe["tcpSocket"]["port"]).isdigit():
        return probe["tcpSocket"].get("host") or "127.0.0.1", int(probe["tcpSocket"]["port"]), None
    return None


async def passes(probe: Mapping, namespace: str) -> bool:
    """Whether one try of a probe succeeds: connected, and HTTP's answer is 2xx or 3xx."""
    wanted = target(probe)
    if wanted is None:
        return True
    try:
        return await asyncio.wait_for(_try(*wanted, namespace), float(probe.get("timeoutSeconds", 1)))
    except (OSError, TimeoutError, ValueError, IndexError):
        return False


async def _try(address: str, port: int, path: str | None, namespace: str) -> bool:
    loop = asyncio.get_running_loop()
    connection = netns.open_socket(namespace, socket.AF_INET6 if ":" in address else socket.AF_INET)
    connection.setblocking(False)
    with connection:
        await loop.sock_connect(connection, (address, port))
        if path is None:
            return True
        await loop.sock_sendall(connection, f"GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n".encode())
        answer = await loop.sock_recv(connection, 1024)
    return 200 <= int(answer.split()[1]) < 400


async def changes(probe: Mapping | None, namespace: str) -> AsyncIterator[bool]:
    """Yield each time the probe's verdict changes; starts out failed, ends at once without a probe."""
    if not probe:
        return
    await asyncio.sleep(probe.get("initialDelaySeconds", 0))
    verdict, row = False, 0
    while True:
        passed = await passes(probe, namespace)
        row = row + 1 if passed != verdict else 0
        enough = probe.get("successThreshold", 1) if passed else probe.get("failureThreshold", 3)
        if row >= enough:
            verdict, row = passed, 0
            yield verdict
        await asyncio.sleep(probe.get("periodSeconds", 10))


async def until_failed(probe: Mapping | None, namespace: str) -> None:
    """Return when a liveness probe has failed as often in a row as it may; never without a probe."""
    if not probe:
        await asyncio.Event().wait()
        return
    await asyncio.sleep(probe.get("initialDelaySeconds", 0))
    failures = 0
    while failures < probe.get("failureThreshold", 3):
        await asyncio.sleep(probe.get("periodSeconds", 10))
        failures = 0 if await passes(probe, namespace) else failures + 1
