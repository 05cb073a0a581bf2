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
