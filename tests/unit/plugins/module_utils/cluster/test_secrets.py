"""Nothing secret survives masking, and a change is still seen."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import resources, secrets
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
