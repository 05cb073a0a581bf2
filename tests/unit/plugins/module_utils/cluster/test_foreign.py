"""Objects of others that conflict with the plan's sessions, by CNI: which are named, and which are not."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import ownership, secrets
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.foreign import findings, kinds, ovn_kubernetes
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.foreign.view import View, text
from tests.plans import plan

RACK = plan()["nodes"]["node1"]["rack_id"]
ALL_RACKS = sorted({node["rack_id"] for node in plan()["nodes"].values()})
LEAF = plan()["nodes"]["node1"]["peers"][0]["address"]


def item(kind: str, name: str, spec: dict, labels: dict | None = None, **metadata: object) -> dict:
    return {"kind": kind, "metadata": {"name": name, "labels": labels or {}, **metadata}, "spec": spec}


def found(
    cni: str, objects: list, nodes: dict | None = None, accepted: list | None = None, options: dict | None = None
) -> list:
    """What is named of objects in a cluster whose Nodes have these labels; ``options`` are the CNI's."""
    given = {**plan(), "cni": cni, **({cni: options} if options else {})}
    live = [item("Node", name, {}, (nodes or {}).get(name)) for name in given["nodes"]]
    read = {name: [one for one in objects if _is(one, asked)] for name, asked in kinds(given).items()}
    return findings(given, read, live, accepted or [])[0]


def _is(one: dict, asked: dict) -> bool:
    """Whether an object is of a kind that is asked for; those here have no version but MetalLB's."""
    return one["kind"] == asked["kind"] and one.get("apiVersion", "") in ("", asked["api_version"])


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


PEER = f"leaf-{plan()['nodes']['node1']['peers'][0]['leaf']}-ipv4"


def override(name: str, *instances: dict, **metadata: object) -> dict:
    return item("CiliumBGPNodeConfigOverride", name, {"bgpInstances": list(instances)}, **metadata)


@pytest.mark.parametrize(
    ("name", "instance", "said"),
    [
        ("node1", {"name": "fabric", "localASN": 65009, "localPort": 1790}, "says localASN, localPort of instance"),
        ("node1", {"name": "fabric", "routerID": "10.0.0.1"}, "says routerID of instance fabric, which is ours"),
        ("node1", {"name": "fabric", "peers": [{"name": PEER, "localAddress": "10.0.0.9"}]}, "says peers of instance"),
        ("node1", {"name": "fabric", "peers": [{"name": "other", "localAddress": "10.0.0.9"}]}, None),
        ("node1", {"name": "storage", "localASN": 65009}, None),
        ("node1", {"name": "fabric"}, None),
        ("elsewhere", {"name": "fabric", "localASN": 65009}, None),
    ],
)
def test_an_override_of_our_instance_on_a_node_is_named(name, instance, said):
    told = found("cilium", [override(name, instance)], options={"pin_local_addresses": False})
    assert [said in one.what for one in told] == ([True] if said else [])
    assert found("cilium", [override(name, instance, labels=OURS)], options={"pin_local_addresses": False}) == []


def test_an_override_under_the_name_of_ours_is_left_to_adoption():
    theirs = [override(name, {"name": "fabric", "localASN": 65009}) for name in ("node1", "node2")]
    options = {"pin_local_addresses": False, "nodes": {"node1": {"listen_port": 1790}}}
    assert names("cilium", theirs, options=options) == ["CiliumBGPNodeConfigOverride node2"]
    assert names("cilium", theirs) == []  # ours have the sessions' addresses


# -- MetalLB beside a CNI -------------------------------------------------------------------------------


def metallb(spec: dict) -> dict:
    return {**item("BGPPeer", "tor", spec, namespace="metallb-system"), "apiVersion": "metallb.io/v1beta2"}


METALLB = {"peerAddress": LEAF, "peerASN": 65002, "myASN": 65003}


@pytest.mark.parametrize("cni", ["calico", "cilium", "kube_router"])
@pytest.mark.parametrize(
    ("spec", "named"),
    [
        (METALLB, True),
        ({**METALLB, "peerPort": 179, "nodeSelectors": []}, True),
        ({**METALLB, "nodeSelectors": [{"matchLabels": {"a": "b"}}, {"matchLabels": {"rack_id": RACK}}]}, True),
        ({**METALLB, "nodeSelectors": [{"matchLabels": {"a": "b"}}]}, False),
        ({**METALLB, "peerPort": 1790}, False),
        ({**METALLB, "vrf": "storage"}, False),
        ({**METALLB, "peerAddress": "192.0.2.1"}, False),
        ({**METALLB, "peerAddress": "fe80::x"}, False),
    ],
)
def test_a_peer_of_metallb_to_a_leaf_is_named(cni, spec, named):
    assert names(cni, [metallb(spec)]) == (["BGPPeer metallb-system/tor"] if named else [])


