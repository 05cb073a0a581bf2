"""Imported by the process that tests fork the lab's APICs from: it has loaded what each of them would load itself."""

from __future__ import annotations

import contextlib

from lab.apic import seed
from lab.apic.catalog import opened
from lab.apic.controller import Controller
from tests import apic  # noqa: F401 - what the new process runs

with contextlib.suppress(FileNotFoundError):  # no catalog here: the server itself says so
    controller = Controller(opened(None))
    seed.base(controller.store, "")
    controller.boot()
    controller.post(seed.fabric(65002, (201, 202)))
