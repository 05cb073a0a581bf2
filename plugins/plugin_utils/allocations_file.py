# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that keeps allocations: where it is, whatever the limit says, and what it is like."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import yaml
from ansible.errors import AnsibleError

from .controller import plain
from .directories import of_sources
from .yaml_text import dump, load

VARIABLE = "kubefabric_allocations"
FILE = os.path.join("group_vars", "all", f"{VARIABLE}.yml")
HEADER = """---
# Addresses, networks and VLANs that kubefabric.bgp allocated. Commit this file, like a lock file: what stands here is
# never given to anybody else. It is rewritten by the plan; to choose an address, give it in the intent.
"""


def path_of(given: Iterable[str], directories: Iterable[str]) -> str | None:
    """The file: the one ``given``, the one that there is, or the one in the first of the inventory's ``directories``.

    None where the inventory has no directory. Raises AnsibleError where there are two: which one a run took would
    depend on its limit, and nodes would be renumbered.
    """
    chosen = sorted({os.path.abspath(path) for path in given})
    if len(chosen) > 1:
        raise AnsibleError(
            f"kubefabric_allocations_file differs between clusters: {' and '.join(chosen)}; all clusters are planned "
            "together, so give one file for all of them"
        )
    if chosen:
        return chosen[0]
    paths = [os.path.join(os.path.abspath(directory), FILE) for directory in directories]
    found: dict[str, str] = {}
    for path in paths:
        if os.path.exists(path):
            found.setdefault(os.path.realpath(path), path)
    there = list(found.values())
    if len(there) > 1:
        raise AnsibleError(
            f"there are {len(there)} allocations files: {' and '.join(there)}; move the entries of all clusters into "
            "one of them and delete the others, or name one by kubefabric_allocations_file. Nothing was written"
        )
    return next(iter(there or paths), None)


def directories(sources: Iterable[object], hosts: Iterable[object]) -> list[str]:
    """The inventory's directories: of the hosts (their ``inventory_dir``), then of the sources on the command line."""
    found = [os.path.abspath(str(plain(directory))) for directory in hosts if directory]
    return list(dict.fromkeys([*found, *of_sources(sources)]))


def parse(text: str, path: str) -> object:
    """The allocations in the file's text, as they stand there."""
    try:
        return (load(text) or {}).get(VARIABLE)
    except (yaml.YAMLError, AttributeError) as error:
        raise AnsibleError(
            f"{path} is not what kubefabric.bgp wrote; restore it from version control: {error}"
        ) from error


def document(allocations: dict[str, Any]) -> str:
    """The file's text."""
    return HEADER + dump({VARIABLE: allocations})
