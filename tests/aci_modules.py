"""What tests of the ACI modules share: how to reach the lab's APIC, what it was asked, what it holds."""

from __future__ import annotations

import pytest

from tests.apic import Apic, apic, configured  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture


@pytest.fixture
def controller(needs_catalog, apic, monkeypatch) -> Apic:  # noqa: ARG001, F811
    """A controller whose certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", apic.ca)
    return apic


def connection(controller: Apic) -> dict:
    """The options that every module takes."""
    login = {"username": controller.username, "password": controller.password, "use_proxy": False}
    return {"host": [controller.host], "port": controller.port, **login}


def methods(controller: Apic) -> dict[str, int]:
    """How many logins, GETs and POSTs the controller saw."""
    counts = {"login": 0, "get": 0, "post": 0}
    for request, number in controller.requests().items():
        method, path = request.split(" ")
        counts["login" if path == "/api/aaaLogin.json" else method.lower()] += number
    return counts


def objects(controller: Apic) -> set[str]:
    """Distinguished names of everything that is configured."""
    return configured(controller.tree())
