"""Objects of ours that are not as planned."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import drift
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects import secrets
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
    """What differs in the last object of a kind after a value is another one, or gone (None)."""
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
def test_what_another_user_changed_is_named_with_its_place(given, kind, place, value, told):
    (places,) = change(given, kind, *place, value=value)
    assert told in places


def amended(given: dict, kind: str, change) -> list:
    """What differs after a change of all objects of a kind, as they are read: without passwords."""
    objects = {name: [secrets.masked(one) for one in items] for name, items in made(given).items()}
    for one in objects[kind]:
        change(one)
    return drift.changed(given, objects)


KUBE_ROUTER = plan()
OLD = {**plan(), "kube_router": {"version": "2.5.0"}}
PEERS = "kube-router.io/peers"


def test_a_node_s_annotations_are_held_against_the_plan_but_for_the_password_itself():
    for given in (KUBE_ROUTER, OLD):
        assert amended(given, "Node", lambda _one: None) == []
    said = amended(
        KUBE_ROUTER, "Node", lambda one: one["metadata"]["annotations"].update({PEERS: "- remoteip: 1.2.3.4"})
    )
    assert said[0] == ("Node node1", [f"annotations.{PEERS}"])

    def without_password(one: dict) -> None:
        text = one["metadata"]["annotations"][PEERS]
        one["metadata"]["annotations"][PEERS] = text.replace("password:", "comment:")

    assert amended(KUBE_ROUTER, "Node", without_password)[0][1] == [
        f"annotations.{PEERS}[0].password",
        f"annotations.{PEERS}[1].password",
    ]
    said = amended(OLD, "Node", lambda one: one["metadata"]["annotations"].pop("kube-router.io/peer.passwords"))
    assert said[0] == ("Node node1", ["annotations.kube-router.io/peer.passwords"])
    assert amended(KUBE_ROUTER, "Node", lambda one: one["metadata"].update(managedFields=[], annotations={})) == []


COMMUNITIES = {**CALICO, "calico": {"communities": [{"name": "k8s-secret", "value": "65003:100"}]}}


def test_what_is_hidden_where_it_is_read_is_no_change():
    assert amended(COMMUNITIES, "BGPConfiguration", lambda _one: None) == []


@pytest.mark.parametrize("mask", [secrets.HIDDEN, secrets.HIDDEN_CHANGED])
def test_an_annotation_that_is_hidden_whole_is_no_change(mask):
    for given, key in ((KUBE_ROUTER, PEERS), (OLD, "kube-router.io/peer.ips")):

        def hide(one: dict, key: str = key) -> None:
            one["metadata"]["annotations"][key] = mask

        assert amended(given, "Node", hide) == []


def test_what_is_beside_something_hidden_is_held_against_the_plan():
    def rename(one: dict) -> None:
        one["spec"]["communities"][0]["name"] = "another-secret"

    assert amended(COMMUNITIES, "BGPConfiguration", rename) == [
        ("BGPConfiguration default", ["spec.communities[0].name"])
    ]


def test_an_agent_s_arguments_are_held_against_the_plan():
    def longer(one: dict) -> None:
        one["spec"]["template"]["spec"]["containers"][0]["args"].append("--peer-router-ips=192.0.2.1")

    assert amended(KUBE_ROUTER, "DaemonSet", longer) == [
        ("DaemonSet kube-system/kube-router", ["arguments.kube-router"])
    ]
    assert amended(KUBE_ROUTER, "DaemonSet", lambda one: one["spec"].update(updateStrategy={})) == []


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
