"""Nothing secret survives masking, and a change is still seen."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects import secrets
from tests.plans import plan

PASSWORD = "123Cisco123"
ENCODED = base64.b64encode(PASSWORD.encode()).decode()


@pytest.mark.parametrize("version", ["2.10.0", "2.6.3"])
def test_no_resource_of_a_cluster_shows_the_password_once_masked(version):
    made = resources({**plan("ipv4", "ipv6"), "kube_router": {"version": version}}, {"bgp_password": PASSWORD})
    assert ENCODED in str(made)
    for resource in made:
        assert ENCODED not in str(secrets.masked(resource)) and PASSWORD not in str(secrets.masked(resource))


def test_every_secret_text_is_known_encoded_and_decoded():
    node = resources(plan(), {"bgp_password": PASSWORD})[0]
    assert secrets.values(node) == {PASSWORD, ENCODED}


def test_a_changed_secret_shows_as_changed_and_an_equal_one_does_not():
    before, after = ({"kind": "Secret", "data": {"a": "b25l", "b": text}} for text in ("b25l", "dHdv"))
    hidden = secrets.masked_pair(before, after)
    assert [state["data"] for state in hidden] == [
        {"a": "(secret)", "b": "(secret)"},
        {"a": "(secret)", "b": "(secret, changed)"},
    ]


def test_a_new_object_has_secrets_but_no_changes():
    assert secrets.masked_pair(None, {"kind": "Secret", "data": {"a": "b25l"}})[1]["data"] == {"a": "(secret)"}


LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def annotated(text: str) -> dict:
    """A Node with a value of kubectl's own annotation."""
    return {"kind": "Node", "metadata": {"name": "n1", "annotations": {LAST_APPLIED: text, "other": "shown"}}}


def test_a_secret_in_clear_text_is_hidden_like_an_encoded_one():
    secret = {"kind": "Secret", "data": {"a": ENCODED}, "stringData": {"a": PASSWORD, "b": "other"}}
    assert secrets.masked(secret) == {
        "kind": "Secret",
        "data": {"a": "(secret)"},
        "stringData": {"a": "(secret)", "b": "(secret)"},
    }
    assert {PASSWORD, "other"} <= secrets.values({"kind": "Secret", "stringData": secret["stringData"]})


def test_what_kubectl_applied_last_is_hidden_whole_for_it_holds_every_secret_once_more():
    text = '{"kind": "Node",\n "metadata": {"annotations": {"kube-router.io/peers": "- password: \\"c2VjcmV0\\""}}}'
    annotations = secrets.masked(annotated(text))["metadata"]["annotations"]
    assert annotations == {LAST_APPLIED: "(secret)", "other": "shown"}
    assert text in secrets.values(annotated(text))
    _before, after = secrets.masked_pair(annotated("one"), annotated("two"))
    assert after["metadata"]["annotations"][LAST_APPLIED] == "(secret, changed)"


def test_what_is_no_secret_stays_readable():
    config = {"kind": "ConfigMap", "data": {"a": "shown"}, "stringData": {"b": "shown"}}
    assert secrets.masked(config) == config
    assert secrets.values(config) == set()


def test_each_password_of_an_annotation_is_hidden_and_known_alone():
    peers = '- remoteip: "192.0.2.1"\n  password: "b25l"\n- password: "dHdv"\n  remoteip: "192.0.2.2"\n'
    node = {"kind": "Node", "metadata": {"annotations": {"kube-router.io/peers": peers}}}
    hidden = '- remoteip: "192.0.2.1"\n  password: "(secret)"\n- password: "(secret)"\n  remoteip: "192.0.2.2"\n'
    assert secrets.masked(node)["metadata"]["annotations"]["kube-router.io/peers"] == hidden
    assert secrets.values(node) == {"b25l", "one", "dHdv", "two"}
    changed = {"kind": "Node", "metadata": {"annotations": {"kube-router.io/peers": peers.replace("dHdv", "dGhyZWU=")}}}
    _before, after = secrets.masked_pair(node, changed)
    assert after["metadata"]["annotations"]["kube-router.io/peers"].count("(secret)") == 1
    assert after["metadata"]["annotations"]["kube-router.io/peers"].count("(secret, changed)") == 1


def test_a_list_of_passwords_is_known_whole_and_by_its_parts():
    node = {"kind": "Node", "metadata": {"annotations": {"kube-router.io/peer.passwords": "b25l,,dHdv"}}}
    assert secrets.masked(node)["metadata"]["annotations"] == {"kube-router.io/peer.passwords": "(secret)"}
    assert secrets.values(node) == {"b25l,,dHdv", "b25l", "dHdv", "one", "two"}


def test_a_state_that_is_not_there_has_no_secrets():
    assert secrets.values(None) == set()
    assert secrets.masked_pair({"kind": "Secret", "data": {"a": "b25l"}}, None) == (
        {"kind": "Secret", "data": {"a": "(secret)"}},
        None,
    )