def test_what_metallb_does_to_our_session_is_said():
    (said,) = found("calico", [metallb(METALLB)])
    assert text(said) == (
        "BGPPeer metallb-system/tor lets MetalLB's speaker on node1, node2, node3 open a session of its own with leaf "
        f"101 ({LEAF}), and one of it and ours alone can be up. Announce MetalLB's pools by this collection "
        "(networks.external_service), and remove it: kubectl delete bgppeers.metallb.io -n metallb-system tor"
    )


def test_metallb_beside_frr_k8s_shares_its_speaker():
    assert names("ovn_kubernetes", [metallb(METALLB)]) == []
    assert not any(
        one["api_version"].startswith("metallb.io") for one in kinds({**plan(), "cni": "ovn_kubernetes"}).values()
    )


# -- FRR-K8s --------------------------------------------------------------------------------------------


OVN = {**plan(), "cni": "ovn_kubernetes"}
LITE = {"interface": "eth1", "attach": "host", "peers": [{"address": "10.9.0.1", "asn": 65020}]}
RED = {"subnets": ["10.8.0.0/16"], "namespaces": ["red"], "advertise": "own_vrf", "vrf_lite": LITE}
IN_VRF = {**OVN, "ovn_kubernetes": {"gateway_mode": "local", "networks": {"red": RED}}}


def frr(neighbor: dict, selector: dict | None = None, vrf: str = "", **more: object) -> dict:
    router = {"asn": 65003, **({"vrf": vrf} if vrf else {}), "neighbors": [{"address": LEAF, **neighbor}]}
    spec = {"nodeSelector": selector or {}, "bgp": {"routers": [router]}, **more}
    return item("FRRConfiguration", "theirs", spec, namespace="frr-k8s-system")


def merged(given: dict, *objects: dict) -> list:
    """What is told of FRRConfigurations beside this plan's."""
    live = [item("Node", name, {}) for name in given["nodes"]]
    return findings(given, {"configurations": list(objects)}, live, [])[0]


def own(given: dict, vrf: str = "", address: str = LEAF) -> dict:
    """A neighbour that says of the session what ours says, and lets nothing in or out."""
    said = ovn_kubernetes.ours_of(View(given, {}, [])).neighbors[vrf, address]["node1"]
    return {key: value for key, value in said.items() if key not in ("toReceive", "toAdvertise")}


@pytest.fixture
def same() -> dict:
    return own(OVN)


def test_a_configuration_that_only_announces_is_as_it_should_be(same):
    assert names("ovn_kubernetes", [frr({**same, "toAdvertise": {"allowed": {"mode": "all"}}})]) == []


