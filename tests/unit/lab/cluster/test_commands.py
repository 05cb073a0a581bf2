"""lab.cluster.commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.cluster import commands

PORTS = {"etcd": 20001, "etcd-peer": 20002, "kube-apiserver": 20003}


def layout(**networks: list[str]) -> commands.Layout:
    given = {"pod": ["10.1.0.0/16"], "service": ["10.96.0.0/16"], **networks}
    return commands.Layout(Path("/run/x"), PORTS, given, nodes=6)


def lines(made: commands.Layout) -> dict[str, list[str]]:
    return {
        "etcd": commands.etcd(made, Path("/run/x/etcd")),
        "kube-apiserver": commands.api_server(made, Path("/bin/kube-apiserver")),
        "kube-controller-manager": commands.controller_manager(made, Path("/bin/kcm")),
        "kube-scheduler": commands.scheduler(made, Path("/bin/scheduler")),
        "kwok": commands.kwok(made, Path("/bin/kwok")),
    }


def test_whatever_listens_listens_on_loopback():
    made = lines(layout())
    urls = [item for item in made["etcd"] if item.startswith("--listen-")]
    assert urls == ["--listen-client-urls=https://127.0.0.1:20001", "--listen-peer-urls=https://127.0.0.1:20002"]
    assert {"--bind-address=127.0.0.1", "--secure-port=20003"} <= set(made["kube-apiserver"])
    assert "--secure-port=0" in made["kube-controller-manager"]
    assert "--secure-port=0" in made["kube-scheduler"]
    assert "--server-address=" in made["kwok"]


def test_etcd_lets_only_holders_of_a_certificate_in():
    assert {"--client-cert-auth", "--peer-client-cert-auth"} <= set(lines(layout())["etcd"])


def test_requests_are_authorised_by_rbac():
    assert "--authorization-mode=RBAC" in lines(layout())["kube-apiserver"]


def test_a_single_stack_cluster_has_one_range_of_each_kind():
    made = lines(layout())
    assert "--service-cluster-ip-range=10.96.0.0/16" in made["kube-apiserver"]
    assert {"--cluster-cidr=10.1.0.0/16", "--node-cidr-mask-size=26"} <= set(made["kube-controller-manager"])


def test_a_dual_stack_cluster_has_two_in_the_order_of_the_plan():
    made = lines(layout(pod=["10.1.0.0/16", "fd00:1::/112"], service=["10.96.0.0/16", "fd00:96::/112"]))
    assert "--service-cluster-ip-range=10.96.0.0/16,fd00:96::/112" in made["kube-apiserver"]
    assert {
        "--cluster-cidr=10.1.0.0/16,fd00:1::/112",
        "--node-cidr-mask-size-ipv4=26",
        "--node-cidr-mask-size-ipv6=122",
        "--service-cluster-ip-range=10.96.0.0/16,fd00:96::/112",
    } <= set(made["kube-controller-manager"])


@pytest.mark.parametrize("name", ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "etcd"])
def test_no_secret_stands_on_a_command_line(name):
    assert not [item for item in lines(layout())[name] if "password" in item or "token=" in item]
