"""Rules that span objects: configurations whose objects are each valid, and which APIC refuses all the same."""

from __future__ import annotations

from collections.abc import Mapping

from lab.apic.store import Store
from lab.apic.transaction import Change


def check(store: Store, changes: Mapping[str, Change]) -> None:
    """ApicError if the store, with these changes in it, holds what APIC refuses."""
