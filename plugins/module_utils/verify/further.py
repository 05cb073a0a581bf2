# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of the nodes with others than the leaves, as nodes report them: the plan's further peers. Pure.

Calico's ``calico.peers`` (CalicoNodeStatus), and the routers of OVN-Kubernetes' networks with a VRF of their own
(``vrf_lite.peers``, BGPSessionState). Routers that FRRConfigurations of others name are remarks: their sessions
are theirs. kube-router and Cilium have no further peers that the plan makes and that are reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, List, NamedTuple

from ..cni.base.peerings import peerings
from ..cni.calico.selectors import parse
from ..cni.calico.settings import settings as calico_settings
from ..cni.kube_router.settings import settings as kube_router_settings
from ..cni.ovn_kubernetes.announcements import session_states
from ..cni.ovn_kubernetes.foreign import GENERATED
from ..cni.ovn_kubernetes.settings import settings as ovn_settings
from ..common.words import name_of
from ..contract.addresses import address
from ..objects.label_selector import takes
from ..objects.ownership import is_ours
from .state import addresses_of, reporting, speaking, with_agent
from .words import listed, problem

if TYPE_CHECKING:
    from ..contract.freeform import Options
    from ..contract.kubernetes import Labels, Resource
    from ..contract.observed import Problem, Reports, State, States
    from ..contract.plan import Plan


class Further(NamedTuple):
    """A peer besides the leaves."""

    who: str  # what makes the sessions, for people
    peer: str  # its address
    vrf: str  # "" is the default one
    nodes: List[str]  # who should have a session
    ours: bool  # whether the plan makes it


def problems(plan: Plan, state: State) -> list[Problem]:
    """Further peers of the plan without a session of each node that should have one: told per peer.

    ``state`` has ``further_states``, ``{node: {(vrf, peer's address): state}}``, or None where nodes report nothing at
    all. Nodes without a running agent are reported elsewhere.
    """
    return [
        problem(
            "further-session",
            f"{one.who}: no Established session of {_shown(down)} with {_place(one)}.",
            _cause(set(down.values())),
            node=next(iter(down)) if len(down) == 1 else None,
        )
        for one, down in _lacking(plan, state)
        if one.ours
    ]


def remarks(plan: Plan, state: State) -> list[str]:
    """The same of what others made, and which sessions of the plan no node reports."""
    unknown, why = _unreported(plan, state)
    said = [f"Sessions with further peers are not verified ({listed(unknown)}): {why}."] if unknown else []
    return said + [
        f"{one.who}, made by others: no Established session of {_shown(down)} with {_place(one)}."
        for one, down in _lacking(plan, state)
        if not one.ours
    ]


def _unreported(plan: Plan, state: State) -> tuple[list[str], str]:
    """The plan's further peers of which nodes report no session, and why."""
    if plan["cni"] == "kube_router":
        peers = kube_router_settings(plan)["peers"]
        return [str(peer["address"]) for peer in peers], "kube-router reports its sessions nowhere in the API"
    if state.get("further_states") is not None:
        return [], ""
    if plan["cni"] == "calico":
        return [f"BGPPeer {peer['name']}" for peer in calico_settings(plan)["peers"]], "calico.node_status is false"
    if plan["cni"] == "ovn_kubernetes":
        lites = [name for name, network in ovn_settings(plan)["networks"].items() if network["vrf_lite"]]
        return [f"network {name}" for name in lites], "no node reports its sessions (BGPSessionState)"
    return [], ""


def states(plan: Plan, reports: Reports, objects: list[Resource]) -> States | None:
    """``{node: {(vrf, address): state}}`` of what nodes report; None where nothing is reported by design.

    ``reports`` are an agent's, ``{node: {address: state}}``, ``objects`` what they were made of.
    """
    if plan["cni"] == "calico" and calico_settings(plan)["node_status"]:
        return {name: {("", peer): said for peer, said in found.items()} for name, found in reports.items()}
    if plan["cni"] == "ovn_kubernetes" and objects:
        return session_states(objects)
    return None


