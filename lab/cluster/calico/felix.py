"""Felix's part, as far as BGP with workloads needs it: a workload's interface, its routes, the address to peer at.

A workload has a /32 (IPv6: a /128) of its own, and its node as default gateway: 169.254.1.1, which the node's end
answers for by proxy ARP, and the link-local address that all those ends share (Calico's "cali" interfaces).
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence

from lab.cluster.calico.model import NORMAL_PRIORITY
from lab.hosts import links

GATEWAY = "169.254.1.1"
MAC, LINK_LOCAL = "ee:ee:ee:ee:ee:ee", "fe80::ecee:eeff:feee:eeee"
FORWARD = {"net.ipv4.ip_forward": "1", "net.ipv6.conf.all.forwarding": "1"}


def interface(namespace: str, pod: str) -> str:
    """The name of the node's end of a pod's link, as Calico makes it."""
    return "cali" + hashlib.sha1(f"{namespace}.{pod}".encode(), usedforsecurity=False).hexdigest()[:11]


def attach(node: str, workload: str, device: str, addresses: Sequence[str]) -> None:
    """Make the network namespace of a workload and hang it on a node's: link, addresses, routes both ways."""
    links.ensure_namespace(workload, FORWARD)
    links.batch(node, [f"link add {device} address {MAC} type veth peer name eth0 netns {workload}"])
    links.set_sysctls(node, {f"net.ipv4.conf.{device}.proxy_arp": "1", f"net.ipv6.conf.{device}.accept_dad": "0"})
    links.set_sysctls(workload, {"net.ipv6.conf.eth0.accept_dad": "0"})
    links.batch(node, [f'link set {device} alias "{" ".join(addresses)}" up'])
    links.batch(workload, ["link set eth0 up"])
    for text in addresses:
        links.batch(node, [f"route replace {text} dev {device} metric {NORMAL_PRIORITY}"])
        links.batch(workload, _inside(text))


def _inside(text: str) -> list[str]:
    """The ``ip`` commands that give a workload an address and its way out."""
    if ipaddress.ip_address(text).version == 6:
        return [f"address add {text}/128 dev eth0", f"route replace ::/0 via {LINK_LOCAL} dev eth0"]
    way = [f"route replace {GATEWAY} dev eth0 scope link", f"route replace default via {GATEWAY} dev eth0"]
    return [f"address add {text}/32 dev eth0", *way]


def address(node: str, wanted: Sequence[str]) -> None:
    """Give the node's ends of all workloads' links the addresses to peer at, and take others away.

    With the workload's own address as that of the other end, so that BIRD takes it for a neighbour.
    """
    for name, device in links.devices(node).items():
        if name.startswith("cali"):
            others: dict[int, str] = {_version(text): text for text in device.get("ifalias", "").split()}
            present = links.addresses(device)
            changes = [("add", text) for text in wanted if text not in present]
            changes += [("del", text) for text in present if text not in wanted]
            links.batch(
                node, [_peering(verb, text, others, name) for verb, text in changes if _version(text) in others]
            )


def _peering(verb: str, text: str, others: dict[int, str], device: str) -> str:
    bare, _slash, length = text.partition("/")
    return f"address {verb} {bare} peer {others[_version(text)]}/{length} dev {device}"


def _version(text: str) -> int:
    return ipaddress.ip_interface(text).version
