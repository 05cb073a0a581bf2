"""A second password, which the sessions of some leaves have already: in plans, on APIC, in clusters and on hosts."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import BuildError, walk
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.password import DIGEST_TAG, digest
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan import outage
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.hosts import HostError, options
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.documents import documents

from . import intents

KEY = "0123456789abcdef"
OLD, NEW = "s3cret", "n3xt"
SECRETS: Any = {"bgp_password": OLD, "bgp_next_password": NEW}
AT = "host_vars/prod: kubefabric_cluster.bgp.next_password"
NETWORKS = ("calico", "cilium", "kube_router", "ovn_kubernetes")


def intent(*leaves: int, cni: str = "kube_router", start: Any = intents.white_paper, **bgp: Any) -> dict[str, Any]:
    found: dict[str, Any] = start()
    given = {"password": OLD, "password_key": KEY, "next_password": NEW, "next_password_leaves": list(leaves)}
    timers = {"keepalive": 2, "hold": 6}
    cluster = found["clusters"]["prod"]["cluster"]
    cluster |= {"cni": cni, "bgp": {**timers, **given, **bgp}}
    return found


def plan(*leaves: int, **more: Any) -> Any:
    return build(intent(*leaves, **more)).plans["prod"]


def settled(**more: Any) -> Any:
    """The plan when the next password is the password."""
    return build(intent(**more, next_password=None, password=NEW)).plans["prod"]


def passwords(made: Any, password: str = OLD, following: str | None = NEW) -> dict[str, set[str]]:
    """The passwords of the peers on APIC by their leaves, which their digests agree with."""
    found: dict[str, set[str]] = {}
    for dn, mo in walk(l3out.build(made["l3out"], password, KEY, following)):
        if mo.cls == "bgpPeerP":
            place = next(part for part in dn.split("/") if part.startswith(("node-", "protpaths-", "paths-")))
            secret = mo.attributes["password"]
            (tag,) = (child for child in mo.children if child.attributes.get("key") == DIGEST_TAG)
            assert tag.attributes["value"] == digest(KEY, dn, secret)
            found.setdefault(place.split("]")[0], set()).add(secret)
    return found


def secrets_by_leaf(made: Any, secrets: Any = SECRETS) -> dict[str, set[str]]:
    """The passwords of the nodes' sessions by the leaf's address, as each network's objects say it."""
    text = {}
    found: dict[str, set[str]] = {}
    items: list[Any] = resources(made, secrets)
    for item in items:
        if item["kind"] == "Secret":
            (text[item["metadata"]["name"]],) = (base64.b64decode(value).decode() for value in item["data"].values())
    configs = {one["metadata"]["name"]: one["spec"] for one in items if one["kind"] == "CiliumBGPPeerConfig"}
    for item in items:
        spec = item.get("spec") or {}
        if item["kind"] == "BGPPeer":
            found.setdefault(spec["peerIP"], set()).add(text[spec["password"]["secretKeyRef"]["name"]])
        for instance in spec.get("bgpInstances", ()) if item["kind"] == "CiliumBGPClusterConfig" else ():
            for peer in instance["peers"]:
                config = configs[peer["peerConfigRef"]["name"]]
                found.setdefault(peer["peerAddress"], set()).add(text[config["authSecretRef"]])
        for router in (spec.get("bgp") or {}).get("routers", ()) if item["kind"] == "FRRConfiguration" else ():
            for peer in router.get("neighbors", ()):
                found.setdefault(peer["address"], set()).add(text[peer["passwordSecret"]["name"]])
        for line in item["metadata"].get("annotations", {}).get("kube-router.io/peers", "").split("- ")[1:]:
            fields = dict(part.strip().split(": ") for part in line.strip().splitlines())
            address, secret = (json.loads(fields[key]) for key in ("remoteip", "password"))
            found.setdefault(address, set()).add(base64.b64decode(secret).decode())
    return found


def test_the_plan_marks_the_sessions_of_these_leaves_and_has_no_secret() -> None:
    made = plan(101, 103)
    marked = {peer["leaf"] for node in made["nodes"].values() for peer in node["peers"] if peer.get("next_password")}
    assert marked == {101, 103}
    assert [leaf["id"] for leaf in made["l3out"]["leaves"] if leaf.get("next_password")] == [101, 103]
    assert NEW not in json.dumps(made)
    assert "next_password" not in json.dumps(settled())


def test_on_apic_the_peers_of_these_leaves_have_the_next_password() -> None:
    assert passwords(plan(101, 103)) == {"node-101": {NEW}, "node-102": {OLD}, "node-103": {NEW}, "node-104": {OLD}}
    assert passwords(plan(101, 102, 103, 104)) == passwords(settled(), NEW, None)


def test_with_standard_svi_both_leaves_of_a_rack_have_it_or_none() -> None:
    made = plan(101, 102, start=intents.standard)
    assert passwords(made) == {"protpaths-101-102": {NEW}, "protpaths-103-104": {OLD}}
    with pytest.raises(IntentError) as caught:
        plan(101, start=intents.standard)
    assert [str(one) for one in caught.value.findings] == [
        f"{AT}_leaves: has one leaf of rack rack1 only, and with standard SVI both leaves have one peer for a node; "
        "name all of 101, 102, or none"
    ]


