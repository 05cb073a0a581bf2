# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kube-router: global peers in its arguments, a second agent, and annotations of Nodes that others wrote. Pure.

With global peers kube-router does not read its Node's annotation of peers, so that sessions with the leaves end; other
annotations change its AS, make it a reflector, lengthen the AS path, or let it listen elsewhere
(pkg/controllers/routing/network_routes_controller.go, startBgpServer and NewNetworkRoutingController).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...objects.difference import owned_fields
from ...objects.documents import values_of
from ...objects.ownership import FIELD_MANAGER, is_ours
from ...objects.secrets import HIDDEN
from ..base.peerings import address_of
from ..base.view import Finding, View, finding, listed
from .resources.manifests import NAME
from .resources.peers import PEER_IPS, PEERS
from .settings import settings

if TYPE_CHECKING:
    from ...contract.freeform import Fields
    from ...contract.kubernetes import Resource, ToRead
    from ...contract.plan import Plan

# pkg/options/options.go; --peer-router-multihop-ttl is about all peers, and ends nothing. An empty value names no peer.
_GLOBAL = re.compile(r"(--peer-router-(?:ips|asns|ports|passwords(?:-file)?))(?![A-Za-z0-9-]|=(?:$|\s|\"\"|''))")
_NO_ROUTING = re.compile(r"--run-router[= ]\s*[\"']?(?:0|f|F|false|FALSE|False)\b")
_SHELLS = ("sh", "ash", "bash", "dash", "zsh")
_SCRIPT = re.compile(r"-[a-z]*c")
# Where a shell's script has a command: at the start of a line or behind another command, after what it is given.
_AGENT = re.compile(
    rf"(?:^|[;&|(!]|\b(?:exec|then|do|else)\s)[^\S\n]*(?:\w+=\S*\s+)*[\"']?(?:[^\s;&|]*/)?{NAME}(?=$|[\s;&|)\"'])",
    re.M,
)
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*")

ASN = "kube-router.io/node.asn"
LISTEN = "kube-router.io/bgp-local-addresses"
_PREPEND = "makes the node's AS path longer, so that leaves prefer other nodes or drop what it announces"
# What other annotations do to the node's agent.
_EFFECTS = {
    "kube-router.io/rr.server": "makes the node a route reflector of iBGP between the nodes, which the plan has not",
    "kube-router.io/rr.client": "makes the node a client of route reflectors among the nodes, which the plan has not",
    "kube-router.io/path-prepend.as": _PREPEND,
    "kube-router.io/path-prepend.repeat-n": _PREPEND,
}


def kinds(plan: Plan) -> dict[str, ToRead]:
    """What to read: DaemonSets of all namespaces, or of ours where the user may not."""
    where: ToRead = {"or_namespace": settings(plan)["namespace"]}
    return {"daemonsets": {"api_version": "apps/v1", "kind": "DaemonSet", **where}}


def found(view: View) -> Any:
    """One Finding per object and, of a Node, per annotation."""
    for item in view.objects.get("daemonsets") or []:
        if not is_ours(item):
            yield from _daemonset(view, item)
    for name in view.labels:
        owned = owned_fields({"metadata": view.metadata[name]}, FIELD_MANAGER).get("f:metadata") or {}
        ours = {key[len("f:") :] for key in owned.get("f:annotations") or {}}
        annotations = view.metadata[name].get("annotations") or {}
        theirs = {key: str(value) for key, value in annotations.items() if key not in ours}
        yield from _peers(view, name, theirs)
        yield from _settings(view, name, theirs)


def _place(item: Resource) -> tuple[str | None, str]:
    return item["metadata"].get("namespace"), item["metadata"]["name"]


# -- DaemonSets ----------------------------------------------------------------------------------------


