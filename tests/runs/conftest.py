"""What the tests of playbooks and roles share: a real API server."""

from tests.kubernetes_api import kubernetes  # noqa: F401 - fixture
