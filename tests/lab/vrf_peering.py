"""A host of the module ``node_peering`` in the virtual machine: a LACP bond with VLANs to a leaf, a VRF, a workload."""

from __future__ import annotations

import json
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.kubefabric.bgp.plugins.module_utils.node.options import REQUIRED_IF, SPEC

ROOT = Path(__file__).resolve().parents[2]
GUEST = Path(__file__).parent / "guest"
LIBRARY = "/usr/lib/kubefabric/kubefabric_bgp/module_utils"
VIP, OTHER_VIP = "172.30.0.1", "172.30.0.2"
POOL = "10.50.0.0/24"
PASSWORD = "w0rk"
BASE = {
    "asn": 65003,
    "accept": ["10.0.0.0/8"],
    "workloads": [
        {"name": "red", "asn": 65010, "ranges": ["10.40.0.0/24"], "pools": ["10.50.0.0/16"], "password": PASSWORD}
    ],
    "keepalive": 20,
    "hold": 60,
    "connect_retry": 1,
    "install": False,
    "adopt": True,
    "deadline": 120,
}
IN_VRF = {
    **BASE,
    "router_id": "10.30.0.1",
    "vrf": "blue",
    "vip": {"addresses": [VIP], "interface": "blue"},
    "peers": [{"address": "10.30.0.254", "asn": 65002, "local_address": "10.30.0.1"}],
}
ON_DUMMY = {
    **BASE,
    "router_id": "10.31.0.1",
    "vip": {"addresses": [OTHER_VIP], "interface": "dummy0"},
    "uplink": {"interface": "bond1.311", "gateways": ["10.31.0.254"], "mtu": 1400},
    "peers": [{"address": "10.31.0.254", "asn": 65002, "local_address": "10.31.0.1"}],
}
# As the package has it, but for watchfrr's patience: by default it restarts what has not started after 20 seconds.
DAEMONS = """bgpd=no
bfdd=no
vtysh_enable=yes
zebra_options="-A 127.0.0.1 -s 90000000"
bgpd_options="-A 127.0.0.1"
staticd_options="-A 127.0.0.1"
bfdd_options="-A 127.0.0.1"
watchfrr_options="--restart-timeout 300 --timeout 120"
"""


def files() -> dict[str, str]:
    """The engine as it is, what runs it, and the routers around the host."""
    base = ROOT / "plugins/module_utils"
    sources = list(base.rglob("*.py"))
    leaf = ["router bgp 65002", " no bgp ebgp-requires-policy", " timers bgp 20 60"]
    leaf += [f" neighbor 10.{number}.0.1 remote-as 65003" for number in (30, 31)]
    leaf += [f" neighbor 10.{number}.0.1 passive" for number in (30, 31)]
    guest = ["router bgp 65010", " no bgp ebgp-requires-policy", " no bgp network import-check", " timers bgp 20 60"]
    for vip in (VIP, OTHER_VIP):
        guest += [f" neighbor {vip} remote-as 65003", f" neighbor {vip} ebgp-multihop 2"]
        guest += [f" neighbor {vip} password {PASSWORD}", f" neighbor {vip} timers connect 1"]
    guest.append(f" network {POOL}")
    return {
        **{f"{LIBRARY}/{path.relative_to(base)}": path.read_text() for path in sources},
        "/etc/frr/daemons": DAEMONS,
        "/etc/lab/peering.py": (GUEST / "peering.py").read_text(),
        "/etc/lab/rack.sh": (GUEST / "rack.sh").read_text(),
        "/etc/lab/rack.zebra.conf": "",
        "/etc/lab/workload.zebra.conf": "",
        "/etc/lab/rack.bgpd.conf": "\n".join([*leaf, ""]),
        "/etc/lab/workload.bgpd.conf": "\n".join([*guest, ""]),
    }


def bring(options: dict) -> str:
    """The command that brings the host to a module's options."""
    result = ArgumentSpecValidator(SPEC, required_if=REQUIRED_IF).validate(options)
    assert not result.error_messages, result.error_messages
    return f"python3 /etc/lab/peering.py <<'EOF'\n{json.dumps(result.validated_parameters)}\nEOF\n"
