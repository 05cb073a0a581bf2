# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where to look for a cluster network's agents and for the pods' networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from ...contract.freeform import JsonObject

CONTROLLER_MANAGER = (
    "kube-controller-manager does not allocate them (--allocate-node-cidrs, --cluster-cidr) or has none left"
)

Kind = Optional[tuple[str, str]]  # API version and kind of the objects to read; None where there are none


def _nothing(*_given: object) -> JsonObject:
    return {}


def nowhere(_plan: object) -> str:
    """The answer where no pod speaks."""
    return ""


def from_settings(settings: Callable[[Any], JsonObject], key: str) -> Callable[[Any], str]:
    """What reads a text from a network's settings of a plan."""

    def read(plan: Any) -> str:
        found: str = settings(plan)[key]
        return found

    return read


@dataclass(frozen=True)
class Agent:
    """An agent and what it reports.

    * ``selector``, ``namespace``: of the plan, the label selector of the agents' pods and where they are.
      ``name``: what people call it.
    * ``peers``: where an agent finds its peers, in words; ``pod_cidr_source``: what gives a node its pod network.
    * ``blocks``: objects from which ``pod_networks`` makes ``{node: [prefix]}``; None where pods live in their Node's
      spec.podCIDRs.
    * ``reports``: objects in which nodes report their sessions, from which ``read_reports`` makes ``{node: {peer's
      address: state}}``; None where nodes report nothing.
    * ``others``: objects by which another program announces over the same sessions, from which ``read_others`` makes
      ``{node: [prefix]}`` of the plan, these objects and the Nodes; None where that is impossible.
    * ``verdicts``: objects in which nodes say whether they took their configuration, from which ``read_verdicts`` makes
      ``{node: why not}`` of those that did not; None where they say nothing.
    * ``without_secret``: a peer whose password the agent cannot read is kept, without one; else there is no such peer.
    """

    name: str
    selector: Callable[[Any], str]
    namespace: Callable[[Any], str]
    peers: str
    pod_cidr_source: str
    blocks: Kind = None
    pod_networks: Callable[[list[Any]], dict[str, Any]] = _nothing
    reports: Kind = None
    read_reports: Callable[[list[Any]], dict[str, Any]] = _nothing
    others: Kind = None
    read_others: Callable[[Any, list[Any], list[Any]], dict[str, Any]] = _nothing
    verdicts: Kind = None
    read_verdicts: Callable[[list[Any]], dict[str, Any]] = _nothing
    without_secret: bool = False


NO_AGENT = Agent("its agent", lambda _plan: "", lambda _plan: "kube-system", "its peers", CONTROLLER_MANAGER)
