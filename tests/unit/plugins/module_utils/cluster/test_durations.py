"""Durations as Go's time.ParseDuration takes them."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.durations import seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3s", 3),
        ("3000ms", 3),
        ("1.5s", 1.5),
        (".5s", 0.5),
        ("1.s", 1),
        ("1m30s", 90),
        ("1h0m1s", 3601),
        ("1.5h", 5400),
        ("2000000us", 2),
        ("0", 0),
        ("+1s", 1),
        ("", -1),
        ("5", -1),
        ("s", -1),
        ("1.2.3s", -1),
        ("1s x", -1),
        ("-1s", -1),
        ("1" * 300 + "s", -1),
    ],
)
def test_a_duration_in_seconds(text, expected):
    assert seconds(text) == pytest.approx(expected)
