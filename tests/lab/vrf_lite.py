"""A node with VRF-Lite in the virtual machine: networks in VRFs of their own, and the routers that they peer with.

Everything that the collection has a part in comes from one plan: the resources, which the lab's reader of
RouteAdvertisements and the real frr-k8s turn into FRR's configuration, and the units of the role ``node_vrf``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from lab.cluster.ovn_kubernetes import install, networks, reader
from lab.context import wait_for
from lab.tools import program
from tests import crds
from tests.plans import plan
from tests.programs import ansible_playbook

NODE = "node1"
PASSWORD = "s3cret"
PROVIDER, LEAF = 64999, 65002
KEEPALIVE, HOLD = 20, 60  # the guest is slow, and the hold time is not the subject
FROM_PROVIDER = ("33.100.0.0/16", "2001:db8:33::/48")
FROM_LEAF = ("172.20.5.0/24", "2001:db8:ffff:5::/64")
REFUSED = ("33.200.0.0/16", "2001:db8:44::/48")  # the provider announces them, the plan does not take them
GUEST = Path(__file__).parent / "guest"


@dataclass(frozen=True)
class Network:
    """A network with a VRF of its own; ``order`` is that in which VRF, interface and speaker come.

    B in it: there when the node boots, before anything of systemd sees devices.
    """

    number: int
    order: str

    @property
    def vrf(self) -> str:
        return f"vpn-{self.number}"

    @property
    def interface(self) -> str:
        return f"up{self.number}.5"

    @property
    def table(self) -> str:
        return str(1000 + self.number)

    @property
    def subnets(self) -> tuple[str, str]:
        return f"10.9.{self.number}.0/24", f"2001:db8:9:{self.number}::/64"

    def ends(self, which: int) -> tuple[str, str]:
        """The addresses of the node (1) and of the provider's router (2)."""
        return f"10.20.{self.number}.{which}", f"2001:db8:20:{self.number}::{which}"

    def make_vrf(self) -> str:
        """Commands as OVN-Kubernetes' own."""
        return f"ip link add {self.vrf} type vrf table {self.table}; ip link set {self.vrf} up"

    def make_interface(self) -> str:
        """The interface with its addresses, and its cable to the provider's router."""
        lines = [f"ip link add {self.interface} type veth peer name to{self.number} netns provider"]
        lines += [f"ip address add {_on_link(address)} dev {self.interface}" for address in self.ends(1)]
        lines += [f"ip -n provider address add {_on_link(address)} dev to{self.number}" for address in self.ends(2)]
        lines += [f"ip link set {self.interface} up", f"ip -n provider link set to{self.number} up"]
        return "; ".join(lines)


def _on_link(address: str) -> str:
    """What ``ip address add`` gets: the address with the length of its network, and in IPv6 no wait for duplicates."""
    return f"{address}/64 nodad" if ":" in address else f"{address}/24"


NETWORKS = [
    Network(number, order)
    for number, order in enumerate(("VIS", "IVS", "VSI", "ISV", "SVI", "SIV", "(VI)S", "(I)VS", "(I)SV"), start=1)
]


# -- the plan and what is made of it ------------------------------------------------------------------------


def planned() -> dict:
    """The plan of a node with these networks."""
    found = {network.vrf: _described(network) for network in NETWORKS}
    receive = [{"prefix": "172.20.0.0/16", "le": 24}, {"prefix": "2001:db8:ffff::/48", "le": 64}]
    options = {"gateway_mode": "local", "connect_retry": 1, "networks": found, "receive": receive}
    made = {**plan("ipv4", "ipv6"), "cni": "ovn_kubernetes", "ovn_kubernetes": options}
    node = made["nodes"][NODE]
    node["peers"] = [peer for peer in node["peers"] if peer["leaf"] == 101]
    made.update(nodes={NODE: node}, leaves={"101": made["leaves"]["101"]})
    made["bgp"].update(keepalive=KEEPALIVE, hold=HOLD)
    return made


def _described(network: Network) -> dict:
    peers = [
        {"address": address, "asn": PROVIDER, "receive": [{"prefix": prefix}]}
        for address, prefix in zip(network.ends(2), FROM_PROVIDER, strict=True)
    ]
    peers[0]["password_secret"] = "vpn"
    return {
        "subnets": list(network.subnets),
        "namespaces": [network.vrf],
        "advertise": "own_vrf",
        "leak_default_routes": True,
        "vrf_lite": {"interface": network.interface, "attach": "host", "peers": peers},
    }


