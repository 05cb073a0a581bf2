"""How the ACI modules reach a controller: what the environment can, and cannot, change."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.modules import (
    aci_bgp_info,
    aci_contract_info,
    aci_fabric_bgp,
    aci_l3out,
    aci_tree,
)
from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.run_module import ModuleFailed, module_name, run_module

CONTRACT = {"tenant": "k8s", "name": "web", "existing": True}
MODULES = {
    aci_bgp_info: {"tenant": "k8s", "vrf": "prod", "leaves": [{"id": 101}]},
    aci_contract_info: {"reachability": {"contracts": [CONTRACT]}},
    aci_fabric_bgp: {"asn": 65002},
    aci_l3out: {"name": "a", "tenant": "k8s", "scope": "access", "access": {"aaep": "hosts"}},
    aci_tree: {"content": [{"fvTenant": {"attributes": {"name": "k8s"}, "hold": "ancestor", "children": []}}]},
}


@pytest.fixture
def run(needs_catalog, apic, monkeypatch):  # noqa: ARG001, F811
    monkeypatch.setenv("ACI_USERNAME", apic.username)
    monkeypatch.setenv("ACI_PASSWORD", apic.password)

    def run(module, **options) -> dict:
        where = {"host": [apic.host], "port": apic.port, "use_proxy": False}
        return run_module(module, {**where, **MODULES[module], **options}, check=True)

    run.ca, run.server = apic.ca, apic  # type: ignore[attr-defined]
    return run


@pytest.mark.parametrize("module", MODULES, ids=module_name)
def test_the_environment_does_not_turn_the_check_of_certificates_off(run, monkeypatch, module):
    monkeypatch.setenv("ACI_VALIDATE_CERTS", "no")
    with pytest.raises(ModuleFailed, match="CERTIFICATE_VERIFY_FAILED"):
        run(module)
    assert not run(module, validate_certs=False).get("failed")


@pytest.mark.parametrize("module", MODULES, ids=module_name)
def test_the_environment_does_not_turn_tls_off(run, monkeypatch, module):
    monkeypatch.setenv("ACI_USE_SSL", "no")
    monkeypatch.setenv("SSL_CERT_FILE", run.ca)
    run.server.reset()
    run(module)
    assert "POST /api/aaaLogin.json" in run.server.requests()
