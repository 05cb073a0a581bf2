"""Busy controllers are met with pauses: longer each time, different for each fork, and not for ever."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io.patience import Patience, seconds_of

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=timezone.utc)


def waits(patience, slept, *retry_after):
    while patience.wait(*retry_after):
        pass
    return slept


def test_pauses_double_up_to_a_longest_and_end_with_the_time():
    slept = []
    assert waits(Patience(30, slept.append, lambda _low, high: high), slept) == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]


def test_forks_do_not_come_again_together():
    slept = []
    for _fork in range(20):
        Patience(60, slept.append).wait()
    assert len(set(slept)) > 1
    assert all(0.25 <= pause <= 0.5 for pause in slept)


def test_what_the_controller_asks_for_is_obeyed():
    slept = []
    assert waits(Patience(5, slept.append, lambda low, _high: low), slept, 2) == [2.0, 2.0]


def test_a_controller_that_asks_for_more_than_there_is_time_is_given_up_at_once():
    slept = []
    assert waits(Patience(60, slept.append), slept, 300) == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("Thu, 01 Jan 2026 12:00:05 GMT", 5.0),
        ("Thu, 01 Jan 2026 11:59:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_retry_after_is_a_number_or_a_date(header, seconds):
    assert seconds_of(header, NOW) == seconds
