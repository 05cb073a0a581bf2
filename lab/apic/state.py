"""Keeping the configuration in a file, so that a restart of the server keeps it."""

from __future__ import annotations

import json
from pathlib import Path

from lab import private
from lab.apic.controller import Controller
from lab.apic.store import Mo

_FORMAT = 1


def save(controller: Controller, file: Path) -> None:
    """Write every configured object, secrets included, in one step; the file is the owner's only (0600)."""
    store = controller.store
    objects = [
        {
            "class": mo.cls,
            "parent": mo.parent.dn if mo.parent else "",
            "rn": mo.rn,
            "values": mo.values,
            "modTs": mo.mod_ts,
            "uid": mo.uid,
        }
        for mo in store.configuration()
    ]
    document = {"format": _FORMAT, "apic": store.catalog.version, "revision": store.revision, "objects": objects}
    document["jobs"] = controller.jobs.to_json()
    private.write(file, json.dumps(document), durable=True)


def load(controller: Controller, file: Path) -> bool:
    """Read back what ``save`` wrote; False if there is no file. ValueError if it is not such a file."""
    if not file.exists():
        return False
    try:
        document = json.loads(file.read_text())
        if document["format"] != _FORMAT:
            raise ValueError(f"{file}: format {document['format']}, this lab reads {_FORMAT}")
        for item in document["objects"]:
            _restore(controller, item)
    except (KeyError, TypeError, json.JSONDecodeError) as problem:
        raise ValueError(f"{file}: not a state file of the lab's APIC ({problem})") from problem
    controller.store.revision = document["revision"]
    controller.jobs.read(document.get("jobs", {}))
    controller.show_jobs()
    controller.relations.update(list(controller.store.by_dn.values()))
    return True


def _restore(controller: Controller, item: dict) -> None:
    parent = controller.store.get(item["parent"])
    if parent is None:
        raise ValueError(f"{item['parent']}: missing in the state file")
    mo = Mo(item["class"], item["rn"], parent)
    mo.values, mo.mod_ts, mo.uid = dict(item["values"]), item["modTs"], item["uid"]
    controller.store.attach(mo)
