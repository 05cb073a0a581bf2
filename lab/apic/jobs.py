"""Snapshots of the configuration and going back to them, as APIC's configuration management does.

A ``configExportP`` with ``snapshot`` that is triggered leaves a ``configSnapshot`` and the ``configJob`` that made it.
A ``configImportP`` that is triggered with a snapshot's file name brings the configuration back, whole (``replace``) or
adding only (``merge``). Passwords are in a snapshot only where the AES encryption of exports is on
(``pkiExportEncryptionKey.strongEncryptionEnabled``): without it, what an import creates anew has none.

Jobs are done when the POST is answered; a real APIC takes seconds, and clients have to look at ``operSt``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone

from lab.apic.dn import split
from lab.apic.document import Element
from lab.apic.store import Mo, Store, timestamp
from lab.apic.transaction import Change

OWNER = "jobs"
TRIGGERS = ("configExportP", "configImportP", "configSnapshot")
# What the import is made with is not taken back by it.
_OUTSIDE = ("uni/backupst", "uni/fabric/configexp-", "uni/fabric/configimp-", "uni/exportcryptkey")
# configExportP.maxSnapshotCount "global-limit": the limit of the shipped configSnapshotManagerP is an assumption.
_GLOBAL_LIMIT = 10


@dataclass
class Job:
    """One run of an export or import policy."""

    policy: str
    name: str
    type: str
    state: str
    file: str = ""
    details: str = ""
    executed: str = field(default_factory=timestamp)


@dataclass
class Archive:
    """One snapshot: ``objects`` are [class, parent's DN, rn, values], parents first."""

    policy: str
    name: str
    file: str
    created: str
    objects: list = field(default_factory=list)


class Jobs:
    """Carries out what is triggered. ``archives`` by file name and ``history`` are what a restart has to keep."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.archives: dict[str, Archive] = {}
        self.history: list[Job] = []

    def follow(self, changes: Iterable[Change]) -> list[Mo]:
        """Do what these changes trigger; the objects that were created, changed or removed by it."""
        touched: list[Mo] = []
        for change in changes:
            mo = change.mo
            if change.status == "deleted":
                continue
            if mo.cls == "configSnapshot" and self.store.value(mo, "retire") == "yes":
                self.archives.pop(self.store.value(mo, "fileName"), None)
            elif mo.cls in ("configExportP", "configImportP") and mo.values.get("adminSt") == "triggered":
                mo.values["adminSt"] = "untriggered"
                touched += self._export(mo) if mo.cls == "configExportP" else self._import(mo)
        return touched

    def elements(self) -> list[Element]:
        """Jobs and snapshots as operational objects."""
        containers: dict[tuple[str, str], Element] = {}

        def container(cls: str, policy: str) -> Element:
            return containers.setdefault((cls, policy), Element(cls, {"pDn": policy}))

        for job in self.history:
            attributes = {"name": job.name, "type": job.type, "operSt": job.state, "details": job.details}
            executed = {"fileName": job.file, "executeTime": job.executed}
            jobs = container("configJobCont", job.policy)
            jobs.attributes |= {"name": policy_name(job.policy), "lastJobName": job.name}
            jobs.children.append(Element("configJob", {**attributes, **executed}))
        for archive in self.archives.values():
            attributes = {"name": archive.name, "fileName": archive.file, "createTime": archive.created}
            snapshots = container("configSnapshotCont", archive.policy)
            snapshots.attributes |= {"name": policy_name(archive.policy)}
            snapshots.children.append(Element("configSnapshot", attributes))
        return [Element("configBackupStatusCont", {"dn": "uni/backupst"}, list(containers.values()))]

    # -- keeping over restarts ---------------------------------------------------------------------

    def to_json(self) -> dict:
        """Everything, for the state file."""
        return {
            "archives": [asdict(archive) for archive in self.archives.values()],
            "history": [asdict(job) for job in self.history],
        }

    def read(self, kept: dict) -> None:
        """What ``to_json`` gave."""
        self.archives = {item["file"]: Archive(**item) for item in kept.get("archives", [])}
        self.history = [Job(**item) for item in kept.get("history", [])]

    # -- taking a snapshot --------------------------------------------------------------------------

    def _export(self, policy: Mo) -> list[Mo]:
        name = self._run_name()
        if self.store.value(policy, "snapshot") != "yes":
            details = "No remote location: the lab keeps snapshots only"
            self.history.append(Job(policy.dn, name, "export", "failed", details=details))
            return []
        file = f"ce2_{policy.values['name']}-{name}.tar.gz"
        secure = self._encrypted() and self.store.value(policy, "includeSecureFields") == "yes"
        objects = [[mo.cls, mo.parent.dn, mo.rn, self._values(mo, secure)] for mo in self._inside() if mo.parent]
        self.archives[file] = Archive(policy.dn, f"run-{name}", file, timestamp(), objects)
        self.history.append(Job(policy.dn, name, "export", "success", file, "Success"))
        self._drop_oldest(policy)
        return []

    def _run_name(self) -> str:
        """APIC names a run by its second; one that is taken already gets the next."""
        taken, moment = {job.name for job in self.history}, datetime.now(timezone.utc)
        while f"{moment:%Y-%m-%dT%H-%M-%S}" in taken:
            moment += timedelta(seconds=1)
        return f"{moment:%Y-%m-%dT%H-%M-%S}"

    def _encrypted(self) -> bool:
        key = self.store.get("uni/exportcryptkey")
        return key is not None and self.store.value(key, "strongEncryptionEnabled") == "yes"

    def _inside(self) -> Iterable[Mo]:
        return (mo for mo in self.store.configuration() if not mo.dn.startswith(_OUTSIDE))

    def _values(self, mo: Mo, secure: bool) -> dict[str, str]:
        known = self.store.catalog.properties(mo.cls)
        return {
            name: value for name, value in mo.values.items() if secure or name not in known or not known[name].secure
        }

    def _drop_oldest(self, policy: Mo) -> None:
        limit = self.store.value(policy, "maxSnapshotCount")
        own = [file for file, archive in self.archives.items() if archive.policy == policy.dn]
        for file in own[: -(int(limit) if limit.isdigit() and limit != "0" else _GLOBAL_LIMIT)]:
            del self.archives[file]

    # -- going back ---------------------------------------------------------------------------------

    def _import(self, policy: Mo) -> list[Mo]:
        file = self.store.value(policy, "fileName")
        archive = self.archives.get(file)
        name = self._run_name()
        if archive is None:
            details = f"File {file} does not exist"
            self.history.append(Job(policy.dn, name, "import", "failed", file, details))
            return []
        touched = self._take_away(archive) if self.store.value(policy, "importType") == "replace" else []
        touched += [mo for mo in (self._put_back(*item) for item in archive.objects) if mo is not None]
        self.history.append(Job(policy.dn, name, "import", "success", file, "Success"))
        return touched

    def _take_away(self, archive: Archive) -> list[Mo]:
        """Take out what the snapshot does not have."""
        wanted = {f"{parent}/{rn}" if parent else rn for _cls, parent, rn, _values in archive.objects}
        gone: list[Mo] = []
        for mo in list(self._inside()):
            if mo.dn not in wanted and self.store.get(mo.dn) is mo:
                gone += self.store.detach(mo)
        return gone

    def _put_back(self, cls: str, parent_dn: str, rn: str, values: dict[str, str]) -> Mo | None:
        """One object as it was; None if it still is. Secure values that the snapshot has not stay as they are."""
        parent = self.store.get(parent_dn)
        assert parent is not None
        mo = parent.children.get(rn)
        if mo is not None and {**mo.values, **values} == mo.values and set(self._values(mo, False)) <= set(values):
            return None
        kept: dict[str, str] = {}
        if mo is None:
            mo = Mo(cls, rn, parent)
            self.store.attach(mo)
        else:
            public = self._values(mo, False)
            kept = {name: value for name, value in mo.values.items() if name not in public}
        mo.values, mo.mod_ts = {**kept, **values}, timestamp()
        return mo


def policy_name(dn: str) -> str:
    """``nightly`` of ``uni/fabric/configexp-nightly``: what an APIC calls the policy's container of jobs."""
    return split(dn)[-1].partition("-")[2]
