"""lab.cluster.ports."""

from __future__ import annotations

import socket

import pytest

from lab.cluster import ports


def test_every_purpose_gets_a_port_of_its_own_below_the_ephemeral_range():
    chosen = ports.choose("demo/k8s-prod", ("etcd", "etcd-peer", "kube-apiserver"), free=lambda _: True)
    assert list(chosen) == ["etcd", "etcd-peer", "kube-apiserver"]
    assert len(set(chosen.values())) == 3
    assert all(ports.FIRST <= port <= ports.LAST < 32768 for port in chosen.values())


def test_the_same_cluster_looks_in_the_same_place_and_another_elsewhere():
    first = ports.choose("demo/a", ("etcd",), free=lambda _: True)
    assert first == ports.choose("demo/a", ("etcd",), free=lambda _: True)
    assert first != ports.choose("demo/b", ("etcd",), free=lambda _: True)


def test_a_taken_port_is_passed_over():
    wanted = ports.choose("demo/a", ("etcd",), free=lambda _: True)["etcd"]
    assert ports.choose("demo/a", ("etcd",), free=lambda port: port != wanted)["etcd"] != wanted


def test_the_search_wraps_around_at_the_end_of_the_range():
    assert ports.choose("demo/a", ("etcd",), free=lambda port: port == ports.FIRST)["etcd"] == ports.FIRST


def test_no_port_at_all_is_an_error_that_names_the_range():
    with pytest.raises(RuntimeError) as error:
        ports.choose("demo/a", ("etcd",), free=lambda _: False)
    assert str(error.value) == "no free port between 20000 and 29999 on 127.0.0.1 for etcd"


def test_a_port_that_a_program_listens_on_is_not_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not ports.is_free(server.getsockname()[1])
