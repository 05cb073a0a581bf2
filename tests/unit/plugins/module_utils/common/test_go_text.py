"""Numbers and durations as Go reads them; the values are what strconv and time answer."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.common.go_text import (
    boolean,
    decimal_int,
    nanoseconds,
    uint,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("1.5s", 1_500_000_000),
        ("10s500ms", 10_500_000_000),
        (".5s", 500_000_000),
        ("1.s", 1_000_000_000),
        ("-1h2m3s", -3_723_000_000_000),
        ("+5us", 5_000),
        ("5µs", 5_000),
        ("5μs", 5_000),
        ("0.0000000001s", 0),
        ("9223372036854775807ns", 2**63 - 1),
        ("9223372036854775808ns", None),
        ("-9223372036854775808ns", -(2**63)),
        ("-9223372036854775809ns", None),
        ("2562048h", None),
        ("", None),
        ("-", None),
        ("1", None),
        (".s", None),
        ("s", None),
        ("1 s", None),
        ("1d", None),
        ("1S", None),
        ("1e3s", None),
        ("\u0661s", None),
        ("0" * 5000 + "s", None),
    ],
)
def test_a_duration(text: str, value: int | None) -> None:
    assert nanoseconds(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("179", 179),
        ("0xB3", 179),
        ("0263", 179),
        ("0o263", 179),
        ("0b10110011", 179),
        ("1_7_9", 179),
        ("0x_b3", 179),
        ("65535", 65535),
        ("65536", None),
        ("09", None),
        ("1__7", None),
        ("_179", None),
        ("179_", None),
        ("+1", None),
        ("-1", None),
        ("", None),
        ("0x", None),
        ("1.0", None),
        ("\u0661", None),
        ("9" * 5000, None),
    ],
)
def test_an_unsigned_number_of_16_bits(text: str, value: int | None) -> None:
    assert uint(text, 16) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("-5", -5), ("+5", 5), ("007", 7), ("2147483647", 2147483647), ("2147483648", None), ("0x5", None), ("", None)],
)
def test_a_number_in_base_10_of_32_bits(text: str, value: int | None) -> None:
    assert decimal_int(text, 32) == value


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (("1", "t", "T", "TRUE", "true", "True"), True),
        (("0", "f", "F", "FALSE", "false", "False"), False),
        (("", "yes", "tRUE", " true", "01"), None),
    ],
)
def test_a_truth_value(texts: tuple[str, ...], value: bool | None) -> None:
    assert [boolean(text) for text in texts] == [value] * len(texts)
