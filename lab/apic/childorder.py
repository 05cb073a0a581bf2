"""The order in which APIC answers the children of an object: that of a hash table of classes.

Children come by class, as from a table of the GNU C++ library with eleven buckets into which classes were put in the
order of their numbers: later ones first, but classes of one bucket (number modulo eleven) stay together, before the
first of them. With more classes the table grows. The positions that cisco.aci's integration tests expect are of this
order: ``l3extProvLbl`` (7249) before ``l3extRsEctx`` (1771), ``pimIPV6IfP`` after ``pimIfP``, the policies of
``fabricLeNodePGrp``.
"""

from __future__ import annotations

from collections.abc import Iterable

# Bucket counts as that library lets a table grow: each the next prime after twice the one before.
_BUCKETS = (11, 23, 47, 97, 199, 409)


def class_order(numbers: Iterable[int]) -> list[int]:
    """Numbers of classes in the order in which an answer shows them."""
    sizes = iter(_BUCKETS)
    size, shown = next(sizes), list[int]()
    for count, number in enumerate(sorted(set(numbers)), 1):
        if count > size:
            size = next(sizes, size)
            shown = _filled(shown, size)
        _put(shown, number, size)
    return shown


def _filled(numbers: list[int], size: int) -> list[int]:
    found: list[int] = []
    for number in numbers:
        _put(found, number, size)
    return found


def _put(numbers: list[int], number: int, size: int) -> None:
    """In front of those of the same bucket, else in front of all."""
    same = (position for position, other in enumerate(numbers) if other % size == number % size)
    numbers.insert(next(same, 0), number)