def receiving(prefix: str, **more: int) -> dict:
    return {"toReceive": {"allowed": {"prefixes": [{"prefix": prefix, **more}]}}}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"toReceive": {"allowed": {"mode": "all"}}}, "takes every prefix from leaf 101"),
        (receiving("10.1.0.0/16", le=32), f"takes 10.1.0.0/16 le 32 from leaf 101 ({LEAF}), which lies in"),
        (receiving("10.1.4.0/24"), "networks of the cluster (pod)"),
        (receiving("10.96.0.0/12", ge=24), "networks of the cluster (service)"),
        (receiving("192.168.2.7/32"), "networks of the cluster (node)"),
        (receiving("192.168.3.0/24"), "networks of the cluster (external service)"),
        (receiving("0.0.0.0/0", le=32), "takes 0.0.0.0/0 le 32"),
        (receiving("0.0.0.0/0"), None),
        (receiving("0.0.0.0/0", le=8), None),
        (receiving("10.0.0.0/8", le=12), None),
        (receiving("2001:db8::/32", le=128), None),
        (receiving("nonsense"), None),
        ({"asn": 65009}, "other values of asn for"),
        ({"asn": 0, "dynamicASN": "external"}, "other values of asn, dynamicASN for"),
        ({"localASN": 65100}, "other values of localASN for"),
        ({"holdTime": "90s"}, "other values of holdTime for"),
        ({"ebgpMultiHop": True}, "other values of ebgpMultiHop for"),
        ({"sourceaddress": "192.0.2.9"}, "other values of sourceaddress for"),
        ({"dualStackAddressFamily": True}, "other values of dualStackAddressFamily for"),
        ({"disableMP": True}, None),  # without effect in these releases
        ({"port": 179}, None),
        ({"passwordSecret": {}, "password": "x"}, None),
        ({"passwordSecret": {}, "password": ""}, "other values of password for"),
        ({"bfdProfile": "theirs"}, "brings BFD (profile theirs) into the session with leaf 101"),
        ({"enableGracefulRestart": False}, "another enableGracefulRestart for leaf 101"),
        ({"toAdvertise": {"nextHop": {"ipv4": "192.0.2.9"}}}, "sets the next hop 192.0.2.9 of all that leaf 101"),
    ],
)
def test_a_configuration_that_lets_in_more_or_says_something_else_is_named(same, more, said):
    given = found("ovn_kubernetes", [frr({**same, **more})])
    assert [one.name for one in given] == (["FRRConfiguration frr-k8s-system/theirs"] if said else [])
    assert all(said in one.what for one in given)


def test_what_ours_receives_too_is_no_finding():
    rule = {"prefix": "172.20.0.0/16", "le": 24}
    given = {**OVN, "ovn_kubernetes": {"receive": [rule]}, "networks": {**OVN["networks"], "node": ["172.20.0.0/20"]}}
    assert merged(given, frr({**own(given), **receiving("172.20.0.0/16", le=24)})) == []
    assert len(merged(given, frr({**own(given), **receiving("172.20.0.0/16", le=25)}))) == 1


def test_where_ours_disables_multiprotocol_theirs_has_to():
    given = {**OVN, "ovn_kubernetes": {"version": "1.3.0"}}
    assert merged(given, frr(own(given))) == []
    (one,) = merged(given, frr({**own(given), "disableMP": False}))
    assert "other values of disableMP for" in one.what


def test_of_two_bfd_profiles_the_names_and_of_one_name_the_values_have_to_be_the_same():
    bgp = {"bfd": True, "bfd_min_rx": 50, "bfd_min_tx": 50, "bfd_multiplier": 3}
    given = {**OVN, "l3out": {**OVN["l3out"], "bgp": {**OVN["l3out"].get("bgp", {}), **bgp}}}
    assert own(given)["bfdProfile"] == "kubefabric"
    assert merged(given, frr(own(given))) == []
    assert merged(given, frr({**own(given), "bfdProfile": ""})) == []  # ours stays
    (one,) = merged(given, frr({**own(given), "bfdProfile": "theirs"}))
    assert "other values of bfdProfile for" in one.what
    other = item("FRRConfiguration", "x", {"bgp": {"bfdProfiles": [{"name": "kubefabric", "detectMultiplier": 9}]}})
    (one,) = merged(given, other)
    assert "its BFD profile kubefabric has other values than ours" in one.what


def router(**given: object) -> dict:
    return item("FRRConfiguration", "x", {"bgp": {"routers": [{"asn": 65003, **given}]}})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (router(asn=65009), "it says AS 65009 for the default VRF and ours AS 65003, and FRR-K8s refuses"),
        (router(id="192.0.2.1"), "it says router ID 192.0.2.1 for the default VRF of node1 and ours 192.168.2.1"),
        (router(asn=65009, vrf="red"), "it says AS 65009 for VRF red and ours AS 65003"),
        (router(id="192.0.2.1", vrf="red"), "it says router ID 192.0.2.1 for VRF red of node1"),
        (router(asn=65009, vrf="blue"), None),
        (router(prefixes=["192.168.3.0/24"]), None),
        (item("FRRConfiguration", "x", {"raw": {"rawConfig": "router bgp 65003\n"}}), "its raw.rawConfig is added"),
        (item("FRRConfiguration", "x", {"raw": {"priority": 5}}), None),
        (item("FRRConfiguration", "x", {}), None),
    ],
)
def test_a_configuration_without_our_neighbours_may_still_be_refused_or_change_them(given, said):
    told = merged(IN_VRF, given)
    assert [one.name for one in told] == (["FRRConfiguration x"] if said else [])
    assert all(said in one.what for one in told)
    given["spec"]["nodeSelector"] = {"matchLabels": {"edge": "yes"}}
    assert merged(IN_VRF, given) == []


