# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a list of resources to a state: reads, lets the API server compute the outcome, writes only what differs.

First every kind is looked up and every outcome computed by a dry run, and only then is anything written: what cannot be
done is known before the first write.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Tuple

from ..common.words import name_of
from ..contract.errors import ClusterError
from ..objects import difference
from ..objects.label_selector import HOSTNAME
from ..objects.ownership import is_derived, is_kept, is_ours, owner, selector
from . import adoption, conflicts, kinds, selection
from .client import FieldsTaken, Forbidden, NotFoundError
from .hints import explained, hint
from .restart import with_mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..contract.freeform import JsonObject
    from ..contract.kubernetes import Kind, Labels, Metadata, Resource
    from .client import Cluster

# action: create, change, own (same content, but not ours before), delete, withdraw, return (what was adopted), none
Step = namedtuple("Step", "kind body action before after force")

Gvk = Tuple[str, str]  # apiVersion and kind
NAMESPACE = ("v1", "Namespace")
NODE = ("v1", "Node")

Rules = namedtuple("Rules", "state cluster force_conflicts prune restart adopt", defaults=(False, (), None, False))


def plan_steps(cluster: Cluster, resources: list[Resource], rules: Rules) -> list[Step]:
    """One Step per resource and per object to prune. Reads and dry runs, writes nothing; raises ClusterError."""
    served = _kinds(cluster, resources)
    wanted = [_checked(resource) for resource in resources]
    if rules.state == "absent":
        steps = [_absent(cluster, served[_gvk(resource)], resource, rules) for resource in wanted]
    else:
        steps = _present_ones(cluster, served, wanted, rules)
    return [*steps, *_pruned(cluster, wanted, rules)]


def carry_out(cluster: Cluster, steps: list[Step]) -> None:
    """Write what the steps say; Step.after of a create or change is what the dry run answered."""
    for step in steps:
        metadata = step.body["metadata"]
        if step.action == "delete":
            cluster.delete(step.kind, metadata["name"], metadata.get("namespace"))
        elif step.action == "return":
            cluster.apply(step.kind, step.after, dry_run=False, force=True, manager=conflicts.RETURN_MANAGER)
            _write(cluster, step)
        elif step.action != "none":
            _write(cluster, step)


def describe(step: Step) -> JsonObject:
    """One step for the result of the module: what happens to which object, and where."""
    before, after = difference.content(step.before), difference.content(step.after)
    return {
        "action": step.action,
        "api_version": step.body["apiVersion"],
        "kind": step.body["kind"],
        "name": step.body["metadata"]["name"],
        "namespace": step.body["metadata"].get("namespace"),
        "changed": difference.changed_paths(before, after) if before and after else [],
    }


def taken(
    cluster: Cluster, served: dict[Gvk, Kind], wanted: list[Resource], unseen: list[Resource] | None = None
) -> list[tuple[Resource, Resource]]:
    """``[(resource, live)]`` of the resources that are to be ours, where others made an object of that name.

    ``served`` has the API's resource by version and kind, None for one that is not served. A resource that the user
    may not see is added to ``unseen``; without that list it is an error (Forbidden).
    """
    found = []
    for resource in filter(is_ours, wanted):
        kind = served[_gvk(resource)]
        try:
            live = _live(cluster, kind, resource) if kind else None
        except Forbidden:
            if unseen is None:
                raise
            unseen.append(resource)
            continue
        if live is not None and adoption.is_foreign(resource, live, cluster.field_manager):
            found.append((resource, live))
    return found


# -- reading -------------------------------------------------------------------------------------------


def _gvk(resource: Resource) -> Gvk:
    return resource["apiVersion"], resource["kind"]


def _kinds(cluster: Cluster, resources: list[Resource]) -> dict[Gvk, Kind]:
    """The API's resource of every kind; one error names all kinds that the cluster does not serve."""
    found = {gvk: cluster.kind(*gvk) for gvk in dict.fromkeys(_gvk(resource) for resource in resources)}
    missing = [gvk for gvk, served in found.items() if served is None]
    if missing:
        raise ClusterError(_not_served(cluster, missing))
    return {gvk: served for gvk, served in found.items() if served is not None}


def _not_served(cluster: Cluster, missing: list[tuple[str, str]]) -> str:
    kinds_of = ", ".join(f"{kind} ({api_version})" for api_version, kind in missing)
    return f"the cluster does not serve {kinds_of}; {hint(missing, cluster.kind)}. Nothing was written."


def _checked(resource: Resource) -> Resource:
    if not (resource.get("metadata") or {}).get("name"):
        raise ClusterError(f"resources: a {resource['kind']} has no metadata.name")
    return resource


