"""The ExternalSecret in place of a password, checked with External Secrets' own definition."""

from __future__ import annotations

import uuid

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.base import password_secret
from ansible_collections.kubefabric.bgp.plugins.modules import cluster_resources
from tests import crds
from tests.run_module import run_module

# what each network prescribes of its Secret: calico, cilium, ovn_kubernetes
FIXED = ({}, {"key": "password"}, {"key": "password", "type": password_secret.BASIC_AUTH})
GIVEN = {"source": "external_secret", "store": "vault", "remote_key": "bgp/k8s-prod"}


@pytest.fixture
def served(kubernetes):
    crds.apply(kubernetes, "external-secrets")
    return kubernetes


@pytest.mark.parametrize("fixed", FIXED, ids=["calico", "cilium", "ovn_kubernetes"])
@pytest.mark.parametrize(
    "more", [{}, {"remote_property": "md5", "store_kind": "SecretStore", "refresh_interval": "5m"}]
)
def test_a_real_api_server_takes_every_external_secret_and_a_second_run_writes_nothing(served, fixed, more):
    name = f"c-{uuid.uuid4().hex[:8]}"
    options = password_secret.settings({**GIVEN, "name": name, **more}, **fixed)
    made = password_secret.resources({"cluster": name, "bgp": {"password": True}}, options, "default", {})
    arguments = {"kubeconfig": str(served.kubeconfig), "cluster": name, "resources": made}
    (change,) = run_module(cluster_resources, arguments)["changes"]
    assert (change["kind"], change["action"]) == ("ExternalSecret", "create")
    assert run_module(cluster_resources, arguments)["changes"] == []
    spec = served.get("externalsecrets.external-secrets.io", name, "--namespace=default")["spec"]
    assert spec["data"][0]["remoteRef"]["key"] == "bgp/k8s-prod"
    assert spec["target"]["name"] == name