def test_a_router_id_of_one_node_is_held_against_that_node_s():
    mine = router(id="192.168.2.2")
    mine["spec"]["nodeSelector"] = {"matchLabels": {"kubernetes.io/hostname": "node2"}}
    assert merged(OVN, mine) == []
    mine["spec"]["nodeSelector"] = {"matchLabels": {"kubernetes.io/hostname": "node3"}}
    assert len(merged(OVN, mine)) == 1


def test_a_neighbour_of_ours_in_a_vrf_is_held_against_ours():
    fine = own(IN_VRF, "red", "10.9.0.1")
    assert merged(IN_VRF, frr(fine, vrf="red")) == []
    (one,) = merged(IN_VRF, frr({**fine, "holdTime": "90s"}, vrf="red"))
    assert "other values of holdTime for 10.9.0.1 in VRF red" in one.what
    (one,) = merged(IN_VRF, frr({**fine, **receiving("10.8.4.0/24")}, vrf="red"))
    assert "takes 10.8.4.0/24 from 10.9.0.1 in VRF red, which lies in networks of the cluster (network red)" in one.what


def test_a_configuration_of_other_nodes_vrfs_or_makers_is_not_named(same):
    harmful = {**same, "toReceive": {"allowed": {"mode": "all"}}}
    assert names("ovn_kubernetes", [frr(harmful, {"matchLabels": {"edge": "yes"}})]) == []
    assert names("ovn_kubernetes", [frr(harmful, vrf="red")]) == []
    assert names("ovn_kubernetes", [frr({**harmful, "address": "192.0.2.1"})]) == []
    generated = frr(harmful)
    generated["metadata"]["labels"] = {"k8s.ovn.org/route-advertisements": ""}
    assert names("ovn_kubernetes", [generated]) == []


@pytest.mark.parametrize("hold", ["3000ms", "3.9s", "0h0m3s"])
def test_a_duration_is_the_same_in_any_spelling(same, hold):
    assert names("ovn_kubernetes", [frr({**same, "holdTime": hold, "keepaliveTime": "0h0m1s"})]) == []


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
        daemonset("--exclude", "kube-router", image="example.net/other", place="x/y"),
        daemonset("kube-router", image="example.net/other", command=["/bin/watch"], place="x/y"),
        daemonset(image="example.net/other", env=[{"name": "APP", "value": "kube-router"}], place="x/y"),
        daemonset(image="busybox", command=["sh", "-c", "watch --exclude kube-router"], place="x/y"),
        daemonset(image="busybox", command=["sh", "-c", "# kube-router\nexec watch"], place="x/y"),
        daemonset(image="busybox", command=["sh", "-c", "mkdir -p /var/lib/kube-router"], place="x/y"),
        daemonset(image="busybox", command=["sh", "-c", "watch \\\n  --exclude \\\n  kube-router"], place="x/y"),
        daemonset(image="busybox", command=["sh", "/watch.sh", "kube-router"], place="x/y"),
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
        daemonset("--run-router", image="tools", command=["kube-router"], place="x/y"),
        daemonset("-c", "sleep 1; kube-router", image="tools", command=["/bin/sh"], place="x/y"),
        daemonset(image="tools", command=["sh", "-c", "set -x\nexec /opt/kube-router --v=1"], place="x/y"),
        daemonset(image="tools", command=["sh", "-c", "set -e && kube-router"], place="x/y"),
        daemonset(image="tools", command=["sh", "-c", "A=1 exec kube-router"], place="x/y"),
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


def test_what_others_wrote_adds_no_line_and_is_cut():
    (one,) = of_node({"kube-router.io/node.asn": "1\n2. BGPPeer x is fine \x1b[2J" + "x" * 100_000})
    assert "\n" not in one.what
    assert "\x1b" not in one.what
    assert len(one.what) < 1100


def test_where_hosts_speak_and_for_other_networks_nothing_is_read():
    assert kinds({**plan(), "nested": {"speaker": "host"}}) == {}
    assert kinds({**plan(), "cni": "other"}) == {}
    assert findings({**plan(), "cni": "other"}, {}, [], []) == ([], [])
