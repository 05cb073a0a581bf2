"""lab.cluster.stand_ins and what its packages must have."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from lab.cluster import definitions, stand_ins
from lab.tools import crds


@pytest.mark.parametrize("cni", stand_ins.NAMES)
def test_every_cni_that_is_installed_has_an_installation(cni):
    assert callable(import_module(f"lab.cluster.{cni}.install").install)


@pytest.mark.parametrize("cni", stand_ins.STAND_INS)
def test_every_stand_in_has_an_agent(cni):
    assert cni in stand_ins.NAMES
    agent = import_module(f"lab.cluster.{cni}.agent").Agent
    assert callable(agent.once)
    assert callable(agent.close)


def test_a_stand_in_is_started_by_its_cni_s_name():
    line = stand_ins.command("calico", "demo", "k8s-prod", "/usr/bin/python3")
    assert line == ["/usr/bin/python3", "-m", "lab.cluster.calico.agent", "--lab", "demo", "--cluster", "k8s-prod"]


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine with an empty cache and nothing beside the checkout; the folder that KUBEFABRIC_CRDS names."""
    monkeypatch.setenv("KUBEFABRIC_CRDS", str(tmp_path / "given"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(definitions, "ROOT", tmp_path / "checkout" / "collection")
    return tmp_path / "given"


def offline(project, _report):
    raise RuntimeError(f"the definitions of {project} cannot be had from example.net/module: no route to host")


def made(project, report):
    report(f"made {project}")
    crds.directory(project).mkdir(parents=True)


@pytest.mark.usefixtures("bare")
def test_absent_definitions_that_cannot_be_fetched_are_named_with_why_and_where_to_put_them(monkeypatch):
    monkeypatch.setattr(crds, "ensure", offline)
    with pytest.raises(RuntimeError) as error:
        definitions.install(Path("admin.kubeconfig"), {"frr-k8s": "FRR-K8s", "ovn-kubernetes": "OVN-Kubernetes"}, [])
    assert str(error.value) == (
        "the definitions of FRR-K8s are not here, and cannot be fetched: "
        "the definitions of frr-k8s cannot be had from example.net/module: no route to host\n"
        "the definitions of OVN-Kubernetes are not here, and cannot be fetched: "
        "the definitions of ovn-kubernetes cannot be had from example.net/module: no route to host\n"
        "KUBEFABRIC_CRDS names the folder that holds frr-k8s/ and ovn-kubernetes/"
    )


def test_definitions_are_fetched_only_where_none_are_given(bare, monkeypatch):
    monkeypatch.setattr(crds, "ensure", made)
    (bare / "frr-k8s").mkdir(parents=True)
    said: list[str] = []
    stand_ins.prepare("ovn_kubernetes", said.append)
    assert said == ["made ovn-kubernetes", "made nmstate"]
    assert definitions.folder("frr-k8s") == bare / "frr-k8s"
    assert definitions.folder("nmstate") == crds.directory("nmstate")
    stand_ins.prepare("ovn_kubernetes", said.append)
    stand_ins.prepare("kube_router", said.append)
    assert len(said) == 2
