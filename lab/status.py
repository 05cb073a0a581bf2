"""``lab status``: what runs, as tables."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lab.context import Lab, process_id
from lab.topology import Topology


def show(lab: Lab, topology: Topology, console: Console) -> bool:
    """Print leaves, nodes, control planes and faults; False if something that should run does not."""
    fabric = lab.read_state("fabric")
    console.print(_leaves(topology, fabric))
    if not fabric.get("exchange", False):
        console.print(
            "[yellow]The fabric has no MP-BGP reflector policy: routes stay on the leaf that learned them.[/]"
        )
    clusters = _clusters(lab)
    console.print(_nodes(topology, fabric, clusters, lab.read_state("hosts")))
    console.print(_services(lab, clusters))
    for fault in fabric.get("faults", ()):
        console.print(f"[red]{escape(fault)}[/]")
    return _alive(lab, clusters)


def _clusters(lab: Lab) -> dict[str, dict]:
    if not lab.read_state("cluster"):
        return {}
    from lab import cluster

    return cluster.status(lab)


def _alive(lab: Lab, clusters: dict[str, dict]) -> bool:
    fabric = all(process_id(lab, name) is not None for name in ("apic", "fabric"))
    return fabric and all(found["ready"] for found in clusters.values())


def _leaves(topology: Topology, fabric: dict) -> Table:
    table = Table("Leaf", "Rack", "State", "VRF", "Sessions", "Down", "BGP routes", title=f"Fabric {topology.fabric}")
    for number, leaf in sorted(topology.leaves.items()):
        found = fabric.get("leaves", {}).get(str(number), {"state": "unknown", "vrfs": {}})
        state = f"[{'green' if found['state'] == 'active' else 'red'}]{found['state']}[/]"
        for vrf, entry in sorted(found["vrfs"].items()) or [("-", None)]:
            numbers = [str(len(entry["established"])), str(len(entry["down"])), str(entry["routes"])] if entry else []
            table.add_row(str(number), leaf.rack, state, vrf, *(numbers or ["-"] * 3))
    return table


def _nodes(topology: Topology, fabric: dict, clusters: dict[str, dict], booted: dict[str, str]) -> Table:
    table = Table("Node", "Cluster", "Rack", "Addresses", "VLAN", "System", "Kubernetes", "Peers with", title="Nodes")
    for node in topology.nodes.values():
        own = {address.partition("/")[0] for address in node.addresses}
        peers = [
            leaf
            for leaf, found in sorted(fabric.get("leaves", {}).items())
            if any(own & set(entry["established"]) for entry in found["vrfs"].values())
        ]
        system = f"Debian, {booted[node.name]}" if node.name in booted else "namespace"
        state = clusters.get(node.cluster, {}).get("nodes", {}).get(node.name, "-")
        values = [node.name, node.cluster, node.rack, ", ".join(node.addresses), str(node.vlan), system, state]
        table.add_row(*values, ", ".join(peers) or "-")
    return table


def _services(lab: Lab, clusters: dict[str, dict]) -> Table:
    table = Table("Service", "State", "Where", title="Control planes")
    url = lab.read_state("apic").get("url", "-")
    table.add_row("APIC", _state(process_id(lab, "apic")), url)
    table.add_row("leaves' agent", _state(process_id(lab, "fabric")), str(lab.directory / "logs" / "fabric.log"))
    for name, found in sorted(clusters.items()):
        stopped = [process for process, pid in found["processes"].items() if pid is None]
        state = "[green]ready[/]" if found["ready"] else f"[red]not ready[/] {', '.join(stopped)}"
        table.add_row(f"Kubernetes {name}", state, f"{found['server']}  {found['kubeconfig']}")
    return table


def _state(pid: int | None) -> str:
    return "[green]running[/]" if pid else "[red]stopped[/]"
