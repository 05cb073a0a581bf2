# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What everything else asks of a cluster network: one Cni each, in its package's network.py; registry.py lists them.

A part that modules need on hosts is there with the network. Two parts only the controller needs, and modules do not
bring them along: they are loaded when they are asked for, ``planning.py`` and ``verification.py`` of the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Optional

from ..intent.network import ClusterNetwork
from .base.agent import NO_AGENT, Agent

if TYPE_CHECKING:  # modules, which bring this file to hosts, read no intent
    from ..contract.findings import Findings
    from ..contract.freeform import JsonObject
    from ..contract.kubernetes import Secrets
    from ..intent.model import Cluster, Fabric, Member
    from ..intent.nested import Nested

Resource = Any  # contract.kubernetes.Resource
Plan = Any  # contract.plan.Plan; networks read it as dictionaries
State = Any  # contract.observed.State


def _none(*_given: object) -> None:
    return None


def _list(*_given: object) -> list[Any]:
    return []


def _dict(*_given: object) -> JsonObject:
    return {}


def _as_wanted(wanted: Resource, _live: object) -> Resource:
    return wanted


def _never(*_given: object) -> bool:
    return False


def _no(_resource: Resource) -> bool:
    return False


def _text(_key: str, text: str) -> object:
    return text


@dataclass(frozen=True)
class OnCluster:
    """What is applied to a Kubernetes cluster, and what the engine that applies it has to know of it.

    * ``resources(plan, secrets)``: every resource, in the order in which to apply them; ``files(plan)``: data by file
      name of what is installed beside them. Both raise ClusterError.
    * ``read_at_start``: annotations of a Node that the agent reads at its start only.
    * ``foreign_kinds(plan)``: what to read for objects of others that conflict with ours; ``foreign(view)`` finds them.
      ``merges_metallb``: MetalLB speaks through the same agent, so that both have one session.
    * ``selectors(resource)``: (field, selector) of what selects nodes in a resource of ours.
    * ``refusal(wanted, live)``: why an object cannot become what is wanted, or None; ``merged(wanted, live)``: what to
      apply; ``stays(resource)``: whether an object that we amend keeps what we set.
    * ``resets(before, after, context)``: sessions that a change of an object resets, as base/resets.py has them;
      ``session_kinds`` and ``session_annotations(node)``: of what sessions are made.
    * ``compared``: kinds that verification compares with the plan; ``seen(key, text)``: what counts of
      a Node's annotation.
    * ``in_place``: by API group, the API that a cluster may serve in its place, and what to say then;
      ``explained(resource, complaint)``: a remedy for what the API server says, or None.
    """

    resources: Callable[[Plan, Secrets], list[Any]] = _list
    files: Callable[[Plan], dict[str, Any]] = _dict
    read_at_start: tuple[str, ...] = ()
    foreign_kinds: Callable[[Plan], dict[str, Any]] = _dict
    foreign: Callable[[Any], Iterable[Any]] = _list
    merges_metallb: bool = False
    selectors: Callable[[Resource], list[Any]] = _list
    refusal: Callable[[Resource, Optional[Resource]], Optional[str]] = _none
    merged: Callable[[Resource, Optional[Resource]], Resource] = _as_wanted
    stays: Callable[[Resource], bool] = _no
    resets: Callable[[Resource, Resource, Any], list[Any]] = _list
    session_kinds: tuple[str, ...] = ()
    session_annotations: Callable[[Resource], dict[str, Any]] = _dict
    compared: tuple[str, ...] = ()
    seen: Callable[[str, str], object] = _text
    in_place: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    explained: Callable[[Resource, str], Optional[str]] = _none


@dataclass(frozen=True)
class Planning:
    """What the planner asks: rules, and what nodes announce.

    * ``announced(cluster)``: the networks that nodes announce, by the kinds pod, service and external_service.
    * ``check``: the rules of its options; ``check_addresses``: those for which addresses have to be allocated.
    * ``check_nested``: the rules of a cluster that is nested in another; ``check_parent(cluster, names, findings)``:
      those of one that holds the nested clusters of these names.
    * ``node_label``: the label that selects single nodes, where a resource stands for several; else None.
    * ``bfd``: whether it has BFD. ``peers_with_workloads``: whether it peers with workloads itself.
    """

    announced: Callable[[Member], dict[str, Any]]
    check: Callable[[Cluster, Fabric, Findings], None]
    check_addresses: Callable[[Cluster, Fabric, Any, Findings], None] = _none
    check_nested: Callable[[Nested, Findings], None] = _none
    check_parent: Callable[[Member, list[Any], Findings], None] = _none
    node_label: Optional[str] = None
    bfd: bool = True
    peers_with_workloads: bool = False


def _nothing_unreported(*_given: object) -> tuple[Any, ...]:
    return [], ""


@dataclass(frozen=True)
class Verification:
    """What the verification asks: where agents are and what they report, and which routes they should announce.

    * ``advertised(plan, state)``: ``{node: {prefix, …}}``, or None where announcements cannot be predicted.
    * ``of_node(node)``: what counts of a Node of this network in the state: ``pod_cidrs``, and keys of its own.
    * ``further(plan, state, nodes)``: sessions with others than leaves that these nodes should have (base/further.py);
      ``unreported(plan, state)``: the names of those of which nodes report nothing, and why; ``further_states(plan,
      reports, objects)``: ``{node: {(vrf, address): state}}``, or None where nothing is reported by design.
    * ``silent(plan, state)``: whether nodes report no session though the agent could.
    * ``problems(plan, state)``: of its own, for example of route reflectors among the nodes.
    """

    agent: Agent = NO_AGENT
    advertised: Callable[[Plan, State], Optional[dict[str, Any]]] = _none
    of_node: Callable[[Resource], dict[str, Any]] = _dict
    further: Callable[[Plan, State, list[Any]], list[Any]] = _list
    unreported: Callable[[Plan, State], tuple[Any, ...]] = _nothing_unreported
    further_states: Callable[[Plan, dict[str, Any], list[Any]], Optional[dict[str, Any]]] = _none
    silent: Callable[[Plan, State], bool] = _never
    problems: Callable[[Plan, State], list[Any]] = _list


@dataclass(frozen=True)
class Cni(ClusterNetwork):
    """A cluster network, whole; ``package`` is where its planning.py and verification.py are."""

    on_cluster: OnCluster = field(default_factory=OnCluster)
    package: str = ""

    @property
    def planning(self) -> Planning:
        """Its part in planning."""
        found: Planning = import_module(".planning", self.package).PLANNING
        return found

    @property
    def verification(self) -> Verification:
        """Its part in verifying."""
        found: Verification = import_module(".verification", self.package).VERIFICATION
        return found
