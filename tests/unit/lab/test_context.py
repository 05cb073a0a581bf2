"""Waiting for a state."""

from __future__ import annotations

import os

import pytest

from lab import context


@pytest.mark.parametrize(("load", "expected"), [(0.0, 1.0), (4.0, 1.0), (8.0, 2.0), (99.0, 4.0)])
def test_a_machine_without_time_is_waited_for_longer(monkeypatch, load, expected):
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert context.strain() == expected


def test_what_does_not_come_is_named_with_the_time_that_was_allowed(monkeypatch):
    monkeypatch.setattr(context, "strain", lambda: 2.0)
    with pytest.raises(TimeoutError, match="the session: not within 1 s"):
        context.wait_for(lambda: None, "the session", timeout=0.5, interval=0.01)
    assert context.wait_for(lambda: "up", "the session", timeout=0) == "up"