def test_masking_leaves_the_object_itself_as_it_is():
    secret = {"kind": "Secret", "data": {"a": ENCODED}}
    secrets.masked(secret)
    assert secret == {"kind": "Secret", "data": {"a": ENCODED}}


def test_secrets_of_one_object_are_told_apart_by_field_and_key():
    secret = {"kind": "Secret", "data": {"a": "b25l", "b": "dHdv"}, "stringData": {"a": "three"}}
    _before, after = secrets.masked_pair(secret, secret)
    assert after == {
        "kind": "Secret",
        "data": {"a": "(secret)", "b": "(secret)"},
        "stringData": {"a": "(secret)"},
    }


def test_secrets_of_annotations_are_told_apart_by_annotation_and_place():
    peers = '- password: "b25l"\n- password: "dHdv"\n'
    annotations = {"kube-router.io/peers": peers, "kube-router.io/peer.passwords": "dGhyZWU=", LAST_APPLIED: "four"}
    node = {"kind": "Node", "metadata": {"annotations": annotations}}
    _before, after = secrets.masked_pair(node, node)
    assert "changed" not in str(after)


def test_a_secret_that_is_no_base64_is_known_as_it_is():
    assert secrets.values({"kind": "Secret", "stringData": {"a": "geheimnis\u00e4"}}) == {"geheimnis\u00e4"}
    assert secrets.values({"kind": "Secret", "data": {"a": "/w=="}}) == {"/w=="}


def peers(text: str) -> dict:
    """A Node with kube-router's peers."""
    return {"kind": "Node", "metadata": {"annotations": {"kube-router.io/peers": text}}}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('[{remoteip: 10.0.0.1, password: "Z2VoZWlt"}]', '[{remoteip: 10.0.0.1, password: "(secret)"}]'),
        ('[{"remoteip":"10.0.0.1","password":"Z2VoZWlt"}]', '[{"remoteip":"10.0.0.1","password":"(secret)"}]'),
        ("- password : Z2VoZWlt\n  remoteip: 10.0.0.1\n", "- password : (secret)\n  remoteip: 10.0.0.1\n"),
        ("- ? password\n  : Z2VoZWlt\n", "- ? password\n  : (secret)\n"),
        ("- password: 'Z2VoZWlt' # old\n", "- password: '(secret)' # old\n"),
        ("- Password: Z2VoZWlt\n", "- Password: (secret)\n"),
        ("- 'password': >-\n    Z2VoZWlt\n  remoteip: 10.0.0.1\n", "- 'password': (secret)\n  remoteip: 10.0.0.1\n"),
        ("- &p {password: Z2VoZWlt}\n- *p\n", "- &p {password: (secret)}\n- *p\n"),
        ("- remoteip: &p Z2VoZWlt\n  password: *p\n", "- remoteip: (secret)\n  password: *p\n"),
        ("- password: [Z2VoZWlt, other]\n", "- password: (secret)\n"),
        ("- remoteip: 10.0.0.1\n# password: Z2VoZWlt\n", "(secret)"),
        ("- password: Z2VoZWlt\n bad: [", "(secret)"),
        ("[" * 4000 + "{password: Z2VoZWlt}", "(secret)"),
        ("x" * 20000, "(secret)"),
    ],
)
def test_passwords_of_peers_are_hidden_in_every_style_of_yaml(text, hidden):
    shown = secrets.masked(peers(text))
    assert shown["metadata"]["annotations"]["kube-router.io/peers"] == hidden
    assert "Z2VoZWlt" not in str(shown)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (
            "exec kube-router --run-router=true --peer-router-passwords=Z2VoZWlt,b3RoZXI= --v=2",
            "exec kube-router --run-router=true --peer-router-passwords=(secret) --v=2",
        ),
        (
            "kube-router --peer-router-passwords Z2VoZWlt; sleep 1",
            "kube-router --peer-router-passwords (secret); sleep 1",
        ),
        ("a --password='Z2VoZWlt x' && b", "a --password='(secret)' && b"),
        ('a --token "Z2VoZWlt"', 'a --token "(secret)"'),
        ("a --password-file=/etc/x --secretless y", "a --password-file=/etc/x --secretless y"),
        ("a --password", "a --password"),
    ],
)
def test_flags_within_a_command_for_a_shell_are_hidden(command, shown):
    daemonset = {"kind": "DaemonSet", "spec": {"containers": [{"command": ["sh", "-c", command]}]}}
    assert secrets.masked(daemonset)["spec"]["containers"][0]["command"] == ["sh", "-c", shown]
    variable = {"kind": "DaemonSet", "spec": {"env": [{"name": "ARGS", "value": command}]}}
    assert secrets.masked(variable)["spec"]["env"][0]["value"] == shown


