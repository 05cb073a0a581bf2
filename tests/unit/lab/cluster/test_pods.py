"""lab.cluster.pods: what a kubelet works out from a Pod object."""

from __future__ import annotations

import pytest

from lab.cluster import pods
from lab.cluster.pods import ConfigError

NOTHING = {}


def lookup(kind: str, name: str):
    objects = {
        ("ConfigMap", "settings"): {"asn": "65003", "level": "1"},
        ("Secret", "bgp"): {"password": "s3cret"},
    }
    return objects.get((kind, name))


def pod(**container) -> dict:
    spec = {"name": "kube-router", "image": "docker.io/cloudnativelabs/kube-router:v2.10.0", **container}
    return {
        "metadata": {"name": "kube-router-x", "namespace": "kube-system", "uid": "u-1", "labels": {"app": "cni"}},
        "spec": {"nodeName": "node1", "containers": [spec]},
        "status": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "True"}]},
    }


def environment(container: dict, host_ips: list[str] | None = None) -> dict[str, str]:
    return pods.environment(pod(**container), container, host_ips or ["192.168.2.1"], lookup)


# -- which containers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"image": "docker.io/cloudnativelabs/kube-router:v2.10.0"}, True),
        ({"image": "kube-router"}, True),
        ({"image": "registry.example.net:5000/net/kube-router@sha256:00"}, True),
        ({"image": "mirror/net-agents:1", "command": ["/usr/local/bin/kube-router"]}, True),
        ({"image": "quay.io/metallb/frr-k8s:v0.0.20"}, True),
        ({"image": "quay.io/cilium/cilium:v1.20.2", "command": ["cilium-agent"]}, True),
        ({"image": "quay.io/cilium/operator-generic:v1.20.2", "command": ["cilium-operator-generic"]}, True),
        ({"image": "quay.io/cilium/cilium-envoy:v1.36", "command": ["/usr/bin/cilium-envoy-starter"]}, False),
        ({"image": "mirror/kube-router-exporter:1"}, False),
        ({"image": "quay.io/frrouting/frr:9.1.0"}, False),
        ({"image": "busybox", "command": ["sh", "-c", "echo kube-router"]}, False),
    ],
)
def test_a_container_is_the_agent_by_the_name_of_its_image_or_of_its_command(container, expected):
    assert pods.is_agent_container(container) is expected


# -- environment ------------------------------------------------------------------------------------------


def test_the_downward_api_gives_names_and_addresses():
    paths = ["spec.nodeName", "metadata.name", "status.hostIP", "status.podIPs", "metadata.labels['app']"]
    env = [{"name": f"V{n}", "valueFrom": {"fieldRef": {"fieldPath": path}}} for n, path in enumerate(paths)]
    found = environment({"env": env}, ["192.168.2.1", "fd00:2::1"])
    assert [found[f"V{n}"] for n in range(5)] == [
        *("node1", "kube-router-x", "192.168.2.1", "192.168.2.1,fd00:2::1", "cni"),
    ]


def test_values_come_from_config_maps_and_secrets():
    found = environment(
        {
            "envFrom": [{"configMapRef": {"name": "settings"}, "prefix": "SET_"}],
            "env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "bgp", "key": "password"}}}],
        }
    )
    assert (found["SET_asn"], found["PASSWORD"]) == ("65003", "s3cret")


def test_a_value_sees_those_before_it():
    env = [{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)2"}, {"name": "C", "value": "$(D)"}]
    assert {name: environment({"env": env})[name] for name in "ABC"} == {"A": "1", "B": "12", "C": "$(D)"}


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ({"configMapKeyRef": {"name": "nope", "key": "asn"}}, 'configmap "nope" not found'),
        ({"secretKeyRef": {"name": "bgp", "key": "nope"}}, "couldn't find key nope in Secret bgp"),
        ({"fieldRef": {"fieldPath": "spec.nope"}}, "fieldRef spec.nope is not supported"),
    ],
)
def test_a_reference_to_nothing_is_kubelets_error(reference, message):
    with pytest.raises(ConfigError) as error:
        environment({"env": [{"name": "X", "valueFrom": reference}]})
    assert str(error.value) == message


def test_an_optional_reference_to_nothing_leaves_the_variable_unset():
    reference = {"configMapKeyRef": {"name": "nope", "key": "asn", "optional": True}}
    assert "X" not in environment({"env": [{"name": "X", "valueFrom": reference}]})


