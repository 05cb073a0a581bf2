"""The Secret with the password: its own object, a reference to another store, or nothing."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.base import password_secret
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects import ownership

PLAN = {"cluster": "a", "bgp": {"password": True}}
METADATA = {"name": "bgp-secrets", "namespace": "kube-system", "labels": ownership.labels("a")}


def made(given: dict, secrets: dict | None = None, plan: dict | None = None, **fixed: str) -> list:
    options = password_secret.settings(given, **fixed)
    return password_secret.resources(plan or PLAN, options, "kube-system", secrets or {"bgp_password": "s3cret"})


def test_a_secret_of_ours_has_the_password_encoded() -> None:
    assert made({}) == [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": METADATA,
            "type": "Opaque",
            "data": {"rr-password": base64.b64encode(b"s3cret").decode()},
        }
    ]


def test_a_placeholder_stays_readable() -> None:
    (secret,) = made({}, {"bgp_password": "<bgp-password>", "placeholder": True})
    assert secret["stringData"] == {"rr-password": "<bgp-password>"}
    assert "data" not in secret


@pytest.mark.parametrize(
    ("given", "plan"), [({}, {"cluster": "a", "bgp": {"password": False}}), ({"source": "existing"}, PLAN)]
)
def test_nothing_is_made_without_a_password_or_of_a_secret_that_is_there(given, plan) -> None:
    assert made(given, plan=plan) == []


def test_a_password_that_the_plan_misses_is_named() -> None:
    with pytest.raises(ClusterError, match="cluster a: the plan's sessions have a password, but none was given"):
        made({}, {"bgp_password": None})


def test_the_reference_names_secret_and_key_and_there_is_none_without_a_password() -> None:
    options = password_secret.settings({"name": "mine"}, key="password")
    assert password_secret.reference(PLAN, options) == {"name": "mine", "key": "password"}
    assert password_secret.reference({"bgp": {}}, options) is None


def test_what_is_given_wins_over_what_the_cni_prescribes_and_that_over_the_defaults() -> None:
    options = password_secret.settings({"name": "mine"}, name="cilium", key="password")
    assert (options["name"], options["key"], options["type"]) == ("mine", "password", "Opaque")


EXTERNAL = {"source": "external_secret", "store": "vault", "remote_key": "bgp/a"}


def test_an_external_secret_fetches_the_password_from_a_store() -> None:
    assert made(EXTERNAL) == [
        {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ExternalSecret",
            "metadata": METADATA,
            "spec": {
                "refreshInterval": "1h",
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
                "target": {"name": "bgp-secrets"},
                "data": [{"secretKey": "rr-password", "remoteRef": {"key": "bgp/a"}}],
            },
        }
    ]


def test_an_external_secret_may_name_a_property_and_a_type() -> None:
    (made_one,) = made({**EXTERNAL, "remote_property": "md5"}, type=password_secret.BASIC_AUTH)
    assert made_one["spec"]["data"][0]["remoteRef"] == {"key": "bgp/a", "property": "md5"}
    template = {"type": "kubernetes.io/basic-auth"}
    assert made_one["spec"]["target"] == {"name": "bgp-secrets", "template": template}
