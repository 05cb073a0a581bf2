"""Hosts that peer with clusters nested in their machines, in their CNI's place: node_peering's engine and its role.

What the engine is given are the role's own expressions, evaluated for a plan as a run would. It works on a node of the
lab as speaker_host.py describes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.options import REQUIRED_IF, SPEC
from lab.context import Lab
from tests.lab.speaker_host import NamespaceHost, Router, bare_root

ROLE = Path(__file__).resolve().parents[2] / "roles" / "node_peering"
OMITTED = "omitted"


@dataclass
class NodeRouter(Router):
    """FRR in a namespace that the lab made for a node."""

    space: str = ""

    @property
    def namespace(self) -> str:
        return self.space


def host(lab: Lab, cluster: str, name: str) -> NamespaceHost:
    """A node of the lab, with the files that Debian's package brings and no speaker yet."""
    router = NodeRouter(lab, f"host-{name}", lab.node_namespace(cluster, name))
    return NamespaceHost(router, bare_root(lab.directory / f"root-{name}"))


def options(plan: dict, name: str, password: str, **more: object) -> dict:
    """What the role gives the module for one host of a plan's cluster; ``more`` are variables of the host."""
    cluster, loader = plan["cluster"], DataLoader()
    group = f"{cluster.replace('-', '_')}_nodes"
    variables = {
        **_read(loader, "defaults"),
        "hostvars": {cluster: {"kubefabric_plan": plan, "kubefabric_cluster": {"bgp": {"password": password}}}},
        "groups": {"clusters": [cluster], group: list(plan["nodes"])},
        "group_names": [group],
        "inventory_hostname": name,
        "omit": OMITTED,
        **more,
    }
    task = _read(loader, "tasks")[-1]["kubefabric.bgp.node_peering"]
    templar = Templar(loader, variables=variables)
    given = {key: templar.template(value) for key, value in task.items()}
    return {key: value for key, value in given.items() if value != OMITTED}


def _read(loader: DataLoader, part: str) -> Any:
    return loader.load_from_file(str(ROLE / part / "main.yml"), trusted_as_template=True)


def bring(node: NamespaceHost, given: dict) -> dict:
    """Bring a host to the role's options, as the module does."""
    result = ArgumentSpecValidator(SPEC, required_if=REQUIRED_IF).validate(given)
    assert not result.error_messages
    return apply.bring(node, result.validated_parameters, False)


def since(node: NamespaceHost) -> dict[str, int]:
    """Peer → since when its session is established (seconds of 1970)."""
    listed = node.router.ask("show bgp neighbors json")
    return {
        peer: one["bgpTimerUpEstablishedEpoch"] for peer, one in listed.items() if one.get("bgpState") == "Established"
    }
