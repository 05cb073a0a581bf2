"""lab.cluster.probes."""

from __future__ import annotations

import pytest

from lab.cluster.probes import target


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        ({"httpGet": {"path": "/healthz", "port": 20244}}, ("127.0.0.1", 20244, "/healthz")),
        ({"httpGet": {"host": "::1", "port": "20244"}}, ("::1", 20244, "/")),
        ({"tcpSocket": {"port": 179}}, ("127.0.0.1", 179, None)),
        ({"exec": {"command": ["true"]}}, None),
        ({"httpGet": {"port": "named"}}, None),
    ],
)
def test_a_probe_says_where_to_look(probe, expected):
    assert target(probe) == expected
