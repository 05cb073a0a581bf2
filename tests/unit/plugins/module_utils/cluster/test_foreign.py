"""Objects of others that meet the plan's sessions, by CNI: which are named, and which are none of our business."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import ownership, secrets
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.foreign import findings, kinds, ovn_kubernetes
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.foreign.view import text
from tests.plans import plan

RACK = plan()["nodes"]["node1"]["rack_id"]
ALL_RACKS = sorted({node["rack_id"] for node in plan()["nodes"].values()})
LEAF = plan()["nodes"]["node1"]["peers"][0]["address"]


def item(kind: str, name: str, spec: dict, labels: dict | None = None, **metadata: object) -> dict:
    return {"kind": kind, "metadata": {"name": name, "labels": labels or {}, **metadata}, "spec": spec}


def found(cni: str, objects: list, nodes: dict | None = None, accepted: list | None = None) -> list:
    """What is named of objects in a cluster whose Nodes have these labels."""
    given = {**plan(), "cni": cni}
    live = [item("Node", name, {}, (nodes or {}).get(name)) for name in given["nodes"]]
    read = {name: [one for one in objects if one["kind"] == asked["kind"]] for name, asked in kinds(given).items()}
    return findings(given, read, live, accepted or [])[0]


def names(*arguments, **options) -> list:
    return [one.name for one in found(*arguments, **options)]


# -- Calico ---------------------------------------------------------------------------------------------

# as the white paper's own peers are
PAPER = {"peerIP": LEAF, "asNumber": 65002, "nodeSelector": f"rack_id == '{RACK}'"}
OURS = ownership.labels("k8s-prod")


@pytest.mark.parametrize(
    "spec",
    [
        PAPER,
        {"peerIP": LEAF, "asNumber": 65002},
        {"peerIP": f"{LEAF}:179", "asNumber": 65002},
        {"peerIP": LEAF, "asNumber": 65002, "node": "node1"},
        {"peerIP": LEAF, "asNumber": 65002, "nodeSelector": "all()"},
        {"peerIP": LEAF, "asNumber": 65002, "nodeSelector": "has(edge)"},
    ],
)
def test_a_calico_peer_to_a_leaf_is_named(spec):
    assert names("calico", [item("BGPPeer", "201", spec)], nodes={"node2": {"edge": ""}}) == ["BGPPeer 201"]


@pytest.mark.parametrize(
    "spec",
    [
        {"peerIP": "192.0.2.1", "asNumber": 65002},
        {"peerIP": LEAF, "node": "node4"},  # a node of the other rack has no session with this leaf
        {"peerIP": LEAF, "node": "elsewhere"},
        {"peerIP": LEAF, "nodeSelector": "has(edge)"},
        {"peerIP": LEAF, "nodeSelector": "(("},
        {"peerSelector": "route-reflector == 'true'", "nodeSelector": "all()"},
        {"peerIP": "nonsense"},
    ],
)
def test_a_calico_peer_that_meets_none_of_our_sessions_is_not_named(spec):
    assert names("calico", [item("BGPPeer", "other", spec)]) == []


def test_our_own_peer_is_not_named_and_an_accepted_one_is_kept_apart():
    assert names("calico", [item("BGPPeer", "leaf-101-ipv4", PAPER, OURS)]) == []
    assert names("calico", [item("BGPPeer", "201", PAPER)], accepted=["BGPPeer 201"]) == []
    accepted = findings({**plan(), "cni": "calico"}, {"peers": [item("BGPPeer", "201", PAPER)]}, [], ["BGPPeer 201"])[1]
    assert [one.name for one in accepted] == ["BGPPeer 201"]


def test_the_remedy_keeps_the_session_and_a_peer_of_all_nodes_cannot():
    everyone = {"peerIP": LEAF, "asNumber": 65002}
    paper, everywhere = found("calico", [item("BGPPeer", "201", PAPER), item("BGPPeer", "tor", everyone)])
    assert text(paper) == (
        f"BGPPeer 201 makes the session of node1, node2, node3 with leaf 101 ({LEAF}) in place of ours: no filter, "
        "other password. Ours takes the session up without a reset where password, TTL security and times are the "
        "same. Accept it for one run, so that ours is there, then remove it: kubectl delete bgppeer 201"
    )
    assert "It is for all nodes, goes before ours, and the session is reset once when it goes." in text(everywhere)


@pytest.mark.parametrize(
    "field", [{"nodeMeshPassword": {"secretKeyRef": {"name": "a", "key": "b"}}}, {"nodeMeshMaxRestartTime": "30s"}]
)
def test_what_calico_refuses_without_a_mesh_is_named_before(field):
    one = item("BGPConfiguration", "default", {"nodeToNodeMeshEnabled": True, **field})
    (said,) = found("calico", [one])
    assert next(iter(field)) in said.what
    assert next(iter(field)) in said.remedy
    assert names("calico", [item("BGPConfiguration", "node.node1", field)]) == []  # read of default alone
    assert names("calico", [item("BGPConfiguration", "default", {"nodeToNodeMeshEnabled": True})]) == []


@pytest.mark.parametrize(
    ("name", "spec", "said"),
    [
        ("node.node1", {"listenPort": 1790}, "listenPort 1790, and the plan says 179"),
        ("node.node1", {"prefixAdvertisements": [{"cidr": "10.0.0.0/8"}]}, "prefixAdvertisements"),
        ("node.node1", {"listenPort": 179, "logSeverityScreen": "Debug"}, None),
        ("node.elsewhere", {"listenPort": 1790}, None),
        ("other", {"listenPort": 1790}, None),
    ],
)
def test_a_node_s_own_configuration_that_goes_before_ours_is_named(name, spec, said):
    given = found("calico", [item("BGPConfiguration", name, spec)])
    assert [one.name for one in given] == ([f"BGPConfiguration {name}"] if said else [])
    assert all(said in one.what for one in given)
    assert names("calico", [item("BGPConfiguration", name, spec, OURS)]) == []


# -- Cilium ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["CiliumBGPClusterConfig", "CiliumBGPPeeringPolicy"])
@pytest.mark.parametrize(
    ("selector", "named"),
    [
        ({"nodeSelector": {"matchLabels": {"rack_id": RACK}}}, True),
        ({"nodeSelector": {"matchExpressions": [{"key": "rack_id", "operator": "In", "values": [RACK, "x"]}]}}, True),
        ({"nodeSelector": {}}, True),
        ({}, True),
        ({"nodeSelector": {"matchLabels": {"edge": "yes"}}}, False),
        ({"nodeSelector": {"matchExpressions": [{"key": "rack_id", "operator": "DoesNotExist"}]}}, False),
        (
            {"nodeSelector": {"matchExpressions": [{"key": "rack_id", "operator": "NotIn", "values": ALL_RACKS}]}},
            False,
        ),
    ],
)
def test_a_cilium_configuration_that_selects_our_nodes_is_named(kind, selector, named):
    assert names("cilium", [item(kind, "theirs", selector)]) == ([f"{kind} theirs"] if named else [])
    assert names("cilium", [item(kind, "ours", selector, OURS)]) == []


# -- FRR-K8s --------------------------------------------------------------------------------------------


def frr(neighbor: dict, selector: dict | None = None, vrf: str = "") -> dict:
    router = {"asn": 65003, **({"vrf": vrf} if vrf else {}), "neighbors": [{"address": LEAF, **neighbor}]}
    spec = {"nodeSelector": selector or {}, "bgp": {"routers": [router]}}
    return item("FRRConfiguration", "theirs", spec, namespace="frr-k8s-system")


@pytest.fixture
def same() -> dict:
    """A neighbour that says of the session what ours says."""
    own = ovn_kubernetes._own({**plan(), "cni": "ovn_kubernetes"})[LEAF]
    return {key: value for key, value in own.items() if key not in ("toReceive", "toAdvertise")}


def test_a_configuration_that_only_announces_is_as_it_should_be(same):
    assert names("ovn_kubernetes", [frr({**same, "toAdvertise": {"allowed": {"mode": "all"}}})]) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"toReceive": {"allowed": {"mode": "all"}}}, "takes every prefix from leaf 101"),
        ({"toReceive": {"allowed": {"prefixes": [{"prefix": "10.1.0.0/16", "le": 32}]}}}, "takes 10.1.0.0/16"),
        ({"toReceive": {"allowed": {"prefixes": [{"prefix": "0.0.0.0/0", "le": 32}]}}}, "takes 0.0.0.0/0"),
        ({"asn": 65009}, "other values of asn for"),
        ({"holdTime": "90s"}, "other values of holdTime for"),
        ({"ebgpMultiHop": True}, "other values of ebgpMultiHop for"),
        ({"passwordSecret": {}, "password": "x"}, None),
        ({"passwordSecret": {}, "password": ""}, "other values of password for"),
    ],
)
def test_a_configuration_that_lets_in_more_or_says_something_else_is_named(same, more, said):
    given = found("ovn_kubernetes", [frr({**same, **more})])
    assert [one.name for one in given] == (["FRRConfiguration frr-k8s-system/theirs"] if said else [])
    assert all(said in one.what for one in given)


def test_a_configuration_of_other_nodes_vrfs_or_makers_is_not_named(same):
    harmful = {**same, "toReceive": {"allowed": {"mode": "all"}}}
    assert names("ovn_kubernetes", [frr(harmful, {"matchLabels": {"edge": "yes"}})]) == []
    assert names("ovn_kubernetes", [frr(harmful, vrf="red")]) == []
    assert names("ovn_kubernetes", [frr({**harmful, "address": "192.0.2.1"})]) == []
    generated = frr(harmful)
    generated["metadata"]["labels"] = {"k8s.ovn.org/route-advertisements": ""}
    assert names("ovn_kubernetes", [generated]) == []


def test_a_duration_is_the_same_in_any_spelling(same):
    assert names("ovn_kubernetes", [frr({**same, "holdTime": "3000ms", "keepaliveTime": "0h0m1s"})]) == []


# -- kube-router ----------------------------------------------------------------------------------------


def daemonset(*arguments: str, place: str = "kube-system/kube-router", **container: object) -> dict:
    namespace, _slash, name = place.partition("/")
    given = {"image": "docker.io/cloudnativelabs/kube-router:v2.10.0", "args": list(arguments), **container}
    pod = {"containers": [{"image": "busybox"}, given]}
    return item("DaemonSet", name, {"template": {"spec": pod}}, namespace=namespace)


GLOBAL = "--peer-router-ips='1.2.3.4' --peer-router-asns=1"


@pytest.mark.parametrize(
    "given",
    [
        daemonset("--peer-router-ips=192.0.2.1", "--peer-router-asns=65002"),
        daemonset("--peer-router-ips", "192.0.2.1", "--peer-router-asns", "65002"),
        daemonset(command=["sh", "-c", "exec kube-router --peer-router-ips=192.0.2.1 --peer-router-asns=65002"]),
        daemonset(command=["sh", "-c", f"set -x\nkube-router \\\n  {GLOBAL}"]),
        daemonset(command=["sh", "-c", "kube-router $X"], env=[{"name": "X", "value": GLOBAL}]),
        daemonset("--peer-router-ips=192.0.2.1", "--peer-router-asns=65002", place="routing/agents"),
    ],
)
def test_kube_routers_global_peers_are_named(given):
    (one,) = found("kube_router", [given])
    assert "has --peer-router-asns, --peer-router-ips: with global peers" in one.what


@pytest.mark.parametrize(
    "given",
    [
        daemonset(),
        daemonset("--peer-router-multihop-ttl=5"),
        daemonset("--peer-router-ips="),
        daemonset(command=["sh", "-c", "# --peer-router-ips=192.0.2.1\nexec kube-router"]),
        daemonset("--run-router=false", place="kube-system/kube-router-firewall"),
        daemonset(command=["sh", "-c", "kube-router --run-router=False --run-firewall"], place="x/y"),
        daemonset(image="example.net/other", place="x/y"),
    ],
)
def test_a_kube_router_that_meets_no_session_is_not_named(given):
    assert found("kube_router", [given]) == []


@pytest.mark.parametrize(
    "given",
    [
        daemonset(place="other/kube-router"),
        daemonset("--run-router=true", place="kube-system/kube-router-2"),
        daemonset(image="mirror:5000/tools:1", command=["/usr/local/bin/kube-router"], place="x/y"),
        daemonset(image="mirror:5000/kube-router@sha256:1", place="x/y"),
    ],
)
def test_a_second_kube_router_that_routes_is_named(given):
    (one,) = found("kube_router", [given])
    assert one.what.startswith("runs kube-router's routing on node1, node2, node3, node4, node5 and 1 more beside ours")


def test_a_kube_router_on_other_nodes_is_not_named():
    given = daemonset("--peer-router-ips=192.0.2.1", place="x/y")
    given["spec"]["template"]["spec"]["nodeSelector"] = {"edge": "yes"}
    assert found("kube_router", [given]) == []
    assert names("kube_router", [given], nodes={"node2": {"edge": "yes"}}) == ["DaemonSet x/y"]


def of_node(annotations: dict, managers: list | None = None) -> list:
    """What is told of annotations of node1."""
    node = item("Node", "node1", {}, annotations=annotations, managedFields=managers or [])
    return findings({**plan(), "cni": "kube_router"}, {"daemonsets": []}, [node], [])[0]


PEERS = "kube-router.io/peers"


@pytest.mark.parametrize(
    ("annotations", "named"),
    [
        ({"kube-router.io/peer.ips": f"{LEAF},192.0.2.1"}, "192.0.2.1"),
        ({PEERS: '- remoteip: "192.0.2.1"\n  remoteasn: 65002\n'}, "192.0.2.1"),
        ({PEERS: "- {remoteasn: 65002, remoteip: 192.0.2.1, password: (secret)}"}, "192.0.2.1"),
        ({PEERS: "[{remoteip: '192.0.2.1'}]"}, "192.0.2.1"),
        ({PEERS: "- ? remoteip\n  : 192.0.2.1\n"}, "192.0.2.1"),
        ({PEERS: "- remoteip: &a 192.0.2.1\n- remoteip: *a\n"}, "192.0.2.1"),
        ({PEERS: "- RemoteIP:\n    192.0.2.1 # the remoteip of the firewall\n"}, "192.0.2.1"),
        ({PEERS: '[{"remoteip": "2001:db8::1", "remoteasn": 65002}]'}, "2001:db8::1"),
        ({PEERS: '[{"remoteip": "2001:DB8:0::1"}]'}, "2001:db8::1"),
        ({PEERS: f"- remoteip: {LEAF}\n"}, ""),
        ({PEERS: f"- remoteip: ::ffff:{LEAF}\n"}, ""),
        ({PEERS: ""}, ""),
        ({PEERS: "(secret)"}, "cannot be read"),
        ({PEERS: "- remoteip: ["}, "cannot be read"),
        ({PEERS: "\n" * 50000 + "remoteip" * 20000}, "cannot be read"),
        ({"kube-router.io/peer.ips": "nonsense,,"}, ""),
    ],
)
def test_annotations_with_unplanned_peers_are_named_unless_they_are_ours(annotations, named):
    said = of_node(annotations)
    assert [(one.name, named in one.what) for one in said] == ([("Node node1", True)] if named else [])
    fields = {"f:metadata": {"f:annotations": {f"f:{key}": {} for key in annotations}}}
    assert of_node(annotations, [{"manager": "kubefabric", "operation": "Apply", "fieldsV1": fields}]) == []


def test_peers_that_are_hidden_because_they_cannot_be_read_are_named():
    """As the API gives them to the module: masked."""
    text = "- remoteip: 192.0.2.1\n  # password: Z2VoZWlt\n"
    node = secrets.masked(item("Node", "node1", {}, annotations={PEERS: text}))
    (one,) = findings({**plan(), "cni": "kube_router"}, {}, [node], [])[0]
    assert "has kube-router.io/peers, which cannot be read" in one.what


LOCAL = plan()["nodes"]["node1"]["peers"][0]["local_address"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("node.asn", "65009", "puts the node into AS 65009, and the plan says 65003"),
        ("node.asn", "65003", None),
        ("rr.server", "42", "makes the node a route reflector"),
        ("rr.client", "42", "makes the node a client of route reflectors"),
        ("path-prepend.as", "65003", "makes the node's AS path longer"),
        ("path-prepend.repeat-n", "5", "makes the node's AS path longer"),
        ("bgp-local-addresses", "192.0.2.7", f"makes kube-router listen elsewhere than on {LOCAL}"),
        ("bgp-local-addresses", f"192.0.2.7,{LOCAL}", None),
        ("pod-cidr", "10.1.0.0/26", None),
    ],
)
def test_annotations_that_make_the_agent_another_one_are_named(key, value, said):
    given = of_node({f"kube-router.io/{key}": value})
    assert [one.name for one in given] == (["Node node1"] if said else [])
    assert all(said in one.what for one in given)
    assert all(one.remedy == f"Remove it: kubectl annotate node node1 kube-router.io/{key}-" for one in given)


# -- every CNI ------------------------------------------------------------------------------------------


def test_where_hosts_speak_and_for_other_networks_nothing_is_read():
    assert kinds({**plan(), "nested": {"speaker": "host"}}) == {}
    assert kinds({**plan(), "cni": "other"}) == {}
    assert findings({**plan(), "cni": "other"}, {}, [], []) == ([], [])