def _daemonset(view: View, item: Resource) -> Any:
    """Containers that run kube-router on nodes of the plan, by a command of their own or within a shell's."""
    pod = ((item.get("spec") or {}).get("template") or {}).get("spec") or {}
    nodes = view.by_labels({"matchLabels": pod.get("nodeSelector") or {}})
    containers = pod.get("containers") or []
    flags = sorted({flag for one in containers for flag in _GLOBAL.findall(_text(one))})
    if flags and nodes:
        yield finding(
            item,
            f"has {', '.join(flags)}: with global peers kube-router reads no peers from its Nodes, where ours are",
            "Move peers that stay to kubefabric_cluster.kube_router.peers, and remove these arguments",
        )
    elif nodes and _place(item) != (settings(view.plan)["namespace"], NAME) and any(map(_routes, containers)):
        yield finding(
            item,
            f"runs kube-router's routing on {listed(nodes)} beside ours, and one of them alone can listen there",
            "Remove it, or give it --run-router=false",
        )


def _text(container: Fields) -> str:
    """A container's command, arguments and environment, without a script's comments."""
    words = [*(container.get("command") or []), *(container.get("args") or [])]
    values = [one.get("value") or "" for one in container.get("env") or []]
    return _COMMENT.sub("", "\n".join(map(str, [*words, *values])))


def _routes(container: Fields) -> bool:
    """Whether a container is kube-router, and routes, as it does by default."""
    image = str(container.get("image") or "").rpartition("/")[2].partition("@")[0].partition(":")[0]
    return (image == NAME or _runs(container)) and not _NO_ROUTING.search(_text(container))


def _runs(container: Fields) -> bool:
    """Whether a container's command is kube-router, by itself or in a shell's script; as an argument it is a name."""
    command = [str(one) for one in container.get("command") or []]
    told = [*command, *map(str, container.get("args") or [])]
    words = [one.rpartition("/")[2] for one in told]
    if command and words[0] == NAME:
        return True
    shell = next((at for at, word in enumerate(words) if word in _SHELLS), len(words))
    start = next((at for at, one in enumerate(told) if at > shell and _SCRIPT.fullmatch(one)), len(told))
    return any(_AGENT.search(_COMMENT.sub("", one).replace("\\\n", " ")) for one in told[start + 1 :])


# -- annotations of Nodes ------------------------------------------------------------------------------


def _peers(view: View, name: str, theirs: Fields) -> Any:
    """Peers of a Node that are not planned and that we did not write: our annotation takes their place."""
    planned = {*view.peers(name), *(address_of(peer["address"]) for peer in settings(view.plan)["peers"])}
    for key in (PEERS, PEER_IPS):
        addresses = _addresses(key, theirs[key]) if key in theirs else []
        others = [text for text in addresses or [] if text not in planned]
        if addresses is None:
            what = "which cannot be read (it is no YAML, too long, or has a password in a comment), and "
        elif others:
            what = f"with {listed(others)}, "
        else:
            continue
        yield Finding(
            f"Node {name}",
            f"has {key}, {what}which our annotation would take the place of",
            "Add what stays to kubefabric_cluster.kube_router.peers",
        )


def _addresses(key: str, value: str) -> list[Any] | None:
    """The peers' addresses; None for an annotation that cannot be read, or is hidden because of that."""
    if key == PEER_IPS:
        texts: list[str] = value.split(",")
    else:
        spans = None if value == HIDDEN else values_of(value, "remoteip", comments=False)
        if spans is None:
            return None
        texts = [text for _start, _end, text in spans]
    return list(dict.fromkeys(found for found in map(address_of, texts) if found))


def _settings(view: View, name: str, theirs: Fields) -> Any:
    """Annotations by which the agent of a node is another one than the plan's."""
    told = {key: what for key, what in _EFFECTS.items() if key in theirs}
    asn = theirs.get(ASN)
    if asn is not None and asn.strip() != str(view.plan["asn"]):
        told[ASN] = (
            f"puts the node into AS {asn}, and the plan says {view.plan['asn']}: an agent without the mesh of nodes "
            "(--nodes-full-mesh=false) takes it, and leaves refuse its sessions"
        )
    mine = {str(address_of(peer["local_address"])) for peer in view.plan["nodes"][name]["peers"]}
    if LISTEN in theirs and not mine <= {address_of(text) for text in theirs[LISTEN].split(",")}:
        told[LISTEN] = f"makes kube-router listen elsewhere than on {listed(sorted(mine))}"
    for key, what in told.items():
        yield Finding(f"Node {name}", f"has {key}: it {what}", f"Remove it: kubectl annotate node {name} {key}-")
