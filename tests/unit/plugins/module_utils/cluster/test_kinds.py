"""Kinds that need more than server-side apply: namespaces of primary networks, KubeVirt's feature gates."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import kinds

PRIMARY = {"k8s.ovn.org/primary-user-defined-network": ""}


def namespace(labels: dict | None, kind: str = "Namespace") -> dict:
    return {"kind": kind, "metadata": {"name": "blue", "labels": labels}}


@pytest.mark.parametrize(
    ("wanted", "live", "refused"),
    [
        (namespace(PRIMARY), namespace({}), True),
        (namespace(PRIMARY), namespace(None), True),
        (namespace(PRIMARY), namespace(PRIMARY), False),
        (namespace(PRIMARY), None, False),
        (namespace({"a": "b"}), namespace({}), False),
        (namespace(None), namespace({}), False),
        (namespace(PRIMARY, "ConfigMap"), namespace({}, "ConfigMap"), False),
    ],
)
def test_a_namespace_that_is_there_does_not_become_one_of_a_primary_network(wanted, live, refused) -> None:
    reason = kinds.refusal(wanted, live)
    assert bool(reason) is refused
    assert not refused or "it exists without the label k8s.ovn.org/primary-user-defined-network" in reason


def virt(*gates: str) -> dict:
    developer = {"featureGates": list(gates)} if gates else {}
    return {"kind": "KubeVirt", "spec": {"configuration": {"developerConfiguration": developer}}}


def gates(resource: dict) -> list:
    return resource["spec"]["configuration"]["developerConfiguration"]["featureGates"]


def test_gates_of_others_stay_and_come_first() -> None:
    wanted, live = virt("Ours", "Both"), virt("Theirs", "Both")
    before = copy.deepcopy((wanted, live))
    assert gates(kinds.merged(wanted, live)) == ["Theirs", "Both", "Ours"]
    assert (wanted, live) == before


@pytest.mark.parametrize("live", [None, {}, {"kind": "KubeVirt"}, {"kind": "KubeVirt", "spec": None}, virt()])
def test_without_gates_of_others_ours_are_all(live) -> None:
    assert gates(kinds.merged(virt("Ours"), live)) == ["Ours"]


@pytest.mark.parametrize("configuration", [None, {}, {"developerConfiguration": None}])
def test_a_kubevirt_without_gates_and_every_other_kind_is_applied_as_it_is(configuration) -> None:
    bare = {"kind": "KubeVirt", "spec": {"configuration": configuration}}
    assert kinds.merged(bare, virt("Theirs")) is bare
    other = {**virt("x"), "kind": "VirtualMachine"}
    assert kinds.merged(other, other) is other


def test_only_a_kubevirt_stays_as_we_set_it() -> None:
    assert [kinds.stays({"kind": kind}) for kind in ("KubeVirt", "Node")] == [True, False]
