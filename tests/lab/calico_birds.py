"""Calico's stand-in without an API server: BIRD in namespaces of a lab, told by the resources that a plan makes.

That the API server takes these resources is tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from lab.cluster.calico import bird, model, reader
from lab.context import Lab, process_id, run, start_process

PASSWORD = "s3cret"
PLURALS = {
    "BGPConfiguration": "bgpconfigurations",
    "BGPPeer": "bgppeers",
    "BGPFilter": "bgpfilters",
    "Installation": "installations",
}


def kubernetes_node(name: str, addresses: Sequence[str], blocks: Sequence[str], labels: dict | None = None) -> dict:
    """A Node of the cluster with its InternalIPs and pod blocks."""
    found = [{"type": "InternalIP", "address": text} for text in addresses]
    metadata = {"name": name, "labels": labels or {}}
    return {"metadata": metadata, "spec": {"podCIDRs": list(blocks)}, "status": {"addresses": found}}


def known(plan: dict, nodes: list[dict], **more: list) -> model.Resources:
    """What the API server of a plan's cluster would have."""
    found: dict = {"nodes": nodes, **more}
    for item in resources(plan, {"bgp_password": PASSWORD}):
        if item["kind"] in PLURALS:
            found.setdefault(PLURALS[item["kind"]], []).append(item)
    return model.Resources(found)


@dataclass
class Birds:
    """The BIRDs of a lab by the names of their nodes."""

    lab: Lab

    def bring(self, name: str, space: str, resources: model.Resources) -> None:
        """Start a node's BIRD in a namespace, or have it take what the resources say now."""
        path = self.lab.file("bird", f"{name}.conf")
        path.write_text(bird.configuration(reader.speaker(resources, name, lambda _secret, _key: PASSWORD)))
        if process_id(self.lab, f"bird-{name}") is None:
            command = ["bird", "-f", "-c", str(path), "-s", str(path.with_suffix(".ctl"))]
            start_process(self.lab, f"bird-{name}", command, namespace=space)
        else:
            assert "Reconfigur" in self.ask(name, "configure")

    def ask(self, name: str, *words: str) -> str:
        """What a node's BIRD answers; ``Network not found``, too."""
        return run(["birdc", "-s", str(self.lab.file("bird", f"{name}.ctl")), *words], check=False)
