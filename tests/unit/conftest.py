"""What the tests of plugins share: a real API server, and a module run as Ansible runs it."""

from __future__ import annotations

import pytest

from tests import kubernetes_api


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory):
    """A real API server for the whole run; tests that need it are skipped, with the reason, where it cannot be."""
    reason = kubernetes_api.missing()
    if reason:
        pytest.skip(reason)
    with kubernetes_api.running(tmp_path_factory.mktemp("kubernetes")) as api:
        yield api