def test_apic_gets_no_leaf_with_a_password_that_is_missing() -> None:
    with pytest.raises(BuildError, match="101, 103 with next_password: give bgp_next_password"):
        l3out.build(plan(101, 103)["l3out"], OLD, KEY)


@pytest.mark.parametrize("cni", NETWORKS)
@pytest.mark.parametrize("start", [intents.white_paper, intents.standard])
def test_nodes_have_it_for_the_same_leaves(cni: str, start: Any) -> None:
    leaves = (101, 103) if start is intents.white_paper else (101, 102)
    made = plan(*leaves, cni=cni, start=start)
    addresses: dict[str, int] = {
        peer["address"]: peer["leaf"] for node in made["nodes"].values() for peer in node["peers"]
    }
    found = secrets_by_leaf(made)
    assert found == {address: {NEW if leaf in leaves else OLD} for address, leaf in addresses.items()}


@pytest.mark.parametrize("cni", ["calico", "cilium", "ovn_kubernetes"])
def test_once_all_sessions_have_it_both_secrets_hold_it(cni: str) -> None:
    items: list[Any] = resources(plan(101, 102, 103, 104, cni=cni), SECRETS)
    held = [item["data"] for item in items if item["kind"] == "Secret"]
    assert len(held) == 2
    assert held[0] == held[1] == {next(iter(held[0])): base64.b64encode(NEW.encode()).decode()}


def test_once_it_is_the_password_no_leaf_is_another() -> None:
    assert plan(101, 103, password=NEW) == plan(password=NEW)


def test_a_rotation_may_reset_a_leaf_but_no_node() -> None:
    made = plan(101, 103)
    first = [{"leaf_address": peer["address"]} for peer in made["nodes"]["node1"]["peers"] if peer["leaf"] == 101]
    assert outage.objection(made, first) is None
    assert "leaf 101" in str(outage.objection(settled(), first))
    assert "all BGP sessions of node1, node2, node3 at" in str(outage.objection(made, [{}]))


@pytest.mark.parametrize("cni", NETWORKS)
def test_where_it_is_the_password_all_is_as_without_a_rotation(cni: str) -> None:
    """No leaf is named: only the second Secret is still there."""
    last = resources(plan(cni=cni, password=NEW), {"bgp_password": NEW, "bgp_next_password": NEW})
    after = resources(settled(cni=cni), {"bgp_password": NEW})
    without = [item for item in last if item["kind"] != "Secret" or not item["metadata"]["name"].endswith("-next")]
    for item in without:
        if item["kind"] == "Role":
            item["rules"][0]["resourceNames"] = [
                name for name in item["rules"][0]["resourceNames"] if not name.endswith("-next")
            ]
    assert without == after


@pytest.mark.parametrize("cni", NETWORKS)
def test_a_cluster_gets_no_session_with_a_password_that_is_missing(cni: str) -> None:
    with pytest.raises(ClusterError, match="have a next password, but none was given"):
        resources(plan(101, cni=cni), {"bgp_password": OLD})


def test_a_host_has_it_for_these_leaves() -> None:
    made = plan(101, 103)
    found = options(made, "node1", {"password": OLD, "next_password": NEW})
    assert [peer["password"] for peer in found["peers"]] == [NEW, OLD]
    assert "password" not in found
    assert "next_password" not in found
    with pytest.raises(HostError, match="give next_password"):
        options(made, "node1", {"password": OLD})


@pytest.mark.parametrize("cni", NETWORKS)
def test_files_for_everybody_have_placeholders(cni: str) -> None:
    files = "".join(documents(plan(101, cni=cni)).values())
    assert "<next-bgp-password>" in files
    assert OLD not in files
    assert NEW not in files
    assert "<next-bgp-password>" not in "".join(documents(plan(101, cni=cni), OLD, next_password=NEW).values())


@pytest.mark.parametrize(
    ("given", "leaves", "message"),
    [
        ({"password": None}, (), ": replaces bgp.password, which is not there; give it, or this one as bgp.password"),
        (
            {"password_key": None},
            (),
            ": needs bgp.password_key, without which APIC does not show who has which password; add the key",
        ),
        (
            {"next_password": None},
            (101,),
            "_leaves: is of no meaning without bgp.next_password; add that, or remove this",
        ),
        ({}, (109,), "_leaves: 109 is no leaf of the cluster; name some of 101, 102, 103, 104"),
    ],
)
def test_what_a_rotation_needs(given: dict[str, Any], leaves: tuple[int, ...], message: str) -> None:
    with pytest.raises(IntentError) as caught:
        plan(*leaves, **given)
    assert [str(one) for one in caught.value.findings] == [AT + message]


def test_a_secret_that_others_write_and_route_reflectors_have_one_password() -> None:
    given = intent(cni="calico")
    given["clusters"]["prod"]["cluster"]["calico"] = {
        "password_secret": {"source": "existing"},
        "route_reflectors": {"nodes": ["node1", "node3"], "cluster_id": "1.0.0.1"},
    }
    with pytest.raises(IntentError) as caught:
        build(given)
    assert [str(one) for one in caught.value.findings] == [
        f"{AT}: would reset all sessions with the route reflectors at the same time, which have the leaves' password; "
        "replace the password in a maintenance window, as docs/changes.md describes",
        f"{AT}: needs a second Secret, which calico.password_secret.source existing does not provide; "
        "replace the password in a maintenance window, as docs/changes.md describes, or use source inline",
    ]
