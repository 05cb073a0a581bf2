"""Brings the switch's namespace to a wiring: bridges, ports, the gateway's rules, and links that are cut."""

from __future__ import annotations

import fcntl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from lab.context import Lab, run
from lab.hosts import gateway, links
from lab.hosts.wiring import PORT_MTU, LeafPort, NodePort, Wiring

SWITCH_SETTINGS = {
    # The bridges are switches: no filter of the IP layer looks at what they forward.
    "net.bridge.bridge-nf-call-iptables": "0",
    "net.bridge.bridge-nf-call-ip6tables": "0",
    "net.bridge.bridge-nf-call-arptables": "0",
    "net.ipv6.conf.all.disable_ipv6": "1",
    "net.ipv6.conf.default.disable_ipv6": "1",
}


def namespace(lab: Lab) -> str:
    """The namespace that stands for all wires and for the switching inside the fabric."""
    return lab.namespace("switch")


def leaf_namespace(lab: Lab, leaf: int, vrf: str) -> str:
    """The namespace of one VRF (``tenant:vrf``) on one leaf."""
    return lab.namespace(f"leaf-{leaf}", vrf)


def up(lab: Lab) -> None:
    """Make the switch; nothing happens if it is there."""
    links.ensure_namespace(namespace(lab), SWITCH_SETTINGS)


@contextmanager
def _locked(lab: Lab) -> Iterator[None]:
    """The agent and ``lab cut`` both change the switch: one at a time."""
    with lab.file("switch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# -- cut leaves ---------------------------------------------------------------------------------------


def cut_leaves(lab: Lab) -> frozenset[int]:
    """The leaves whose links the user cut."""
    return frozenset(lab.read_state("cut").get("leaves", ()))


def set_cut(lab: Lab, leaves: Collection[int]) -> None:
    """Pull (or plug in) links so that all links of exactly these leaves are down. No process ends."""
    with _locked(lab):
        lab.write_state("cut", {"leaves": sorted(leaves)})
        _apply_links(lab, noted(lab), frozenset(leaves))


def _apply_links(lab: Lab, wiring: Wiring, cut: frozenset[int]) -> None:
    run(["nft", "-f", "-"], namespace=namespace(lab), stdin=gateway.ruleset(wiring, cut))
    states = {port.port: port.leaf not in cut for port in wiring.leaf_ports}
    states |= {port.port: any(leaf not in cut for leaf in port.leaves) for port in wiring.node_ports}
    present = links.devices(namespace(lab))
    links.batch(
        namespace(lab),
        [
            f"link set {port} {'up' if alive else 'down'}"
            for port, alive in states.items()
            if port in present and ("UP" in present[port]["flags"]) != alive
        ],
    )


# -- wiring -------------------------------------------------------------------------------------------


def noted(lab: Lab) -> Wiring:
    """The wiring that was applied last."""
    state = lab.read_state("switch")
    return Wiring(
        state.get("bridges", {}),
        tuple(LeafPort(**port) for port in state.get("leaf_ports", ())),
        tuple(NodePort(**{**port, "leaves": tuple(port["leaves"])}) for port in state.get("node_ports", ())),
    )


def apply(lab: Lab, wiring: Wiring) -> None:
    """Bring the switch to this wiring; the leaves' namespaces exist. What is right already is not touched."""
    with _locked(lab):
        lab.write_state("switch", asdict(wiring))
        _remove_stale(lab, wiring)
        _ensure_bridges(lab, wiring)
        for port in wiring.leaf_ports:
            _ensure_leaf_port(lab, port)
        _attach(lab, wiring)
        _apply_links(lab, wiring, cut_leaves(lab))


def _remove_stale(lab: Lab, wiring: Wiring) -> None:
    wanted = {*wiring.bridges, *(port.port for port in wiring.leaf_ports), *(port.port for port in wiring.node_ports)}
    stale = [name for name in links.devices(namespace(lab)) if name != "lo" and name not in wanted]
    links.batch(namespace(lab), [f"link del {name}" for name in stale])


def _ensure_bridges(lab: Lab, wiring: Wiring) -> None:
    present = links.devices(namespace(lab))
    for name, meaning in wiring.bridges.items():
        if name not in present:
            links.batch(
                namespace(lab),
                [
                    f"link add {name} mtu {PORT_MTU} type bridge mcast_snooping 0 stp_state 0",
                    f'link set {name} alias "{meaning}" up',
                ],
            )


def _ensure_leaf_port(lab: Lab, port: LeafPort) -> None:
    """A veth pair from the switch into the VRF's namespace; the leaf's end is made anew with its port."""
    if port.port in links.devices(namespace(lab)):
        return
    inside = leaf_namespace(lab, port.leaf, port.vrf)
    links.batch(inside, [f"link del {port.interface}"], force=True)
    links.batch(
        namespace(lab),
        [
            f"link add {port.port} mtu {PORT_MTU} type veth "
            f"peer name {port.interface} mtu {port.mtu} address {port.mac} netns {inside}",
            f"link set {port.port} master {port.bridge}",
        ],
    )
    # The leaf's own MAC is known, the gateway's must not be learned: it is on several ports.
    run(["bridge", "link", "set", "dev", port.port, "learning", "off"], namespace=namespace(lab))
    run(["bridge", "fdb", "replace", port.mac, "dev", port.port, "master", "static"], namespace=namespace(lab))


def _attach(lab: Lab, wiring: Wiring) -> None:
    present = links.devices(namespace(lab))
    commands = []
    for port in wiring.node_ports:
        if port.port in present and present[port.port].get("master", "") != port.bridge:
            commands.append(f"link set {port.port} {f'master {port.bridge}' if port.bridge else 'nomaster'}")
    links.batch(namespace(lab), commands)
