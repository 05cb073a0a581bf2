"""The shared gateway: one address and one MAC on several leaves, and every node reaches exactly one live leaf.

A vPC host hashes its frames over the links that are up, and the leaf that gets one for the shared MAC routes it. Here
the bridge knows no port for that MAC (the leaves' ports do not learn), so it floods such a frame, and these rules let
it through to one port: a leaf of the node's own rack, chosen by a hash over the live ones. A leaf whose links go down
leaves the hash, as its link leaves the node's port channel.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lab.hosts.wiring import LeafPort, NodePort, Wiring

TABLE = "kubefabric"
# Without one, the kernel draws a seed per rule: a frame could then match two rules, or none.
SEED = "0x6b66"


def ruleset(wiring: Wiring, cut: Collection[int]) -> str:
    """The nftables script for the switch's namespace; replaces the earlier one in one transaction."""
    macs = sorted({port.gateway_mac for port in wiring.leaf_ports if port.gateway_mac})
    chains, jumps = [], []
    for number, node in enumerate(node for node in wiring.node_ports if node.bridge):
        leaves = live_leaves(wiring.leaf_ports, node, cut)
        jumps.append(f'    iifname "{node.port}" jump node-{number}')
        chains += [f"  chain node-{number} {{ # {node.node}", *_choice([port.port for port in leaves]), "  }"]
    shared = [f"    ether daddr {{ {', '.join(macs)} }} jump gateway"] if macs else []
    return "\n".join(
        [
            f"table bridge {TABLE}",
            f"delete table bridge {TABLE}",
            f"table bridge {TABLE} {{",
            *chains,
            "  chain gateway {",
            *jumps,
            "    drop",
            "  }",
            "  chain forward {",
            "    type filter hook forward priority -200; policy accept;",
            *shared,
            "  }",
            "}",
            "",
        ]
    )


def live_leaves(ports: Iterable[LeafPort], node: NodePort, cut: Collection[int]) -> list[LeafPort]:
    """The gateway's ports that a node's links lead to: its bridge, its rack's leaves, links up."""
    return [
        port
        for port in ports
        if port.bridge == node.bridge and port.gateway_mac and port.leaf in node.leaves and port.leaf not in cut
    ]


def _choice(ports: list[str]) -> list[str]:
    """One port of several by a hash over the addresses (layer 3) or, for what is not IP, the sender's MAC."""
    if len(ports) == 1:
        return [f'    oifname "{ports[0]}" accept']
    keys = ("ip saddr . ip daddr", "ip6 saddr . ip6 daddr", "ether saddr")
    types = ("ip", "ip6", "!= { ip, ip6 }")
    return [
        f'    ether type {kind} oifname "{port}" jhash {key} mod {len(ports)} seed {SEED} {number} accept'
        for kind, key in zip(types, keys)
        for number, port in enumerate(ports)
    ]
