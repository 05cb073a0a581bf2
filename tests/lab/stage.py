"""An intent brought up in a lab: planned, written by the module, peered by a speaker per node, verified.

No Kubernetes: every node runs a small FRR with exactly the peers of its plan, and announces what kube-router would for
a cluster that gives each node a pod block and has one Service of type LoadBalancer with endpoints everywhere.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from ipaddress import ip_network
from pathlib import Path

import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import bgp, reading
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io import deployment
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import assess, fabric, faults, table
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.routes import advertised
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from ansible_collections.kubefabric.bgp.plugins.modules import aci_l3out
from lab import bringup, own_secrets
from lab.context import Lab, wait_for
from tests.apic import Apic
from tests.lab.speaker import Speaker
from tests.run_module import run_module

BLOCKS = {4: 26, 6: 64}  # prefix length of a node's pod block


@dataclass
class Stage:
    """A running lab and what was planned for it."""

    lab: Lab
    intent: dict
    plans: dict[str, dict]
    states: dict[str, dict]
    speakers: dict[str, Speaker] = field(default_factory=dict)

    @property
    def apic(self) -> Apic:
        """A client of the lab's controller."""
        state = self.lab.read_state("apic")
        return Apic(state["url"], Path(state["ca"]).parent, own_secrets.password(self.lab))

    def secret(self, cluster: str) -> str:
        """The BGP password of a cluster, "" if it has none."""
        return self.intent["clusters"][cluster]["cluster"]["bgp"].get("password") or ""

    def replan(self, intent: dict, directory: Path) -> list[str]:
        """Bring the lab to another intent, as ``lab up`` does with a changed inventory; the planner's warnings."""
        plans, warnings = _planned(intent, directory)
        self.intent, self.plans = intent, plans
        self.states = {name: state(plan) for name, plan in plans.items()}
        bringup.up(self.lab, directory, directory, lambda _: None, control_plane=False)
        return warnings

    def apply(self, cluster: str, **more: object) -> dict:
        """Write a cluster's L3Out as the role does; what the module says."""
        apic = self.apic
        options = {"host": [apic.host], "port": apic.port, "username": apic.username, "password": apic.password}
        key = "b1946ac92492d2347c6235b4d2611184"
        secrets = {"bgp_password": self.secret(cluster) or None, "password_key": key}
        os.environ["SSL_CERT_FILE"] = apic.ca
        return run_module(
            aci_l3out, {**options, "use_proxy": False, **self.plans[cluster]["l3out"], **secrets, **more}, diff=False
        )

    def speak(self, cluster: str, name: str, prefixes: list[str] | None = None, *, full: bool = False) -> Speaker:
        """Start a node's speaker with its plan's peers; it announces what its cluster gives it by default."""
        plan = self.plans[cluster]
        node = plan["nodes"][name]
        bfd = plan["l3out"]["bgp"]["bfd"]  # FRR's bfdd needs its zebra
        secret = self.secret(cluster)
        speaker = Speaker(self.lab, cluster, name, node["asn"], secret, table=full or bfd, bfd=bfd)
        announced = sorted(self.announced(cluster)[name]) if prefixes is None else prefixes
        peers = [peer["address"] for peer in node["peers"]]
        self.speakers[name] = speaker.start(peers, announced, plan["fabric"]["asn"])
        return speaker

    def announced(self, cluster: str) -> dict[str, set[str]]:
        """Node → what it announces."""
        return advertised(self.plans[cluster], self.states[cluster])

    def bgp(self, cluster: str) -> dict:
        """The leaves' BGP state as aci_bgp_info reads it."""
        plan, apic = self.plans[cluster], self.apic
        nodes = apic.get(bgp.NODES)
        vrf = "{vrf_tenant}:{vrf}".format(**plan["l3out"])
        tunnels, now = bgp.tunnel_addresses(nodes), datetime.now(timezone.utc)
        return {
            key: bgp.state(apic.get(bgp.everything(leaf, vrf)), tunnels, now) for key, leaf in plan["leaves"].items()
        }

    def faults(self, cluster: str) -> list[dict]:
        """APIC's faults of everything that was written for a cluster."""
        paths = reading.faults(reading.roots(l3out.build(self.plans[cluster]["l3out"])))
        return [fault for path in paths for fault in deployment.parse_faults(self.apic.get(path))]

    def verified(self, cluster: str, timeout: float = 60) -> tuple[dict, dict]:
        """Wait until verification finds nothing wrong; the leaves' state and the assessment."""
        seen: dict = {}

        def good() -> bool:
            seen["bgp"] = self.bgp(cluster)
            seen["found"] = assess(self.plans[cluster], seen["bgp"], self.states[cluster])
            if seen["found"]["ok"]:
                seen["found"]["problems"] = faults.problems(self.faults(cluster))
            return not seen["found"]["problems"]

        try:
            wait_for(good, f"cluster {cluster} as planned", timeout=timeout, interval=0.5)
        except TimeoutError as late:
            said = [problem["message"] for problem in seen["found"]["problems"]]
            raise AssertionError("\n".join([str(late), *said, *table.lines(seen["found"]["table"])])) from None
        return seen["bgp"], seen["found"]

    def hops(self, cluster: str, leaf: int, prefix: str) -> list[dict]:
        """The next hops of a prefix on a leaf now; ``[]`` if it has none."""
        return fabric.routes(self.bgp(cluster), str(leaf)).get(prefix, [])