def _present_ones(cluster: Cluster, served: dict[Gvk, Kind], wanted: list[Resource], rules: Rules) -> list[Step]:
    """A Step each; what lives in a namespace that these steps make cannot be tried before it is there."""
    _check_selectors(cluster, wanted)
    if not rules.adopt:
        _refuse_foreign(cluster, served, wanted)
    steps: list[Step] = []
    made: set[str] = set()
    for resource in wanted:
        steps.append(_present(cluster, served[_gvk(resource)], resource, rules, made))
        if _gvk(resource) == NAMESPACE and steps[-1].action == "create":
            made.add(resource["metadata"]["name"])
    return steps


def _refuse_foreign(cluster: Cluster, served: dict[Gvk, Kind], wanted: list[Resource]) -> None:
    """Name every object that is to be ours and belongs to others; what is only amended may belong to anyone."""
    found = [adoption.complaint(name_of(resource), live) for resource, live in taken(cluster, served, wanted)]
    if found:
        raise ClusterError(
            f"{'; '.join(found)}. With adopt: true this collection takes over these objects, and restores them "
            "when it no longer needs them; look at them first. Nothing was written."
        )


def _check_selectors(cluster: Cluster, wanted: list[Resource]) -> None:
    """Refuse selectors that select no node, by the labels that nodes have and will have. Asks only if it must."""
    planned = _labels_by_node(item for item in wanted if _gvk(item) == NODE)
    doubtful = selection.unmatched(wanted, list(planned.values()))
    if not doubtful:
        return
    kind = cluster.kind(*NODE)
    live = _labels_by_node(cluster.list(kind) if kind else [])
    nodes = [{HOSTNAME: name, **live.get(name, {}), **planned.get(name, {})} for name in sorted({*live, *planned})]
    wrong = [
        selection.complaint(resource, field, selector, nodes)
        for resource, field, selector in selection.unmatched([found[0] for found in doubtful], nodes)
    ]
    if wrong:
        raise ClusterError(". ".join(dict.fromkeys(wrong)) + ". Nothing was written.")


def _labels_by_node(nodes: Iterable[Resource]) -> dict[str, Labels]:
    return {item["metadata"]["name"]: item["metadata"].get("labels") or {} for item in nodes}


def _present(cluster: Cluster, kind: Kind, resource: Resource, rules: Rules, made: set[str]) -> Step:
    if kind.namespaced and resource["metadata"].get("namespace") in made:
        return Step(kind, resource, "create", None, resource, False)
    live = _live(cluster, kind, resource)
    refusal = kinds.refusal(resource, live)
    if refusal:
        raise ClusterError(f"{name_of(resource)}: {refusal}. Nothing was written.")
    if live is None and not is_ours(resource) and not is_kept(resource):
        raise ClusterError(
            f"{name_of(resource)} does not exist in the cluster, and it is not ours to create. "
            "Is the node's name in the inventory the name by which it joined?"
            if resource["kind"] == "Node"
            else f"{name_of(resource)} does not exist in the cluster, and it is not ours to create."
        )
    adopted = adoption.is_foreign(resource, live, cluster.field_manager)
    body = adoption.marked(with_mark(kinds.merged(resource, live), live, rules.restart), live, adopted)
    after, force = _outcome(cluster, kind, body, rules)
    return Step(kind, body, _action(cluster, live, after), live, after, force)


def _absent(cluster: Cluster, kind: Kind, resource: Resource, rules: Rules) -> Step:
    live = _live(cluster, kind, resource)
    if live is None or is_kept(resource):
        return Step(kind, resource, "none", live, live, False)
    if not is_ours(resource):
        return (
            Step(kind, resource, "none", live, live, False)
            if kinds.stays(resource)
            else _withdrawn(cluster, kind, live)
        )
    if not is_ours(live) and adoption.was_returned(live):
        return Step(kind, resource, "none", live, live, False)
    if not is_ours(live) or (rules.cluster and owner(live) != rules.cluster):
        raise ClusterError(
            f"{name_of(resource)} is not ours: it does not have the labels {selector(owner(resource) or '')}. "
            "Remove it by hand if you do not need it."
        )
    return _deleted(kind, live)


def _deleted(kind: Kind, live: Resource) -> Step:
    """An object of ours goes; one that was adopted becomes what it was."""
    before = adoption.original(live)
    if before is None:
        return Step(kind, live, "delete", live, None, False)
    return Step(kind, _named(live), "return", live, before, False)


def _named(live: Resource) -> Resource:
    """Nothing but an object's name: to apply it takes back all our fields."""
    metadata: Metadata = {"name": live["metadata"]["name"]}
    if live["metadata"].get("namespace"):
        metadata["namespace"] = live["metadata"]["namespace"]
    return {"apiVersion": live["apiVersion"], "kind": live["kind"], "metadata": metadata}


