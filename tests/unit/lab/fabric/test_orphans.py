"""Connections that FRR keeps without a neighbour."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from lab.fabric import orphans, sockets
from lab.fabric.orphans import LOOKS, Orphans

NODE = (ip_address("192.168.2.1"), 60100)
NEIGHBORS = {"192.168.2.1": {"bgpState": "Established", "hostForeign": "192.168.2.1", "portForeign": 60100}}


def looks(found: Orphans, connections: dict, neighbors: dict, times: int) -> list[list[int]]:
    return [found.overdue(connections, neighbors) for _ in range(times)]


def test_a_connection_without_a_neighbour_is_overdue_after_some_looks():
    assert looks(Orphans(), {7: NODE}, {}, LOOKS) == [[]] * (LOOKS - 1) + [[7]]


def test_a_neighbour_s_connection_is_never_overdue():
    assert looks(Orphans(), {7: NODE}, NEIGHBORS, LOOKS + 1) == [[]] * (LOOKS + 1)


def test_a_second_connection_of_a_neighbour_is_overdue():
    second = (NODE[0], 60102)
    assert looks(Orphans(), {7: NODE, 8: second}, NEIGHBORS, LOOKS)[-1] == [8]


def test_a_configured_neighbour_without_a_connection_owns_nothing():
    waiting = {"192.168.2.1": {"bgpState": "Connect", "hostForeign": "Unknown", "portForeign": 0}, "vrfId": 0}
    assert looks(Orphans(), {7: NODE}, waiting, LOOKS)[-1] == [7]
    assert looks(Orphans(), {}, waiting, 1) == [[]]


def test_ipv6_addresses_are_compared_as_frr_prints_them():
    neighbors = {"fd00:2::1": {"hostForeign": "fd00:2::1", "portForeign": 60100}}
    assert looks(Orphans(), {7: (ip_address("fd00:2:0::1"), 60100)}, neighbors, LOOKS)[-1] == []


def test_the_looks_count_in_a_row_only():
    found = Orphans()
    looks(found, {7: NODE}, {}, LOOKS - 1)
    looks(found, {7: NODE}, NEIGHBORS, 1)
    assert looks(found, {7: NODE}, {}, LOOKS - 1)[-1] == []


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The far end of a connection that this very process has accepted, in bgpd's place."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setattr(orphans, "BGP", listening.getsockname()[1])
        with socket.create_connection(listening.getsockname()) as far, listening.accept()[0]:
            far.settimeout(10)
            yield far


def test_an_overdue_connection_is_closed_from_outside(session):
    found = Orphans()
    try:
        closed = [found.close(os.getpid(), {}) for _ in range(LOOKS)]
    except PermissionError as error:
        pytest.skip(f"pidfd_getfd is not allowed here: {error}")
    assert closed == [[]] * (LOOKS - 1) + [["127.0.0.1"]]
    assert session.recv(1) == b""


def test_the_kernel_s_table_is_read_again_only_after_a_change(monkeypatch: pytest.MonkeyPatch):
    read, opened = [], {7: 3}
    monkeypatch.setattr(sockets, "of_process", lambda _pid: dict(opened))
    monkeypatch.setattr(sockets, "accepted", lambda _pid, _port: read.append(1) or {7: NODE})
    found = Orphans()
    assert [found.close(1, NEIGHBORS) for _ in range(3)] == [[]] * 3
    assert len(read) == 1
    opened[8] = 4  # another socket
    found.close(1, NEIGHBORS)
    assert len(read) == 2
    found.close(1, {})  # the connection has lost its neighbour
    found.close(1, {})
    assert len(read) == 4


HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
ROW = "   0: {} {} {} 00000000:00000000 00:00000000 00000000   104        0 {} 1 0\n"


def test_the_kernel_s_table_is_read_in_both_families():
    ipv4 = HEAD + ROW.format("CB02A8C0:00B3", "0302A8C0:EAC4", "01", 7)
    ipv4 += ROW.format("00000000:00B3", "00000000:0000", "0A", 8)  # listening
    ipv6 = HEAD + ROW.format("020000FD0000000000000000C9000000:00B3", "020000FD000000000000000003000000:EAC4", "01", 9)
    assert sockets.established(ipv4, 179) == {7: (ip_address("192.168.2.3"), 60100)}
    assert sockets.established(ipv4, 180) == {}
    assert sockets.established(ipv6, 179) == {9: (ip_address("fd00:2::3"), 60100)}
