# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories of a run: which the inventory's are, which of them a playbook must not write to, which are not read."""

from __future__ import annotations

import os
from collections.abc import Iterable

from .controller import plain

VARIABLES = ("group_vars", "host_vars")


def of_sources(sources: Iterable[object]) -> list[str]:
    """The directories of the inventory sources on the command line; a list of hosts has none."""
    texts = [str(plain(source)) for source in sources if source]
    found = (text if os.path.isdir(text) else os.path.dirname(text) for text in texts if os.path.exists(text))
    return list(dict.fromkeys(os.path.abspath(directory or ".") for directory in found))


def read_as_inventory(path: str, sources: Iterable[object]) -> str | None:
    """Why files must not be written to a directory: Ansible would read them as inventory. None if it would not."""
    for source in (str(plain(source)) for source in sources if source):
        directory = os.path.realpath(source)
        if os.path.isdir(source) and os.path.commonpath([directory, os.path.realpath(path)]) == directory:
            return (
                f"{path} lies in the inventory {directory}: the next run would read the files there as inventory. Set "
                "kubefabric_output_dir to a directory outside of it, or give the inventory as a file (-i hosts.yml)"
            )
    return None


def unread(playbooks: Iterable[str], directories: Iterable[str]) -> list[str]:
    """The warning about variables beside a user's playbook, which plays that it imports do not get.

    ``directories`` are the inventory's, beside which Ansible reads variables for all plays.
    """
    known = {os.path.realpath(directory) for directory in directories}
    where = " and ".join(sorted(known)) or "the inventory"
    beside = dict.fromkeys(os.path.dirname(os.path.realpath(playbook)) for playbook in playbooks)
    found = [os.path.join(directory, name) for directory in beside if directory not in known for name in VARIABLES]
    return [
        f"{path} is not read for the plays of kubefabric.bgp: Ansible reads it for the plays of the playbook beside "
        f"it, not for those that it imports. Move it beside the inventory ({where})."
        for path in found
        if os.path.isdir(path)
    ]
