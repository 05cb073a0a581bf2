# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kube-router: global peers in its arguments, and peers in annotations that others wrote. Pure.

With global peers kube-router does not read the annotations of its Node
(pkg/controllers/routing/network_routes_controller.go, startBgpServer), so that sessions with the leaves end.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from ..difference import owned_fields
from ..kube_router.peers import PEER_IPS, PEERS
from ..kube_router.settings import settings
from ..ownership import FIELD_MANAGER, is_ours
from .view import Finding, View, finding, listed

_REMOTE = re.compile(r"remoteip[\"']?[ \t]{0,8}:[ \t]{0,8}[\"']?([0-9A-Fa-f:.]{2,45})")
_GLOBAL = "--peer-router-"


def kinds(plan: dict) -> dict:
    """What to read."""
    where = {"namespace": settings(plan)["namespace"], "label_selectors": ["k8s-app=kube-router"]}
    return {"daemonsets": {"api_version": "apps/v1", "kind": "DaemonSet", **where}}


def found(view: View):
    """One Finding per object."""
    for item in view.objects.get("daemonsets") or []:
        flags = _flags(item)
        if flags and not is_ours(item):
            yield finding(
                item,
                f"has {', '.join(flags)}: with global peers kube-router reads no peers from its Nodes, where ours are",
                "Move peers that stay to kubefabric_cluster.kube_router.peers, and remove these arguments",
            )
    for name in view.labels:
        yield from _annotations(view, name)


def _flags(item: dict) -> list:
    pod = ((item.get("spec") or {}).get("template") or {}).get("spec") or {}
    containers = pod.get("containers") or []
    given = [str(text) for one in containers for text in [*(one.get("command") or []), *(one.get("args") or [])]]
    return sorted({text.partition("=")[0] for text in given if text.startswith(_GLOBAL)})


def _annotations(view: View, name: str):
    """Peers of a Node that are not planned and that we did not write: our annotation takes their place."""
    ours = (owned_fields({"metadata": view.metadata[name]}, FIELD_MANAGER).get("f:metadata") or {}).get(
        "f:annotations"
    ) or {}
    planned = {*view.peers(name), *_further(view.plan)}
    for key in (PEERS, PEER_IPS):
        value = view.annotations[name].get(key)
        if value is None or f"f:{key}" in ours:
            continue
        others = [text for text in _addresses(key, value) if text not in planned]
        if others:
            yield Finding(
                f"Node {name}",
                f"has {key} with {listed(others)}, which our annotation would take the place of",
                "Add what stays to kubefabric_cluster.kube_router.peers",
            )


def _further(plan: dict) -> set:
    return {str(ip_address(peer["address"])) for peer in settings(plan)["peers"]}


def _addresses(key: str, value: str) -> list:
    texts = value.split(",") if key == PEER_IPS else _REMOTE.findall(value)
    return [found for found in map(_address, texts) if found]


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None