def units(made: dict, directory: Path) -> dict[str, str | Path]:
    """The files of the role ``node_vrf`` for the node, by the playbook that users run: path → text, or a link's."""
    node = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    node["node_vrf_root"] = str(directory / "root")
    groups = {
        "clusters": {"hosts": {made["cluster"]: {"kubefabric_plan": made}}},
        f"{made['cluster'].replace('-', '_')}_nodes": {"hosts": {NODE: node}},
    }
    (directory / "inventory.yml").write_text(yaml.safe_dump(groups))
    done = ansible_playbook("kubefabric.bgp.vrfs", "-i", "inventory.yml", "-e", "ansible_become=false", cwd=directory)
    assert done.returncode == 0, done.stdout + done.stderr
    root = directory / "root"
    found = [path for path in root.rglob("*") if path.is_file()]
    return {f"/{path.relative_to(root)}": path.readlink() if path.is_symlink() else path.read_text() for path in found}


def configuration(api, made: dict, directory: Path) -> str:
    """FRR's configuration for the node, by the real frr-k8s from a real API server."""
    for project in ("frr-k8s", "ovn-kubernetes"):
        crds.required(project)
    crds.apply(api, "frr-k8s")
    crds.namespace(api, install.NAMESPACE)
    node = {key: value for key, value in _node(made).items() if key != "status"}
    _apply(api, node, *_secrets(made), *_configurations(made))
    return _rendered(api, directory, [network.vrf for network in NETWORKS])


def _configurations(made: dict) -> list[dict]:
    """The plan's FRRConfigurations, and those that OVN-Kubernetes makes of its RouteAdvertisements."""
    items = resources(made, {"bgp_password": PASSWORD})
    found: dict[str, list] = {"nodes": [_node(made)]}
    for item in items:
        found.setdefault(f"{item['kind'].lower()}s", [] if item["kind"] != "Node" else found["nodes"])
        if item["kind"] != "Node":
            found[f"{item['kind'].lower()}s"].append(item)
    found["routeadvertisements"] = found.pop("routeadvertisementss", [])
    known = reader.Resources(found)
    made_networks, _conditions = networks.user_defined(known["clusteruserdefinednetworks"], known["namespaces"])
    subnets = networks.allocated(known["nodes"], made_networks)[NODE]
    found["nodes"][0]["metadata"]["annotations"] = {networks.SUBNETS: json.dumps(subnets)}
    generated = []
    for item in known["routeadvertisements"]:
        more, condition = reader.advertise(known, item)
        assert condition.status, condition.message
        generated += more or []
    for number, item in enumerate(generated):
        item["metadata"]["name"] = f"{item['metadata'].pop('generateName')}{number}"
    return [*found["frrconfigurations"], *generated]


def _node(made: dict) -> dict:
    addresses = made["nodes"][NODE]["addresses"].values()
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": NODE, "labels": {"kubernetes.io/hostname": NODE, "rack_id": "rack1"}},
        "spec": {"podCIDRs": ["10.1.0.0/26", "2001:db8:10::/122"]},
        "status": {"addresses": [{"type": "InternalIP", "address": address} for address in addresses]},
    }


def _secrets(made: dict) -> list[dict]:
    """The leaves' password as the plan writes it, and the one that the administrator made for the provider."""
    ours = [item for item in resources(made, {"bgp_password": PASSWORD}) if item["kind"] == "Secret"]
    metadata = {"name": "vpn", "namespace": install.NAMESPACE}
    data = {"username": "", "password": PASSWORD}
    kind = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/basic-auth"}
    return [*ours, {**kind, "metadata": metadata, "stringData": data}]


def _apply(api, *items: dict) -> None:
    document = {"apiVersion": "v1", "kind": "List", "items": list(items)}
    api.kubectl_run("apply", "--server-side", "--force-conflicts", "-f-", stdin=json.dumps(document))


