"""lab.cluster.stand_ins and what its packages must have."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from lab.cluster import definitions, stand_ins


@pytest.mark.parametrize("cni", stand_ins.NAMES)
def test_every_stand_in_has_an_installation_and_an_agent(cni):
    assert callable(import_module(f"lab.cluster.{cni}.install").install)
    agent = import_module(f"lab.cluster.{cni}.agent").Agent
    assert callable(agent.once)
    assert callable(agent.close)


def test_a_stand_in_is_started_by_its_cni_s_name():
    line = stand_ins.command("calico", "demo", "k8s-prod", "/usr/bin/python3")
    assert line == ["/usr/bin/python3", "-m", "lab.cluster.calico.agent", "--lab", "demo", "--cluster", "k8s-prod"]


def test_absent_definitions_are_named_with_where_to_put_them(tmp_path, monkeypatch):
    monkeypatch.setenv("KUBEFABRIC_CRDS", str(tmp_path))
    monkeypatch.setattr(definitions, "ROOT", tmp_path / "checkout")
    with pytest.raises(RuntimeError) as error:
        definitions.install(Path("admin.kubeconfig"), {"frr-k8s": "FRR-K8s", "ovn-kubernetes": "OVN-Kubernetes"}, [])
    assert str(error.value) == (
        "the definitions of FRR-K8s and OVN-Kubernetes are not here: "
        "KUBEFABRIC_CRDS names the folder that holds frr-k8s/ and ovn-kubernetes/"
    )