@pytest.mark.parametrize(
    "text",
    [
        '{"kind":"Secret","data":{"a":"Z2VoZWlt"}}',
        "kind: Secret\nmetadata: {name: a}\ndata:\n  a: Z2VoZWlt\n",
        '{"metadata":{"annotations":{"kube-router.io/peer.passwords":"Z2VoZWlt"}}}',
        '{"spec":{"neighbors":[{"password":"Z2VoZWlt"}]}}',
        "the Password is Z2VoZWlt",
        "kind: Secret\ndata: {a: Z2VoZWlt}\n" + "# more\n" * 4000,
    ],
)
def test_a_copy_of_an_object_with_secrets_is_hidden_whatever_tool_keeps_it(text):
    node = {"kind": "Node", "metadata": {"annotations": {"tool.example/last": text, "other": "shown"}}}
    assert secrets.masked(node)["metadata"]["annotations"] == {"tool.example/last": "(secret)", "other": "shown"}


def test_secrets_within_other_objects_are_hidden():
    """A List, and whatever else carries whole objects."""
    secret = {"kind": "Secret", "metadata": {"annotations": {LAST_APPLIED: "geheim"}}, "data": {"a": "geheim"}}
    shown = secrets.masked({"kind": "List", "items": [secret], "spec": {"workload": {"manifests": [secret]}}})
    assert "geheim" not in str(shown)
    assert shown["items"][0]["data"] == {"a": "(secret)"}
    assert "geheim" in secrets.values({"kind": "List", "items": [secret]})


def test_files_and_passwords_in_a_config_map_are_hidden():
    data = {
        "frr.conf": "router bgp 1\n neighbor 192.0.2.1 password geheim\n neighbor 192.0.2.1 timers 1 3\n",
        "bird.conf": 'protocol bgp a {\n  password "geheim; x";\n}\n',
        "peers.yml": "peers:\n- password: geheim\n  address: 192.0.2.1\n",
        "bgp-password": "geheim",
        "cni-conf.json": '{"type": "bridge"}',
    }
    shown = secrets.masked({"kind": "ConfigMap", "metadata": {"name": "a"}, "data": data})["data"]
    assert "geheim" not in str(shown)
    assert shown["frr.conf"].splitlines()[1:] == [
        " neighbor 192.0.2.1 password (secret)",
        " neighbor 192.0.2.1 timers 1 3",
    ]
    assert shown["cni-conf.json"] == data["cni-conf.json"]
    assert "address: 192.0.2.1" in shown["peers.yml"]


@pytest.mark.parametrize(
    "resource",
    [
        {"kind": "SecretList", "items": [{"metadata": {"name": "a"}, "data": {"a": "geheim"}}]},
        {"kind": "ConfigMapList", "items": [{"data": {"frr.conf": " neighbor 192.0.2.1 password geheim"}}]},
        {"kind": "ConfigMap", "binaryData": {"frr.conf": "geheim"}},
        {"kind": "FRRNodeState", "status": {"runningConfig": "router bgp 1\n neighbor 192.0.2.1 password geheim"}},
        {"kind": "FRRNodeState", "status": {"lastReloadResult": "failure: line 5: neighbor 192.0.2.1 password geheim"}},
        {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"metadata": {"annotations": {
            "kube-router.io/peer.passwords": "geheim"}}}}}}},
        {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{
            "args": ["--peer-router-passwords=geheim"]}]}}}}}},
        *({"kind": "Any", "spec": {"env": [{"name": name, "value": "geheim"}]}} for name in (
            "BGP_PASSWORD_2", "AWS_SECRET_ACCESS_KEY", "API_KEY", "apiKey", "clientSecret", "GITHUB_TOKEN",
            "PGPASSWORD")),
        *({"kind": "Any", "spec": {name: "geheim"}} for name in (
            "apiKey", "api-key", "authToken", "clientSecret", "privateKey", "passwordHash", "BGPPassword",
            "sharedKey")),
        *({"kind": "Any", "metadata": {"annotations": {"tool.example/config": text}}} for text in (
            '{"spec": {"apiKey": "geheim"}}', "a: {clientSecret: geheim}", "env:\n- {name: A_TOKEN, value: geheim}",
            '["--token", "geheim"]', '{"copy": "{\\"token\\": \\"geheim\\"}", "token": "geheim"}')),
        *({"kind": "Node", "metadata": {"annotations": {"kube-router.io/peers": text}}} for text in (
            "[{remoteip: 10.0.0.1, password:geheim}]", "- password:geheim", '- {"remoteip": "a", Password:geheim}')),
    ],
    ids=str,
)  # fmt: skip
def test_a_secret_is_hidden_wherever_a_resource_has_it(resource):
    assert "geheim" not in str(secrets.masked(resource))
    assert any("geheim" in value for value in secrets.values(resource))


