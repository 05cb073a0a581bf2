# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An intent of kind ``routers`` as objects: nodes peer with routers that this collection does not configure.

Nothing is allocated there: who runs the routers knows the nodes' addresses.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from ..contract import attributes_bgp
from ..contract.findings import Findings
from .fabric_kinds import FABRICS, NODES, without_alien, without_other_kinds
from .model import (
    FABRIC_AT,
    KINDS,
    Cluster,
    Fabric,
    Known,
    Node,
    Rack,
    Router,
    by_family,
    fill_timers,
    natural,
    reported,
)
from .options_bgp import BGP
from .options_cluster import L3OUT
from .options_fabric import NODE
from .schema import defaults, did_you_mean, read
from .without_kubernetes import without_kubernetes

if TYPE_CHECKING:
    from ..contract.freeform import Json, Options

# what leaves are configured with; the other options of bgp are of the nodes' side
OF_LEAVES = (
    *(row.name for row in attributes_bgp.BGP if row.intent and not row.nodes),
    "next_password_leaves",
)
WITHOUT = ("l3out", "contracts")


def routed_options(cluster: Options) -> Options:
    """Of the options of clusters, those of one whose nodes peer with routers."""
    found = {name: option for name, option in cluster.items() if name not in WITHOUT}
    own = {name: one for name, one in cluster["bgp"]["options"].items() if name not in OF_LEAVES}
    return {**found, "bgp": {**cluster["bgp"], "options": own}}


class Routed(Cluster):
    """A cluster whose nodes peer with routers: no L3Out, no leaves."""

    @property
    def vrf(self) -> tuple[str | None, str | None]:
        """All clusters of the fabric have one routing table between them, as far as an intent can tell."""
        return ("fabric", self.fabric_name) if self.fabric_name else (None, None)

    fabric_name: str | None = None

    @property
    def routing(self) -> str:
        return f"fabric {self.fabric_name}"

    def peer_asns(self, fabric: Fabric) -> list[tuple[str, str, int]]:
        used = {one.name: one for name in self.nodes for one in self.routers(fabric, name)}
        return [(f"{one.at}.asn", f"router {one.name}", one.asn) for one in used.values() if one.asn]

    def routers(self, fabric: Fabric, node: str) -> list[Router]:
        """What a node peers with: its rack's routers, and those that serve all nodes."""
        rack = self.nodes[node].rack
        return [one for one in fabric.routers.values() if not one.racks or rack in one.racks]


def read_fabric(given: Json, findings: Findings) -> Fabric:
    """Read ``kubefabric_fabric`` of kind ``routers``."""
    given = without_other_kinds(given, "routers", FABRIC_AT, findings)
    settings = read(given, FABRICS["routers"], FABRIC_AT, findings)
    fabric = Fabric(settings["name"], None, None, kind="routers")
    for name, options in settings["routers"].items():
        fabric.routers[name] = _router(name, f"{FABRIC_AT}.routers.{name}", options)
    for rack, options in settings["racks"].items():
        fabric.racks[rack] = Rack(rack, options["id"] or rack, 1, [], routers=sorted(options["routers"], key=natural))
        for name, given_router in options["routers"].items():
            _serve(fabric, rack, _router(name, f"{FABRIC_AT}.racks.{rack}.routers.{name}", given_router), findings)
    fabric.routers = {name: fabric.routers[name] for name in sorted(fabric.routers, key=natural)}
    return fabric


def _router(name: str, at: str, options: Options) -> Router:
    return Router(
        name,
        at,
        options["asn"],
        by_family(options["addresses"]),
        options["multihop"],
        options["password"] is not False,
        options["host"],
        options["addresses"],
    )


def _serve(fabric: Fabric, rack: str, router: Router, findings: Findings) -> None:
    """Racks that share a router give it the same options."""
    known = fabric.routers.setdefault(router.name, router)
    if known is not router and not known.racks:
        findings.add(router.at, f"router {router.name} serves all nodes already", "remove it from the rack")
        return
    for key in ("asn", "addresses", "multihop", "password", "host"):
        if getattr(known, key) != getattr(router, key):
            at = f"{router.at}.{key}"
            rule = f"differs from what router {router.name} has in rack {known.racks[0]}"
            findings.add(at, rule, "make them equal, or give one of two routers another name")
    known.racks.append(rack)


def read_cluster(name: str, given: Options, fabric: Fabric, known: Known, findings: Findings) -> Routed:
    """Read one cluster: ``given`` as for model.read_cluster."""
    at = f"host_vars/{name}: kubefabric_cluster"
    told = _without_leaves(given.get("cluster"), at, findings)
    told, options = without_kubernetes(told, known.routed, known.networks, at, findings)
    settings = read(told, options, at, findings)
    settings["l3out"], settings["contracts"] = defaults(L3OUT) | {"svi": None}, []
    settings["bgp"] = {**defaults(BGP), **settings["bgp"]}
    network = known.networks.get(settings["cni"])
    wrong = reported(at, findings)
    fill_timers(settings, network.keepalive if network else 1, wrong)
    nodes = {
        host: _read_node(host, options, findings)
        for host, options in sorted((given.get("nodes") or {}).items(), key=lambda item: natural(item[0]))
    }
    networks = {kind: [ip_network(text) for text in settings["networks"][kind] or []] for kind in KINDS}
    cluster = Routed(name, settings, {**networks, "nested": []}, nodes, reported=wrong, network=network)
    cluster.fabric_name = fabric.name
    return cluster


def _without_leaves(given: Json, at: str, findings: Findings) -> object:
    """The cluster without what leaves are configured with, which is reported."""
    if not isinstance(given, dict):
        return given
    alien = [key for key in WITHOUT if given.get(key) is not None]
    bgp = given.get("bgp")
    own = [key for key in OF_LEAVES if key in bgp] if isinstance(bgp, dict) else []
    for key in [*alien, *(f"bgp.{key}" for key in own)]:
        rule = "has no meaning in a fabric of kind routers, which are not configured here"
        findings.add(f"{at}.{key}", rule, "remove it, or set kubefabric_fabric.kind to aci")
    kept = {key: value for key, value in given.items() if key not in WITHOUT}
    if own and isinstance(bgp, dict):
        kept["bgp"] = {key: value for key, value in bgp.items() if key not in OF_LEAVES}
    return kept


def _read_node(host: str, options: object, findings: Findings) -> Node:
    at = f"host {host}: "
    settings = read(without_alien(options, NODE, "routers", at, findings), NODES["routers"], at, findings)
    addresses = settings["addresses"]
    return Node(host, settings["rack"], None, by_family(addresses), addresses, reported(at, findings))


def check_rack(node: Node, fabric: Fabric, findings: Findings) -> None:
    """A node stands in a rack if the fabric has racks."""
    at = f"{node.at}: rack"
    if fabric.racks and not node.rack and "rack" not in node.reported:
        findings.add(at, "is missing", f"add it, for example rack: {next(iter(fabric.racks))}")
    elif node.rack and node.rack not in fabric.racks:
        remedy = did_you_mean(node.rack, fabric.racks) if fabric.racks else "remove it, or list racks in the fabric"
        findings.add(at, f"the fabric has no rack {node.rack}", remedy)