def _rendered(api, directory: Path, vrfs: list[str]) -> str:
    """Run frr-k8s until its configuration has these VRFs with their networks."""
    file, pid = directory / "frr.conf", directory / "reloader.pid"
    reloader = subprocess.Popen(["sleep", "600"], preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    pid.write_text(str(reloader.pid))
    environment = {**os.environ, "KUBECONFIG": str(api.kubeconfig), "FRR_CONFIG_FILE": str(file)}
    environment |= {"FRR_RELOADER_PID_FILE": str(pid), "NODE_NAME": NODE, "NAMESPACE": install.NAMESPACE}
    command = [str(program("frr-k8s")), f"--node-name={NODE}", f"--namespace={install.NAMESPACE}"]
    command.append("--metrics-bind-address=127.0.0.1:0")
    log = directory / "frr-k8s.log"
    with log.open("wb") as output:
        agent = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)

    looks: list[str] = []

    def written() -> str:
        assert agent.poll() is None, log.read_text()[-3000:]
        text = file.read_text() if file.exists() else ""
        looks.append(text)  # frr-k8s writes in place: the file is whole when two looks in a row agree
        done = all(f" vrf {vrf}\n" in text for vrf in vrfs) and text.count("network 10.9.") >= len(vrfs)
        return text if done and text in looks[-2:-1] else ""

    try:
        return str(wait_for(written, "frr-k8s' configuration", timeout=60))
    except TimeoutError as late:
        raise AssertionError(f"{late}\n{log.read_text()[-3000:]}") from None
    finally:
        for process in (agent, reloader):
            process.kill()
            process.wait()


# -- around the node ------------------------------------------------------------------------------------------


def router(asn: int, peers: list[str], prefixes: tuple[str, ...], passwords: bool) -> str:
    """The configuration of a router that announces prefixes to nodes that connect to it."""
    lines = [f"router bgp {asn}", f" bgp router-id 198.51.100.{asn % 256}", " no bgp ebgp-requires-policy"]
    lines += [" no bgp network import-check", " no bgp default ipv4-unicast", f" timers bgp {KEEPALIVE} {HOLD}"]
    for peer in peers:
        lines += [f" neighbor {peer} remote-as 65003", f" neighbor {peer} passive"]
        lines += [f" neighbor {peer} password {PASSWORD}"] if passwords or ":" not in peer else []
    for family, mark in (("ipv4", False), ("ipv6", True)):
        lines.append(f" address-family {family} unicast")
        lines += [f"  neighbor {peer} activate" for peer in peers if (":" in peer) == mark]
        lines += [f"  network {prefix}" for prefix in prefixes if (":" in prefix) == mark]
        lines.append(" exit-address-family")
    return "\n".join([*lines, "exit", ""])


def files(made: dict, speaker: str) -> dict[str, str]:
    """The guest's files but for the role's: FRR's configurations, scripts, and what is there before systemd."""
    node = list(made["nodes"][NODE]["addresses"].values())
    ends = [address for network in NETWORKS for address in network.ends(1)]
    return {
        "/etc/frr/frr.conf": speaker,
        "/etc/lab/provider.zebra.conf": "",
        "/etc/lab/leaf.zebra.conf": "",
        "/etc/lab/provider.bgpd.conf": router(PROVIDER, ends, FROM_PROVIDER + REFUSED, passwords=False),
        "/etc/lab/leaf.bgpd.conf": router(LEAF, node, FROM_LEAF, passwords=True),
        "/etc/lab/daemons.sh": (GUEST / "daemons.sh").read_text(),
        "/etc/lab/seen.py": (GUEST / "seen.py").read_text(),
        "/etc/lab/early.sh": early(made),
        "/etc/systemd/system/early.service": EARLY,
        "/etc/systemd/system/sysinit.target.d/early.conf": "[Unit]\nWants=early.service\n",
    }


EARLY = """[Unit]
DefaultDependencies=no
Before=systemd-udevd.service systemd-udev-trigger.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/etc/lab/early.sh
"""


def early(made: dict) -> str:
    """The leaf's cable to the node, and the devices of those networks that have them at boot."""
    lines = ["#!/bin/sh -e", "ip netns add provider", "ip netns add leaf", "ip -n provider link set lo up"]
    lines.append("ip link add bond0 type veth peer name to-node netns leaf")
    node = made["nodes"][NODE]
    for address in node["addresses"].values():
        lines.append(f"ip address add {_on_link(address)} dev bond0")
    for peer in node["peers"]:
        lines.append(f"ip -n leaf address add {_on_link(peer['address'])} dev to-node")
    lines += ["ip link set bond0 up", "ip -n leaf link set to-node up", "ip link set lo up"]
    for network in NETWORKS:
        there = network.order.partition(")")[0] if "(" in network.order else ""
        lines += [network.make_vrf()] if "V" in there else []
        lines += [network.make_interface()] if "I" in there else []
    return "\n".join([*lines, ""])


def steps(before: bool) -> str:
    """Commands that make the devices which come before, or after, the speaker, in each network's order."""
    commands = []
    for network in NETWORKS:
        late = network.order.rpartition(")")[2]
        part = late.partition("S")[0 if before else 2]
        commands += [network.make_vrf() if letter == "V" else network.make_interface() for letter in part]
    return "set -e; " + "; ".join(commands)
