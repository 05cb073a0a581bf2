"""Text that others write takes time in proportion to its length: 256 KiB of anything are read at once.

A kubelet may write its Node's annotations, an operator its status, a neighbour what BIRD prints as its last error. Each
reader gets a quarter of a megabyte of what is worst for patterns, and an answer in a second or two.
"""

from __future__ import annotations

import contextlib
import json
import time

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import fault_names
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io import deployment, patience
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import mo
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import adoption, conflicts
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.calico import selectors
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.kube_router import foreign as kube_router
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.ovn_kubernetes import announcements as ovn_kubernetes
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract import addresses
from ansible_collections.kubefabric.bgp.plugins.module_utils.node import (
    bird,
    bird_state,
    frr,
    frr_state,
    gobgp,
    gobgp_state,
    vip,
    vrf,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects import secrets, selector_text
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import faults, state

SIZE = 256 * 1024
SECONDS = 2.0
WORDS = (
    *(
        "\n",
        " ",
        "\t",
        "a",
        "1",
        ",",
        ":",
        ";",
        "(",
        "[",
        "{",
        "/",
        "-",
        "#",
        '"',
        "*",
        "/*",
        "/* ",
        "a:",
        "1.",
        ":1",
        "a,",
        "!",
        "has(a)&&",
        "'a',",
        "--a",
        "--password ",
        "--password='",
        "--peer-router-ips=",
        "kube-router",
        "remoteip: ",
        "kind: ",
    ),
    *(
        "1\n",
        " \n",
        "#\n",
        "- password: ",
        "password\n",
        "password: x\n",
        ' conflict with "',
        " due to ",
        "; a-b",
        "a-",
    ),
    *(
        "/fd-[",
        "/fd-[a]-fault-",
        "/peer-[",
        "/node-1/sys/bgp/inst/dom-",
        "topology/pod-1/node-1/",
        "uni/epp/",
        "fault-F1",
    ),
    *(
        "topology/pod-1/node-1/pathep-[",
        "uni/tn-a/out-b",
        " in (a",
        "protocol ",
        "protocol\n",
        "route ",
        "router bgp 1\n",
    ),
    *(
        "md5keys:",
        "neighbor 1 password 2\n",
        " bgp listen range 1 ",
        'prefix = "',
        "[[a]]\n\n",
        "1 imported, ",
        "via 1 on ",
    ),
    *(
        "bgp BGP ",
        "10.0.0.1 ",
        " Last error: ",
        "<a>: ",
        "HTTPConnectionPool(",
        "eth1/1 ",
        "node-1 ",
        "fabric hostname ",
    ),
)


def node(key: str, text: str) -> dict:
    """A Node with an annotation that others wrote."""
    return {"kind": "Node", "metadata": {"name": "n", "annotations": {key: text}}, "spec": {}, "status": {}}


def fault(text: str, dn: str = "uni/tn-a/out-b/fault-F1") -> dict:
    """A fault with a description or a name that others wrote."""
    return {"dn": dn, "code": "F1", "severity": "minor", "description": text}


READERS = {
    "a Node's peers": lambda text: secrets.values(node("kube-router.io/peers", text)),
    "a Node's passwords": lambda text: secrets.masked(node("kube-router.io/peer.passwords", text)),
    "a Node's last state": lambda text: secrets.masked(node("kubectl.kubernetes.io/last-applied-configuration", text)),
    "a tool's annotation": lambda text: secrets.masked(node("tool.example/last", text)),
    "files in a ConfigMap": lambda text: secrets.masked({"kind": "ConfigMap", "data": {"a": text, "frr.conf": text}}),
    "what an adopted object was": lambda text: adoption.original(
        {"kind": "Node", "metadata": {"name": "n", "annotations": {adoption.ADOPTED_ANNOTATION: text}}}
    ),
    "a Node's subnets": lambda text: state.from_resources([node("k8s.ovn.org/node-subnets", text)], [], [], []),
    "a Node's pod CIDRs": lambda text: state.from_resources([node("kube-router.io/pod-cidr", text)], [], [], []),
    "FRR's text in a resource": lambda text: secrets.masked({"spec": {"raw": {"rawConfig": text}}}),
    "an argument of a container": lambda text: secrets.masked({"spec": {"args": [text, f"--{text}=1"]}}),
    "a command for a shell": lambda text: (
        secrets.masked({"spec": {"command": ["sh", "-c", text, f"--password={text}"]}}),
        kube_router._text({"command": [text]}),
        kube_router._GLOBAL.findall(text),
        kube_router._routes({"image": text, "args": [text]}),
    ),
    "kube-router's peers of others": lambda text: (
        kube_router._addresses(kube_router.PEERS, text),
        kube_router._addresses(kube_router.PEER_IPS, text),
    ),
    "the verdict of FRR-K8s": lambda text: ovn_kubernetes.refusals(
        [{"metadata": {"name": "n"}, "status": {"lastReloadResult": text}}]
    ),
    "a selector": lambda text: selector_text.matches(text, {"a": "b"}),
    "a selector of Calico": lambda text: selectors.parse(text)({"a": "b"}),
    "a set in a selector of Calico": lambda text: selectors.parse(f"a in {{{text}")({"a": "b"}),
    "an address": addresses.address,
    "a prefix": addresses.prefix,
    "the API server's conflict": lambda text: conflicts.parse(
        json.dumps({"details": {"causes": [{"reason": "FieldManagerConflict", "message": text}]}})
    ),
    "a fault's description": lambda text: faults.problems(
        [fault(text), fault(f"{text} due to x, debug message:{text}")]
    ),
    "a fault's name": lambda text: (faults.problems([fault("x", text)]), deployment.once([fault("x", text)])),
    "the name of a fault": fault_names.split,
    "a peer's name": deployment._peer,
    "a distinguished name": mo.split,
    "Retry-After": patience.seconds_of,
    "BIRD's protocols": lambda text: bird_state.state({"protocols": text}, 0),
    "BIRD's error": lambda text: bird_state.state(
        {"protocols": f"a BGP --- up 2026-11-29 00:00:00\n  Neighbor address: ::1\n  Last error: {text}x\n"}, 0
    ),
    "BIRD's counts": lambda text: bird_state.state(
        {"protocols": f"a BGP --- up 1\n  BGP state: Established\n  Neighbor address: ::1\n  Routes: {text}\n"}, 0
    ),
    "BIRD's routes": lambda text: bird_state.state({"routes": text}, 0),
    "BIRD's BFD": lambda text: bird_state.state({"bfd": text}, 0),
    "BIRD's configuration": bird.Bird().is_foreign_config,
    "FRR's configuration": frr.Frr().is_foreign_config,
    "FRR's keys": lambda text: frr.forget_keys(f"router bgp 1\n{text}", text, text),
    "FRR's routers": frr.Frr().shutdown_commands,
    "FRR's daemons": frr.daemons_file,
    "FRR's answer": lambda text: frr_state.state({"neighbors": "{" + text}, 0),
    "GoBGP's configuration": lambda text: (
        gobgp.GoBgp().is_foreign_config(text),
        gobgp.needs_restart(text, f"{text}x"),
    ),
    "GoBGP's routes": gobgp.originated,
    "GoBGP's answer": lambda text: gobgp_state.state({"neighbors": "[" + text}, 0),
    "ip's answer": vip.parse_addresses,
    "ip's links": vrf.links,
}


@pytest.mark.parametrize("reader", READERS)
def test_a_quarter_of_a_megabyte_is_read_at_once(reader):
    for word in WORDS:
        text = (word * (SIZE // len(word) + 1))[:SIZE]
        began = time.process_time()
        with contextlib.suppress(NodeError, ValueError):  # one clear error
            READERS[reader](text)
        taken = time.process_time() - began
        assert taken < SECONDS, f"{reader}: {taken:.1f} s for {word!r} again and again"


@pytest.mark.parametrize(
    "text",
    ["null", "[]", "7", '"a"', "{", '{"default": null}', '{"default": 7}', '{"default": [7]}', '{"default": {}}'],
)
def test_subnets_of_another_shape_count_as_not_written(text):
    assert ovn_kubernetes.node_subnets({"k8s.ovn.org/node-subnets": text}) == {}


@pytest.mark.parametrize("sign", ["[]", ('{"a":', "}")])
def test_subnets_nested_deep_count_as_not_written(sign):
    text = sign[0] * 200_000 + "1" + sign[1] * 200_000
    assert ovn_kubernetes.node_subnets({"k8s.ovn.org/node-subnets": text}) == {}
    with pytest.raises(NodeError, match="not JSON"):
        gobgp_state.state({"neighbors": text}, 0)


def test_usable_subnets_are_kept_beside_others():
    text = json.dumps({"default": ["10.1.0.0/24", "fd00::/64"], "blue": "10.2.0.0/24", "red": None})
    assert ovn_kubernetes.node_subnets({"k8s.ovn.org/node-subnets": text}) == {
        "default": ["10.1.0.0/24", "fd00::/64"],
        "blue": ["10.2.0.0/24"],
    }
