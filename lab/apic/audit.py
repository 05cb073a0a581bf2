"""The audit log: an ``aaaModLR`` record of every object that a user created, changed or deleted. Values of secure
properties are left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from lab.apic.store import CONFIGURATION, Mo, Store, timestamp
from lab.apic.transaction import Change

LIMIT = 5000  # records that are kept; a real APIC keeps 100,000
_KINDS = {"created": "creation", "modified": "modification", "deleted": "deletion"}


class Audit:
    """Writes the records of a store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._next = 4294967297
        self._transaction = 576460752303423488

    def record(self, changes: Iterable[Change], user: str) -> None:
        """Keep a record of each change that one request of a user made."""
        self._transaction += 1
        records = self.store.records.setdefault("aaaModLR", [])
        for change in changes:
            if change.mo.owner == CONFIGURATION:
                records.append(self._record(change, user))
        del records[:-LIMIT]

    def _record(self, change: Change, user: str) -> Mo:
        self._next += 1
        record = Mo("aaaModLR", f"mod-{self._next}", None, "audit")
        record.dn = f"subj-[{change.mo.dn}]/mod-{self._next}"
        record.mod_ts = timestamp()
        record.values = {
            "affected": change.mo.dn,
            "cause": "transition",
            "changeSet": self._change_set(change),
            "created": record.mod_ts,
            "descr": f"{change.mo.cls} {change.mo.rn} {change.status}",
            "id": str(self._next),
            "ind": _KINDS[change.status],
            "severity": "info",
            "trig": "config",
            "txId": str(self._transaction),
            "user": user,
        }
        return record

    def _change_set(self, change: Change) -> str:
        known = self.store.catalog.properties(change.mo.cls)
        shown = {name: value for name, value in change.properties.items() if not known[name].secure}
        return ", ".join(f"{name}:{value}" for name, value in sorted(shown.items()))
