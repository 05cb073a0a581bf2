# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster's files as text: everything that kubefabric.bgp.render writes, by file name."""

from __future__ import annotations

import json
import os
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out, tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import files as cni_files
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.attributes_bgp import BGP
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.yaml_text import dump

# Where a secret belongs in files that everybody may read.
PLACEHOLDER = "<bgp-password>"
NEXT_PLACEHOLDER = "<next-bgp-password>"
TEMPLATES = os.path.join(os.path.dirname(os.path.realpath(__file__)), "templates")
# Compiled when imported, which Ansible does once before it forks a worker per cluster: it takes longer than a page.
_TEMPLATES = Environment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # Markdown, of values that the planner has checked
)
_PAGE = _TEMPLATES.get_template("cluster.md.j2")
_NESTED_PAGE = _TEMPLATES.get_template("nested.md.j2")
_ROUTERS_PAGE = _TEMPLATES.get_template("routers.md.j2")


def documents(
    plan: dict[str, Any],
    password: str | None = None,
    given: dict[str, Any] | None = None,
    next_password: str | None = None,
) -> dict[str, str]:
    """The files of one cluster.

    ``given`` is what plan.yml says, where that is not the plan with all its defaults.
    ``password`` is the sessions' password, to be written into them, and ``next_password`` the one that replaces it;
    without it a placeholder stands wherever the plan says that there is one. A nested cluster has no apic.json: its
    networks are in its parent's. Raises BuildError or ClusterError where the plan cannot be expressed.
    """
    secret = (password or PLACEHOLDER) if plan["bgp"]["password"] else None
    following = (
        ((next_password if password else None) or NEXT_PLACEHOLDER) if plan["bgp"].get("next_password") else None
    )
    files = {"plan.yml": dump(plan if given is None else given)}
    if "l3out" in plan:
        document = tree.to_document(l3out.build(plan["l3out"], secret, next_password=following))
        files["apic.json"] = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    files["README.md"] = page(plan)
    secrets = {"bgp_password": secret, "bgp_next_password": following, "placeholder": not password}
    items = resources(plan, secrets)
    if items:  # none where hosts are no Kubernetes nodes
        files["kubernetes.yml"] = _yaml_documents(items)
    return {**files, **{name: dump(data) for name, data in cni_files(plan).items()}}


def page(plan: dict[str, Any]) -> str:
    """The cluster's page for a review: what a network engineer wants to see before a change."""
    if "routers" in plan:
        return _ROUTERS_PAGE.render(plan=plan)
    if "l3out" not in plan:
        return _NESTED_PAGE.render(plan=plan)
    bgp = plan["l3out"]["bgp"]
    further = [(row.plain, bgp[row.plan_key]) for row in BGP if row.sparse and bgp.get(row.plan_key) is not None]
    return _PAGE.render(plan=plan, l3out=plan["l3out"], bgp=bgp, further=further)


def _yaml_documents(items: list[Any]) -> str:
    return "".join(f"---\n{dump(item)}" for item in items)
