"""Keys of the password's digest that can be guessed with the password."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.digest_keys import of_password

PASSWORD = "Sixteen.letters1"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (PASSWORD, "is the password itself"),
        (PASSWORD.swapcase(), "is the password in other letters or in reverse"),
        (PASSWORD[::-1], "is the password in other letters or in reverse"),
        (PASSWORD[::-1].lower(), "is the password in other letters or in reverse"),
        (f"{PASSWORD}-key", "holds the password"),
        (f"key-{PASSWORD.upper()}", "holds the password"),
        (f"key-{PASSWORD[::-1]}", "holds the password"),
        (f"{PASSWORD}{PASSWORD}", "holds the password"),
    ],
)
def test_a_key_that_is_made_of_the_password_is_refused(key: str, said: str) -> None:
    assert (of_password(key, PASSWORD) or "").startswith(said)


def test_a_key_that_is_a_part_of_the_password_is_refused() -> None:
    long = "a rather long password for one session"
    assert of_password(long[3:25].upper(), long) == "is a part of the password, and can be guessed with it"
    assert of_password(long[25:3:-1], long) == "is a part of the password, and can be guessed with it"


def test_a_short_password_counts_where_little_else_is_left_of_the_key() -> None:
    assert of_password("7f3a9c1d5e8b2046a1c7e9d3f5b80246", "a1") is None
    assert of_password("a1" * 8, "a1") == "holds the password, and can be guessed with it"


@pytest.mark.parametrize("key", ["7f3a9c1d5e8b2046", "", None])
@pytest.mark.parametrize("password", [PASSWORD, "", None])
def test_a_random_key_is_taken_and_so_is_none(key: str | None, password: str | None) -> None:
    assert of_password(key, password) is None
