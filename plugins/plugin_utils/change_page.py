# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change set as Markdown, for a merge request or a ticket."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ansible_collections.kubefabric.bgp.plugins.module_utils.changes.change_set import summary
from ansible_collections.kubefabric.bgp.plugins.module_utils.common.printable import markdown
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.documents import TEMPLATES

if TYPE_CHECKING:
    from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.changes import Change, ChangeSet

PREFIXES = 20  # of a leaf, on the page; the JSON file has all

_PAGE = Environment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # Markdown: every text of others goes through the filter md
)
_PAGE.filters["md"] = lambda text: markdown(str(text))


def page(found: ChangeSet) -> str:
    """The page: a summary, what traffic feels, then every change with its difference."""
    places = [(place, list(changes)) for place, changes in groupby(found["changes"], key=lambda one: one["place"])]
    leaves = [(leaf, list(lost)) for leaf, lost in groupby(found["losses"], key=lambda one: one["leaf"])]
    template = _PAGE.get_template("changes.md.j2")
    return template.render(
        found=found, summary=summary(found), places=places, leaves=leaves, lines=_lines, prefixes=PREFIXES
    )


def _lines(change: Change) -> list[str]:
    """What goes with a minus and what comes with a plus, as of a unified difference without context."""
    before, after = _texts(change["before"]), _texts(change["after"])
    gone, come = ([line for line in one if line not in other] for one, other in ((before, after), (after, before)))
    return [*(f"- {line}" for line in gone), *(f"+ {line}" for line in come)]


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {item}" for key, item in sorted(value.items())]
    return [line.rstrip() for line in str(value).splitlines() if line.strip()]
