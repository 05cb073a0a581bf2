"""What is not a cluster network's own reaches networks by the registry, and names none in its code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.interface import OnCluster
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.options_routers import ROUTER
from tests.rooms import SOURCES, around, imports, modules, room

ROOMS = ("intent", "svi", "plan", "aci", "cluster", "verify")
NAMES = re.compile(r"calico|cilium|kube[-_ ]?router|ovn[-_ ]?kubernetes|frr[-_ ]?k8s", re.IGNORECASE)
OF_MULTIHOP = ROUTER["multihop"]["description"]
# Where a name is neither a branch nor a table of networks.
EXCEPTIONS = {
    ("intent.formats", "Calico"): "who has the addresses at which no workload can peer, whatever the cluster's network",
    ("intent.formats_kubernetes", "write it like app=frr-k8s, or app in (a, b)"): "an example of a label",
    ("intent.options_routers", OF_MULTIHOP): "what the option means differs, in the description",
    ("plan.shape", "calico"): "an example of a plan's key",
}


def named(source: str) -> Iterator[str]:
    """Names of networks in a module's identifiers and texts; docstrings and comments may name what they like."""
    tree = ast.parse(source)
    prose = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    for node in ast.walk(tree):
        if node in prose and isinstance(node, ast.Constant):
            continue
        texts = [getattr(node, field, None) for field in ("id", "attr", "name", "asname", "arg", "module", "value")]
        yield from (text for text in texts if isinstance(text, str) and NAMES.search(text))


def test_engines_name_no_cluster_network() -> None:
    found = {
        (module, text)
        for module, path in modules().items()
        if room(module) in ROOMS
        for text in named(path.read_text())
    }
    assert found == set(EXCEPTIONS)


@pytest.mark.parametrize(("source", "count"), [('"""calico"""\n# calico', 0), ("x = 'calico'", 1), ("calico.f(1)", 1)])
def test_a_name_counts_in_code_and_not_in_prose(source: str, count: int) -> None:
    assert len(list(named(source))) == count


def test_modules_for_controllers_bring_no_cluster_network_to_hosts() -> None:
    known = modules()
    waiting, brought = [name for name in known if room(name) == "aci"], set()
    while waiting:
        name = waiting.pop()
        if name not in brought:
            brought.add(name)
            waiting += [one for each in imports(name, known[name], known) for one in around(each, name)]
    assert not {name for name in brought if room(name) == "cni"}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_whole(name: str) -> None:
    network = NETWORKS[name]
    assert (SOURCES / "cni" / name).is_dir(), "its package is called as it is"
    assert network.planning.announced
    assert network.verification.agent
    assert isinstance(network.on_cluster, OnCluster)
