"""Hosts that peer as a plan says, by node_peering's engine: with clusters nested in their machines, or as reflectors.

What the engine is given are the roles' own expressions, evaluated for the plan as a run would, and what the action
plugin makes of them. It works on a node of the lab as speaker_host.py describes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.kubefabric.bgp.plugins.action.node_peering import with_plan
from ansible_collections.kubefabric.bgp.plugins.module_utils.node import apply
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.options import REQUIRED_IF, SPEC
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain
from lab.context import Lab
from tests.lab.speaker_host import NamespaceHost, Router, bare_root

ROLES = Path(__file__).resolve().parents[2] / "roles"
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
    router = NodeRouter(lab, f"host-{name}", space=lab.node_namespace(cluster, name))
    return NamespaceHost(router, bare_root(lab.directory / f"root-{name}"))


def options(plan: dict, name: str, password: str, **more: object) -> dict:
    """What the role node_peering gives the module for a host of a plan's cluster; ``more`` are variables of it."""
    group = f"{plan['cluster'].replace('-', '_')}_nodes"
    return _given(plan, password, {group: list(plan["nodes"])}, inventory_hostname=name, group_names=[group], **more)


def reflector_options(plan: dict, name: str, password: str, **more: object) -> dict:
    """The same of a host that reflects for a plan's cluster: its variables are those of the role route_reflectors."""
    handed_on = _read("route_reflectors/tasks/host.yml")[-1]["vars"]
    variables = {**_read("route_reflectors/defaults/main.yml"), **handed_on, **more}
    return _given(plan, password, {}, inventory_hostname=name, group_names=["reflector_hosts"], **variables)


def _given(plan: dict, password: str, groups: dict, **variables: object) -> dict:
    cluster = plan["cluster"]
    known = {
        **_read("node_peering/defaults/main.yml"),
        "hostvars": {cluster: {"kubefabric_plan": plan, "kubefabric_cluster": {"bgp": {"password": password}}}},
        "groups": {"clusters": [cluster], **groups},
        "omit": OMITTED,
        **variables,
    }
    tasks = _read("node_peering/tasks/main.yml")
    (task,) = [task["kubefabric.bgp.node_peering"] for task in tasks if task.get("register") == "node_peering_result"]
    templar = Templar(DataLoader(), variables=known)
    given = {key: plain(templar.template(value)) for key, value in task.items()}
    asked = {key: value for key, value in given.items() if value != OMITTED}
    return with_plan(asked, str(variables["inventory_hostname"]))


def _read(file: str) -> Any:
    return DataLoader().load_from_file(str(ROLES / file), trusted_as_template=True)


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
