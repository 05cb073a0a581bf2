"""Objects of ours that somebody changed."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import drift, resources
from tests.plans import plan

CALICO = {**plan(), "cni": "calico", "bgp": {**plan()["bgp"], "graceful_restart_time": 60}}
OVN = {**plan(), "cni": "ovn_kubernetes"}
CILIUM = {**plan(), "cni": "cilium"}


def made(given: dict) -> dict:
    """What is in the cluster after the plan was applied, by kind."""
    found: dict = {kind: [] for kind in drift.kinds(given)}
    for one in copy.deepcopy(resources(given, {"bgp_password": "x"})):
        if one["kind"] in found:
            manager = {"manager": "kubefabric", "operation": "Apply", "fieldsV1": {"f:spec": {}}}
            one["metadata"]["managedFields"] = [manager]
            found[one["kind"]].append(one)
    return found


def change(given: dict, kind: str, *place: object, value: object) -> list:
    """What is told of the last object of a kind in which a value is another one, or gone (None)."""
    objects = made(given)
    inner = objects[kind][-1]["spec"]
    for key in place[:-1]:
        inner = inner[key]
    if value is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return [places for _name, places in drift.changed(given, objects)]


@pytest.mark.parametrize("given", [CALICO, OVN, CILIUM, plan()])
def test_what_was_applied_is_as_planned(given):
    assert drift.changed(given, made(given)) == []


@pytest.mark.parametrize(
    ("given", "kind", "place", "value", "told"),
    [
        (CALICO, "BGPPeer", ("filters",), None, "spec.filters"),
        (CALICO, "BGPPeer", ("filters",), ["kubefabric-leaves", "theirs"], "spec.filters"),
        (CALICO, "BGPPeer", ("password",), None, "spec.password.secretKeyRef.name"),
        (CALICO, "BGPPeer", ("nodeSelector",), "all()", "spec.nodeSelector"),
        (CALICO, "BGPFilter", ("importV4",), [], "spec.importV4"),
        (CALICO, "BGPConfiguration", ("nodeToNodeMeshEnabled",), True, "spec.nodeToNodeMeshEnabled"),
        (CILIUM, "CiliumBGPPeerConfig", ("authSecretRef",), None, "spec.authSecretRef"),
        (
            OVN,
            "FRRConfiguration",
            ("bgp", "routers", 0, "neighbors", 0, "toReceive", "allowed", "mode"),
            "all",
            "spec.bgp.routers[0].neighbors[0].toReceive.allowed.mode",
        ),
    ],
)
def test_what_somebody_changed_is_told_with_its_place(given, kind, place, value, told):
    (places,) = change(given, kind, *place, value=value)
    assert told in places


@pytest.mark.parametrize(
    ("kind", "place", "value"),
    [
        ("BGPPeer", ("maxRestartTime",), "1m0s"),
        ("BGPPeer", ("keepaliveTime",), "1s"),  # beside ours
        ("BGPConfiguration", ("nodeToNodeMeshEnabled",), None),  # left out where it is false
    ],
)
def test_another_spelling_is_no_change(kind, place, value):
    assert change(CALICO, kind, *place, value=value) == []


def test_what_is_not_ours_or_not_there_is_told_elsewhere():
    objects = made(CALICO)
    theirs = objects["BGPPeer"][0]
    theirs["spec"]["filters"] = []
    theirs["metadata"].update(labels={}, managedFields=[])
    del objects["BGPPeer"][1]
    assert drift.changed(CALICO, objects) == []


def test_where_hosts_speak_and_for_other_networks_nothing_is_read():
    assert drift.kinds({**CALICO, "nested": {"speaker": "host"}}) == {}
    assert drift.kinds({**CALICO, "cni": "other"}) == {}
    assert drift.kinds(plan()) == {}
