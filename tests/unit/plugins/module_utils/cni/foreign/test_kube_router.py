"""Agents and annotations that conflict with the plan's sessions of kube-router: which are named, and which are not."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.foreign import findings
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects import secrets
from tests.plans import plan

from .others import LEAF, found, item, names, of_node


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
