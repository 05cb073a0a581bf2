"""What the lab's fabric has before anybody plans a cluster."""

from lab import seeding


def test_spines_have_numbers_that_no_leaf_has():
    assert seeding.spines([101, 102]) == [201, 202]
    assert seeding.spines([201, 202, 204]) == [203, 205]
