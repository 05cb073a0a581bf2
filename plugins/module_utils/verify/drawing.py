# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where leaves, nodes and sessions go in the report's picture: coordinates only, the template draws them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from .routed import is_routed

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.observed import Row
    from ..contract.plan import Plan

LEAF_WIDTH, NODE_WIDTH, HEIGHT = 132, 108, 46
GAP, RACK_GAP, MARGIN, TOP, BETWEEN = 14, 34, 24, 58, 120


class Box(TypedDict):
    """A leaf or a node in the picture, in SVG units."""

    name: str
    x: float
    y: int
    width: int
    height: int


def layout(plan: Plan, table: list[Row]) -> JsonObject:
    """``{width, height, racks, leaves, nodes, links}`` in SVG units: each rack's leaves above its nodes.

    A link is one session; its ``state`` is that of the table's row, ``planned`` where there is no row for it.
    """
    plan = _of_routers(plan) if is_routed(plan) else plan
    racks: list[JsonObject] = []
    cursor = MARGIN
    for rack, names in _racks(plan).items():
        upper = [key for key, leaf in plan["leaves"].items() if leaf["rack"] in names]
        lower = [name for name, node in plan["nodes"].items() if node["rack"] in names]
        width = max(_row_width(len(upper), LEAF_WIDTH), _row_width(len(lower), NODE_WIDTH)) + 2 * GAP
        racks.append({"name": rack, "x": cursor, "width": width, "leaves": upper, "nodes": lower})
        cursor += width + RACK_GAP
    leaves = [box for rack in racks for box in _boxes(rack, rack["leaves"], LEAF_WIDTH, TOP + GAP)]
    nodes = [box for rack in racks for box in _boxes(rack, rack["nodes"], NODE_WIDTH, TOP + GAP + HEIGHT + BETWEEN)]
    height = TOP + 2 * HEIGHT + BETWEEN + 2 * GAP + MARGIN
    return {
        "width": cursor - RACK_GAP + MARGIN,
        "height": height,
        "racks": [{**rack, "y": TOP - 22, "height": height - TOP + 22 - MARGIN + GAP} for rack in racks],
        "leaves": leaves,
        "nodes": nodes,
        "links": _links(plan, table, {box["name"]: box for box in leaves}, {box["name"]: box for box in nodes}),
    }


def _of_routers(plan: Any) -> Any:
    """A plan whose nodes peer with routers, drawn as if these were leaves; without racks in one that is called so."""
    everywhere = "all nodes"
    racks = list(dict.fromkeys(node.get("rack", everywhere) for node in plan["nodes"].values()))
    serves = {name: one.get("racks") or racks for name, one in plan["routers"].items()}
    nodes = {
        name: {
            **node,
            "rack": node.get("rack", everywhere),
            "peers": [{**peer, "leaf": peer["router"]} for peer in node["peers"]],
        }
        for name, node in plan["nodes"].items()
    }
    leaves = {name: {"rack": names[0], "racks": names} for name, names in serves.items()}
    return {**plan, "leaves": leaves, "nodes": nodes}


def _racks(plan: Plan) -> dict[str, list[str]]:
    """The racks to draw, each with the names of the plan's racks in it: those that share leaves are one."""
    found: list[list[str]] = []
    for leaf in plan["leaves"].values():
        names = leaf.get("racks") or [leaf["rack"]]
        met = [rack for rack in found if set(rack) & set(names)]
        found = [rack for rack in found if rack not in met]
        found.append(list(dict.fromkeys([*(name for rack in met for name in rack), *names])))
    return {", ".join(names): names for names in found}


def _row_width(count: int, width: int) -> int:
    return count * width + max(count - 1, 0) * GAP


def _boxes(rack: JsonObject, names: list[str], width: int, y: int) -> list[Box]:
    """Boxes of one row, centred in their rack."""
    start = rack["x"] + (rack["width"] - _row_width(len(names), width)) / 2
    boxes = enumerate(names)
    return [{"name": n, "x": start + i * (width + GAP), "y": y, "width": width, "height": HEIGHT} for i, n in boxes]


def _links(plan: Plan, table: list[Row], leaves: dict[str, Box], nodes: dict[str, Box]) -> list[JsonObject]:
    states = {(row["node"], row["leaf"], row["family"]): row["state"] for row in table}
    links = []
    for name, node in plan["nodes"].items():
        for peer in node["peers"]:
            leaf, box = leaves[str(peer["leaf"])], nodes[name]
            links.append(
                {
                    "node": name,
                    "leaf": leaf["name"],
                    "family": peer["family"],
                    "state": states.get((name, leaf["name"], peer["family"]), "planned"),
                    "x1": leaf["x"] + leaf["width"] / 2 + (6 if peer["family"] == "ipv6" else 0),
                    "y1": leaf["y"] + leaf["height"],
                    "x2": box["x"] + box["width"] / 2 + (6 if peer["family"] == "ipv6" else 0),
                    "y2": box["y"],
                }
            )
    return links
