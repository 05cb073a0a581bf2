"""What the README shows is what the planner takes: its inventory, file by file."""

from __future__ import annotations

import re

import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from tests.programs import ROOT

SECRETS = {"vault_apic_password": "x", "vault_bgp_password": "of-the-README", "vault_digest_key": "0123456789abcdef"}


def test_the_inventory_of_the_readme_is_planned_without_a_finding():
    text = (ROOT / "README.md").read_text()
    for name, value in SECRETS.items():
        text = text.replace(f"{{{{ {name} }}}}", value)
    hosts, fabric, cluster = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    (name,) = hosts["clusters"]["hosts"]
    wanted = {"cluster": cluster["kubefabric_cluster"], "nodes": hosts[f"{name.replace('-', '_')}_nodes"]["hosts"]}
    found = build({"fabric": fabric["kubefabric_fabric"], "clusters": {name: wanted}})
    assert ([str(finding) for finding in found.warnings], list(found.plans)) == ([], ["k8s-prod"])
