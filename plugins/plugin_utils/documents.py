# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster's files as text: everything that kubefabric.bgp.render writes, by file name."""

from __future__ import annotations

import json
import os

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci import l3out, tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import files as cni_files
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import resources

# Where a secret belongs in files that everybody may read.
PLACEHOLDER = "<bgp-password>"
TEMPLATES = os.path.join(os.path.dirname(os.path.realpath(__file__)), "templates")


def documents(plan: dict, password: str | None = None) -> dict[str, str]:
    """The files of one cluster.

    ``password`` is the sessions' password, to be written into them; without it a placeholder stands wherever the plan
    says that there is one. Raises BuildError or ClusterError where the plan cannot be expressed.
    """
    secret = (password or PLACEHOLDER) if plan["bgp"]["password"] else None
    files = {
        "plan.yml": _yaml(plan),
        "apic.json": json.dumps(tree.to_document(l3out.build(plan["l3out"], secret)), indent=2, ensure_ascii=False)
        + "\n",
        "README.md": page(plan),
    }
    secrets = {"bgp_password": secret, "placeholder": not password}
    files["kubernetes.yml"] = _yaml_documents(resources(plan, secrets))
    return {**files, **{name: _yaml(data) for name, data in cni_files(plan).items()}}


def page(plan: dict) -> str:
    """The cluster's page for a review: what a network engineer wants to see before a change."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown, of values that the planner has checked
    )
    return environment.get_template("cluster.md.j2").render(plan=plan, l3out=plan["l3out"], bgp=plan["l3out"]["bgp"])


class _Dumper(yaml.SafeDumper):
    """No anchors: a reviewer should not have to follow references."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _yaml(document: object) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=120, allow_unicode=True)


def _yaml_documents(items: list) -> str:
    return "".join(f"---\n{_yaml(item)}" for item in items)
