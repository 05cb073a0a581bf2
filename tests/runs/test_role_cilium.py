"""The role cilium, run by ansible-playbook against a real API server with Cilium's definitions; helm is played.

What plays helm keeps the values of the one release and the commands that change it, and answers in helm 3's words.
"""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import files
from tests import crds
from tests.plans import plan
from tests.roles import Role

HELM = f"""#!{sys.executable}
import pathlib, shutil, sys
home, words = pathlib.Path(__file__).parent, [word for word in sys.argv[1:] if not word.startswith("--")]
version = next((word.partition("=")[2] for word in sys.argv if word.startswith("--version=")), None)
values = home / "values.yml"
if words[0] == "list":
    print("- {{name: cilium, chart: cilium-1.20.2, status: deployed}}" if values.exists() else "[]")
elif words[:2] == ["get", "values"]:
    print(values.read_text())
elif words[0] == "show":
    print(f"name: cilium\\nversion: {{version}}")
elif words[0] == "plugin":
    print("NAME\\tVERSION\\tDESCRIPTION")
elif words[0] == "upgrade":
    shutil.copy(next(word for word in words if word.startswith("-f="))[3:], values)
    (home / "upgrades").open("a").write(" ".join(word for word in sys.argv[1:] if not word.startswith("-f=")) + "\\n")
else:
    sys.exit(f"not played: {{words}}")
"""


class Cluster:
    """A cluster in the shared API server, Nodes of its own, and a helm that plays."""

    def __init__(self, api, directory: Path) -> None:
        self.api, tag = api, uuid.uuid4().hex[:8]
        self.programs = directory / "bin"
        self.programs.mkdir()
        (self.programs / "helm").write_text(HELM)
        (self.programs / "helm").chmod(0o755)
        self.role = Role("cilium", directory, api, path=self.programs)
        self.plan = {**plan("ipv4"), "cni": "cilium", "cluster": f"c-{tag}", "cilium": {"api_server": "192.0.2.9:6443"}}
        self.plan["nodes"] = {f"{name}-{tag}": node for name, node in self.plan["nodes"].items()}
        nodes = [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}} for name in self.plan["nodes"]]
        api.kubectl_run("create", "-f-", stdin=yaml.safe_dump_all(nodes))

    def install(self, *arguments: str) -> int:
        return self.role.changed(self.plan, *arguments, cilium_install=True)

    @property
    def values(self) -> Path:
        """The release's values."""
        return self.programs / "values.yml"

    @property
    def upgrades(self) -> list[str]:
        return (self.programs / "upgrades").read_text().splitlines()

    def ours(self) -> list:
        selector = f"--selector=bgp.kubefabric.io/cluster={self.plan['cluster']}"
        return self.api.get("ciliumbgpclusterconfigs,ciliumloadbalancerippools", selector)["items"]


@pytest.fixture
def cluster(kubernetes, tmp_path):
    crds.apply(kubernetes, "cilium")
    return Cluster(kubernetes, tmp_path)


def test_cilium_is_installed_with_the_plans_values_once_and_check_mode_shows_a_value_changed_by_hand(cluster):
    assert cluster.install() == 2
    planned = files(cluster.plan)["cilium-values.yml"]
    assert yaml.safe_load(cluster.values.read_text()) == planned
    assert len(cluster.ours()) == 3
    assert cluster.upgrades == [
        "--version=1.20.2 --repo=https://helm.cilium.io/ upgrade -i --reset-values --wait --timeout 600s cilium cilium"
    ]
    assert cluster.install() == 0
    cluster.values.write_text(yaml.safe_dump({**planned, "enableIPv4Masquerade": True}))
    assert cluster.install("--check") == 1
    assert len(cluster.upgrades) == 1


def test_without_kube_proxy_and_without_an_api_server_nothing_is_installed(cluster):
    del cluster.plan["cilium"]
    done = cluster.role.play(cluster.plan, cilium_install=True)
    assert done.returncode == 2
    assert (
        f"cluster {cluster.plan['cluster']}: without kube-proxy, Cilium reaches the API server by no Service address; "
        "set kubefabric_cluster.cilium.api_server to host:port, or kube_proxy_replacement to false. Nothing was "
        "written."
    ) in " ".join(done.stdout.split())
    assert not cluster.values.exists() and cluster.ours() == []