def _lacking(plan: Plan, state: State) -> list[tuple[Further, dict[str, str]]]:
    """``[(Further, {node: what it reports})]`` of those that are not Established everywhere."""
    reported = state.get("further_states")
    if reported is None:
        return []
    running = with_agent(plan, state)
    if plan["cni"] == "calico":
        wanted = [
            one._replace(nodes=reporting(plan, one.nodes, set(reported))) for one in _of_calico(plan, state, running)
        ]
    else:
        wanted = _of_ovn(plan, state, running)
    found = []
    for one in wanted:
        said = {name: _said(reported.get(name), one) for name in one.nodes}
        down = {name: text for name, text in said.items() if text != "established"}
        if down:
            found.append((one, down))
    return found


def _of_calico(plan: Plan, state: State, running: list[str]) -> list[Further]:
    """One per peer of ``calico.peers``; a peer by a selector is each node that it takes."""
    labels = {name: state["nodes"].get(name, {}).get("labels") or {} for name in running}
    found = []
    for given in calico_settings(plan)["peers"]:
        nodes = _nodes_of(given, labels)
        who = f"BGPPeer {given['name']}"
        if given.get("peer_ip"):
            peer = peerings({"kind": "BGPPeer", "spec": {"peerIP": given["peer_ip"]}})[0].address
            found.append(Further(who, peer, "", speaking(plan, state, peer, nodes), True))
        for other in _taken(given.get("peer_selector"), labels):
            for text in addresses_of(plan, state, other):
                others = [name for name in speaking(plan, state, text, nodes) if name != other]
                found.append(Further(who, text, "", others, True))
    return found


def _nodes_of(given: Options, labels: dict[str, Labels]) -> list[str]:
    if given.get("node"):
        return [given["node"]] if given["node"] in labels else []
    return _taken(given.get("node_selector") or "all()", labels)


def _taken(selector: str | None, labels: dict[str, Labels]) -> list[str]:
    matches = parse(selector) if selector else None
    return [name for name, found in labels.items() if matches and matches(found) is True]


def _of_ovn(plan: Plan, state: State, running: list[str]) -> list[Further]:
    """The routers of networks with a VRF of their own, and those of others' FRRConfigurations."""
    labels = {name: state["nodes"].get(name, {}).get("labels") or {} for name in running}
    networks = ovn_settings(plan)["networks"].items()
    lites = [(name, network["vrf_lite"]) for name, network in networks if network["vrf_lite"]]
    ours = [
        Further(f"network {name}", address(peer["address"]), name, _by_labels(labels, lite["node_selector"]), True)
        for name, lite in lites
        for peer in lite["peers"]
    ]
    return [*ours, *_of_others(plan, state.get("configurations") or [], labels)]


def _by_labels(labels: dict[str, Labels], wanted: Labels) -> list[str]:
    return [name for name, found in labels.items() if takes({"matchLabels": wanted}, found)]


def _of_others(plan: Plan, configurations: list[Resource], labels: dict[str, Labels]) -> list[Further]:
    leaves = {address(peer["address"]) for node in plan["nodes"].values() for peer in node["peers"]}
    found = []
    for item in configurations:
        if is_ours(item) or GENERATED in (item["metadata"].get("labels") or {}):
            continue
        nodes = [name for name, own in labels.items() if takes((item.get("spec") or {}).get("nodeSelector"), own)]
        found += [
            Further(name_of(item), peer.address, peer.vrf, nodes, False)
            for peer in peerings(item)
            if peer.address and (peer.vrf or peer.address not in leaves)
        ]
    return found


# -- words ---------------------------------------------------------------------------------------------


def _said(report: dict[tuple[str, str], str] | None, one: Further) -> str:
    if report is None:
        return "reports nothing"
    return str(report.get((one.vrf, one.peer), "reports no such peer")).lower()


def _shown(down: dict[str, str]) -> str:
    return listed([f"{name} ({said})" for name, said in down.items()])


def _place(one: Further) -> str:
    return one.peer + (f" in VRF {one.vrf}" if one.vrf else "")


def _cause(said: set[str]) -> str:
    if said == {"reports nothing"}:
        return "the node's agent has not written its report yet"
    if said == {"reports no such peer"}:
        return "the agent does not take it for one of the node's (its selector), or cannot read its password"
    return "the peer does not answer, expects another AS number or password, or does not know the node's address"