def _withdrawn(cluster: Cluster, kind: Kind, live: Resource) -> Step:
    """Take back our fields from another owner's object: apply nothing but its name."""
    body = _named(live)
    if not difference.owned_fields(live, cluster.field_manager):
        return Step(kind, body, "none", live, live, False)
    return Step(kind, body, "withdraw", live, cluster.apply(kind, body, dry_run=True), False)


def _pruned(cluster: Cluster, wanted: list[Resource], rules: Rules) -> list[Step]:
    """Objects of the kinds to prune that we made for this cluster, or amended, and that the plan has no longer."""
    keep = {_identity(resource) for resource in wanted}
    steps = []
    for entry in rules.prune or ():
        kind = cluster.kind(entry["api_version"], entry["kind"])
        if kind is None:
            continue
        for live in _candidates(cluster, kind, entry, rules):
            if _identity(live) in keep or is_derived(live):
                continue
            keep.add(_identity(live))
            if entry.get("amended"):
                steps.append(_withdrawn(cluster, kind, live))
            else:
                steps.append(_deleted(kind, live))
    return steps


def _candidates(cluster: Cluster, kind: Kind, entry: JsonObject, rules: Rules) -> list[Resource]:
    """The objects of a kind that may be pruned: any that could be amended, else those that carry our labels."""
    namespace, ours = entry.get("namespace"), None if entry.get("amended") else selector(rules.cluster)
    if not (namespace and entry.get("elsewhere")):
        return cluster.list(kind, namespace, ours)
    try:
        found = cluster.list(kind, None, ours)
    except Forbidden:  # a user with rights in this namespace only cleans up there only, as documented
        return cluster.list(kind, namespace, ours)
    # Tools that copy a Secret to other namespaces copy its labels with it: elsewhere only what we applied is ours.
    return [
        live for live in found if _lives_in(namespace, live) or difference.owned_fields(live, cluster.field_manager)
    ]


def _lives_in(namespace: str, live: Resource) -> bool:
    return live["metadata"].get("namespace") == namespace


def _identity(resource: Resource) -> tuple[str, str, str | None, str]:
    """What names an object, whichever of its group's versions it is read by."""
    metadata = resource["metadata"]
    group = resource["apiVersion"].rpartition("/")[0]
    return group, resource["kind"], metadata.get("namespace"), metadata["name"]


def _live(cluster: Cluster, kind: Kind, resource: Resource) -> Resource | None:
    metadata = resource["metadata"]
    if kind.namespaced and not metadata.get("namespace"):
        raise ClusterError(f"resources: {name_of(resource)} has no metadata.namespace")
    return cluster.read(kind, metadata["name"], metadata.get("namespace"))


# -- computing and writing -----------------------------------------------------------------------------


def _outcome(cluster: Cluster, kind: Kind, body: Resource, rules: Rules) -> tuple[Resource, bool]:
    """What the object would become, and whether other managers' fields must be taken for it."""
    force = rules.force_conflicts
    try:
        return cluster.apply(kind, body, dry_run=True, force=force), force
    except NotFoundError as error:
        namespace = body["metadata"].get("namespace")
        if namespace and "namespaces" in str(error.body):
            raise ClusterError(f"{name_of(body)}: the namespace {namespace} does not exist") from error
        # the client remembers what a cluster serves, also what was there at an earlier run only
        raise ClusterError(_not_served(cluster, [_gvk(body)])) from error
    except ClusterError as error:
        raise ClusterError(explained(body, str(error))) from error
    except FieldsTaken as taken:
        held = conflicts.by_controllers(taken.conflicts)
        if held:
            raise ClusterError(
                f"{name_of(body)}: {conflicts.describe(held)}. Two managers would overwrite each other: "
                "stop the other one from setting it, or take it with force_conflicts: true. Nothing was written."
            ) from taken
    return cluster.apply(kind, body, dry_run=True, force=True), True


def _action(cluster: Cluster, live: Resource | None, after: Resource) -> str:
    if live is None:
        return "create"
    if difference.content(live) != difference.content(after):
        return "change"
    mine = [difference.owned_fields(state, cluster.field_manager) for state in (live, after)]
    return "none" if mine[0] == mine[1] else "own"


def _write(cluster: Cluster, step: Step) -> None:
    try:
        cluster.apply(step.kind, step.body, dry_run=False, force=step.force)
    except FieldsTaken as taken:
        raise ClusterError(
            f"{name_of(step.body)} changed during the run: {taken}. Run again; earlier writes are kept."
        ) from taken