def test_the_api_server_is_found_on_the_node_unless_the_pod_says_otherwise():
    assert environment({})["KUBERNETES_SERVICE_HOST"] == "127.0.0.1"
    assert environment({})["KUBERNETES_SERVICE_PORT"] == "6443"
    chosen = environment({"env": [{"name": "KUBERNETES_SERVICE_HOST", "value": "192.168.2.3"}]})
    assert chosen["KUBERNETES_SERVICE_HOST"] == "192.168.2.3"


# -- command line -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("--asn=$(ASN)", "--asn=65003"),
        ("$$(ASN)", "$(ASN)"),
        ("$(NOPE)", "$(NOPE)"),
        ("$ASN", "$ASN"),
        ("$$$(ASN)", "$65003"),
    ],
)
def test_dollar_parentheses_are_expanded_as_kubernetes_does(text, expanded):
    assert pods.expand(text, {"ASN": "65003"}) == expanded


def test_the_agent_gets_the_pods_arguments_and_then_the_labs_few():
    container = {"image": "kube-router", "args": ["--run-service-proxy=true", "--hostname-override=$(NODE)"]}
    line = pods.command_line(container, {"NODE": "node1"})
    assert line == [
        "/usr/local/bin/kube-router",
        "--run-service-proxy=true",
        "--hostname-override=node1",
        "--run-service-proxy=false",
    ]


def test_frr_k8s_gets_the_pods_arguments_alone():
    line = pods.command_line({"image": "metallb/frr-k8s:v0.0.20", "args": ["--node-name=$(NODE)"]}, {"NODE": "node1"})
    assert line == ["/frr-k8s", "--node-name=node1"]


def test_the_labs_arguments_cannot_be_hidden_behind_a_double_dash():
    assert pods.command_line({"command": ["kube-router", "--"]}, {}) == [
        "kube-router",
        "--run-service-proxy=false",
        "--",
    ]


def test_an_init_container_gets_its_arguments_alone():
    assert pods.plain_command_line({"command": ["sh", "-c"], "args": ["$(A)"]}, {"A": "x"}) == ["sh", "-c", "x"]


# -- status -----------------------------------------------------------------------------------------------

RUNNING = {"ready": True, "started": True, "restartCount": 0, "state": {"running": {"startedAt": "t1"}}}
CRASHED = {
    **{"ready": False, "started": False, "restartCount": 0, "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
    "lastState": {"terminated": {"exitCode": 2}},
}
MISSING = {"ready": False, "started": False, "restartCount": 0, "state": {"waiting": {"reason": "ContainerCreating"}}}


def conditions(status: dict) -> dict[str, str]:
    return {item["type"]: item["status"] for item in status["conditions"]}


def test_a_running_agent_makes_its_pod_ready_at_its_nodes_addresses():
    status = pods.pod_status(pod(), {"kube-router": RUNNING}, ["192.168.2.1", "fd00:2::1"], "t2")
    assert status["phase"] == "Running"
    assert status["podIP"] == status["hostIP"] == "192.168.2.1"
    assert status["podIPs"] == [{"ip": "192.168.2.1"}, {"ip": "fd00:2::1"}]
    assert conditions(status) == {
        **{"PodScheduled": "True", "Initialized": "True", "ContainersReady": "True", "Ready": "True"}
    }


def test_a_crashed_agent_makes_its_pod_unready_but_running():
    status = pods.pod_status(pod(), {"kube-router": CRASHED}, ["192.168.2.1"], "t2")
    assert (status["phase"], conditions(status)["Ready"]) == ("Running", "False")


def test_an_agent_that_never_started_leaves_its_pod_pending():
    assert pods.pod_status(pod(), {"kube-router": MISSING}, [], "t2")["phase"] == "Pending"


def test_a_condition_keeps_its_time_until_it_changes():
    old = [{"type": "Ready", "status": "True", "lastTransitionTime": "t1"}]
    kept = pods.merge_conditions(old, [{"type": "Ready", "status": "True"}], "t2")
    moved = pods.merge_conditions(old, [{"type": "Ready", "status": "False"}], "t2")
    assert (kept[0]["lastTransitionTime"], moved[0]["lastTransitionTime"]) == ("t1", "t2")


@pytest.mark.parametrize(
    ("entry", "word"), [(RUNNING, "Running"), (CRASHED, "CrashLoopBackOff"), ({**RUNNING, "ready": False}, "NotReady")]
)
def test_a_pods_state_in_one_word_is_kubectls(entry, word):
    given = pod()
    given["status"]["containerStatuses"] = [{"name": "kube-router", **entry}]
    assert pods.state_word(given) == word
    given["metadata"]["deletionTimestamp"] = "t"
    assert pods.state_word(given) == "Terminating"