@pytest.mark.parametrize(
    "spec",
    [
        {"passwordFile": "/etc/password", "passwordSecretRef": "name", "passwordPolicy": "strict", "secretName": "a"},
        {"tokenExpirationSeconds": "9", "imagePullSecrets": [{"name": "a"}], "keyName": "a", "key": "b", "apiKeys": 1},
        {"env": [{"name": "TOKEN_PATH", "value": "/run"}, {"name": "KEYBOARD", "value": "de"}], "monkey": "a"},
        {"data": [{"secretKey": "password", "remoteRef": {"key": "bgp", "property": "password"}}]},
        {"valueFrom": {"secretKeyRef": {"name": "bgp", "key": "password"}}},
    ],
)
def test_what_names_a_secret_and_holds_none_is_shown(spec):
    resource = {"kind": "Any", "metadata": {"annotations": {"a": "the key is under the mat"}}, "spec": spec}
    assert secrets.masked(resource) == resource


@pytest.mark.parametrize("empty", ["", None, True, []])
def test_what_is_empty_is_no_secret(empty):
    """An FRRConfiguration may say ``password: ""``, which is none."""
    resource = {"kind": "FRRConfiguration", "spec": {"neighbors": [{"address": "192.0.2.1", "password": empty}]}}
    assert secrets.masked(resource) == resource
    assert secrets.values(resource) == set()


@pytest.mark.parametrize(
    "copy",
    [
        LAST_APPLIED,
        "kapp.k14s.io/original",
        "objectset.rio.cattle.io/applied",
        "banzaicloud.com/last-applied",
        "kopf.zalando.org/last-handled-configuration",
        "kube-router.io/peer.passwords",
        "example.net/bgp-password",
    ],
)
def test_annotations_that_are_copies_or_secrets_are_hidden_whole_also_in_a_pod_s_template(copy):
    metadata = {"annotations": {copy: "geheim", "other": "shown"}}
    hidden = {"annotations": {copy: "(secret)", "other": "shown"}}
    daemonset = {"kind": "DaemonSet", "metadata": metadata, "spec": {"template": {"metadata": metadata}}}
    assert secrets.masked(daemonset) == {**daemonset, "metadata": hidden, "spec": {"template": {"metadata": hidden}}}


def test_passwords_in_fields_flags_variables_and_frr_s_own_configuration_are_hidden():
    resource = {
        "kind": "FRRConfiguration",
        "spec": {
            "bgp": {"routers": [{"neighbors": [{"address": "10.0.0.1", "password": "geheim"}]}]},
            "raw": {"rawConfig": "router bgp 65000\n neighbor 10.0.0.1 password ge heim\n"},
            "containers": [
                {
                    "args": ["--peer-router-passwords=Z2VoZWlt,YQ==", "--peer-router-ips=10.0.0.1"],
                    "command": ["run", "--peer-router-passwords", "Z2VoZWlt", "--peer-router-passwords-file=/etc/p"],
                    "env": [{"name": "BGP_PASSWORD", "value": "geheim"}, {"name": "MODE", "value": "bgp"}],
                }
            ],
            "passwordSecret": {"name": "bgp"},
        },
    }
    hidden = secrets.masked(resource)["spec"]
    assert hidden["bgp"]["routers"][0]["neighbors"] == [{"address": "10.0.0.1", "password": "(secret)"}]
    assert hidden["raw"]["rawConfig"] == "router bgp 65000\n neighbor 10.0.0.1 password (secret)\n"
    assert hidden["containers"] == [
        {
            "args": ["--peer-router-passwords=(secret)", "--peer-router-ips=10.0.0.1"],
            "command": ["run", "--peer-router-passwords", "(secret)", "--peer-router-passwords-file=/etc/p"],
            "env": [{"name": "BGP_PASSWORD", "value": "(secret)"}, {"name": "MODE", "value": "bgp"}],
        }
    ]
    assert hidden["passwordSecret"] == {"name": "bgp"}


@pytest.mark.parametrize(
    "resource",
    [
        {"kind": "Secret", "data": ["no", "mapping"]},
        {"kind": "Secret", "data": {"a": {"b": "geheim"}}, "metadata": None},
        {"kind": "Node", "metadata": []},
        {"kind": "Node", "metadata": {"annotations": [1]}},
        {"kind": "DaemonSet", "spec": []},
        [],
        None,
    ],
)
def test_resources_of_a_wrong_shape_are_masked_all_the_same(resource):
    assert "geheim" not in str(secrets.masked(resource))


def test_a_reference_to_a_secret_is_none():
    pool = {"kind": "BGPPeer", "spec": {"password": {"secretKeyRef": {"name": "bgp-secrets", "key": "rr-password"}}}}
    assert secrets.masked(pool) == pool
