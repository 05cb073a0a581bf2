"""Imported by the process that tests fork the lab's APICs from: it has loaded what each of them would load itself."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from lab.apic import seed
from lab.apic.catalog import opened
from lab.apic.controller import Controller
from tests import apic  # noqa: F401 - what the new process runs

L3OUT = Path(__file__).parent / "golden" / "aci" / "floating-every-knob" / "tree.json"

with contextlib.suppress(FileNotFoundError):  # no catalog here: the server itself says so
    controller = Controller(opened(None))
    seed.base(controller.store, "")
    controller.boot()
    controller.post(seed.fabric(65002, (201, 202)))
    catalog = opened(None)
    for dn in json.loads(L3OUT.read_text()):  # the classes that most tests write and read
        catalog.parse_dn(dn)
    for name in catalog.loaded:
        catalog.properties(name)