@contextmanager
def staged(name: str, intent: dict, directory: Path, boot: tuple[str, ...] = ()) -> Iterator[Stage]:
    """Bring a lab up for an intent, without control planes, and take it down. ``boot``: nodes to be real systems."""
    plans, _warnings = _planned(intent, directory)
    stage = Stage(Lab(name), intent, plans, {name: state(plan) for name, plan in plans.items()})
    try:
        bringup.up(stage.lab, directory, directory, lambda _: None, control_plane=False, boot=boot)
        yield stage
    finally:
        bringup.down(stage.lab, lambda _: None)


def _planned(intent: dict, directory: Path) -> tuple[dict, list[str]]:
    """Plan an intent into files that the lab reads; the plans and the planner's warnings."""
    result = build(copy.deepcopy(intent))
    for cluster, plan in result.plans.items():
        (directory / cluster).mkdir(parents=True, exist_ok=True)
        (directory / cluster / "plan.yml").write_text(yaml.safe_dump(plan))
    return result.plans, [str(finding) for finding in result.warnings]


# -- the cluster that is not there ----------------------------------------------------------------------


def state(plan: dict) -> dict:
    """What verification would read from the cluster: a pod block per node, one Service with endpoints everywhere.

    Of hosts without Kubernetes it is what they are configured to announce: a block each, and an address of all of them.
    """
    names = list(plan["nodes"])
    if not plan["networks"].get("pod"):
        return {**from_resources([], [], [], []), "originated": _originated(plan)}
    nodes = [_node(plan, number, name) for number, name in enumerate(names)]
    pods = [_pod(name) for name in names]
    endpoints = [{"nodeName": name, "addresses": ["192.0.2.1"]} for name in names]
    slices = [
        {"metadata": {"namespace": "web", "labels": {"kubernetes.io/service-name": "web"}}, "endpoints": endpoints}
    ]
    return from_resources(nodes, pods, [_service(plan)], slices)


def service_address(plan: dict, which: str) -> str | None:
    """The load balancer's address in a family, as a host prefix: every node announces it; None without a pool."""
    pools = [
        network
        for network in map(ip_network, plan["networks"].get("external_service") or ())
        if network.version == int(which[-1])
    ]
    return f"{pools[0][7]}/{pools[0].max_prefixlen}" if pools else None


def pod_block(plan: dict, number: int, which: str) -> str:
    """The pod block of the ``number``-th node in a family; of a host without Kubernetes, the block it announces."""
    pools = plan["networks"].get("pod") or plan["networks"]["external_service"]
    pool = next(network for network in map(ip_network, pools) if network.version == int(which[-1]))
    length = BLOCKS[pool.version]
    return str(ip_network((int(pool.network_address) + (number << (pool.max_prefixlen - length)), length)))


def _originated(plan: dict) -> dict[str, list[str]]:
    """Host → what it announces: node_peering_originate."""
    return {
        name: [item for which in node["addresses"] for item in _announced_by(plan, number, which)]
        for number, (name, node) in enumerate(plan["nodes"].items())
    }


def _announced_by(plan: dict, number: int, which: str) -> list[str]:
    address = service_address(plan, which)
    return [pod_block(plan, number, which), *([address] if address else [])]


def _node(plan: dict, number: int, name: str) -> dict:
    addresses = plan["nodes"][name]["addresses"]
    return {
        "metadata": {"name": name},
        "spec": {"podCIDRs": [pod_block(plan, number, which) for which in addresses]},
        "status": {"addresses": [{"type": "InternalIP", "address": address} for address in addresses.values()]},
    }


def _pod(node: str) -> dict:
    ready = {"type": "Ready", "status": "True"}
    return {"metadata": {"name": f"agent-{node}"}, "spec": {"nodeName": node}, "status": {"conditions": [ready]}}


def _service(plan: dict) -> dict:
    which = sorted({peer["family"] for node in plan["nodes"].values() for peer in node["peers"]})
    cluster = [str(ip_network(text)[9]) for text in plan["networks"]["service"]]
    found = [service_address(plan, one) for one in which]
    balancer = [{"ip": prefix.partition("/")[0]} for prefix in found if prefix]
    return {
        "metadata": {"namespace": "web", "name": "web", "annotations": {}},
        "spec": {"type": "LoadBalancer", "clusterIPs": cluster},
        "status": {"loadBalancer": {"ingress": balancer}},
    }
