"""Kubernetes resources in tests: as the text of a golden file, and before a real API server."""

from __future__ import annotations

import uuid

import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import resources

SECRETS = {"bgp_password": "123Cisco123"}


class _Dumper(yaml.SafeDumper):
    """Never an alias."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def dumped(items: list) -> str:
    """Resources as multi-document YAML."""
    return yaml.dump_all(items, Dumper=_Dumper, sort_keys=False, width=120)


def find(of: dict, kind: str, name: str | None = None, secrets: dict | None = None) -> dict:
    """The one resource of a plan with this kind, and with this name where one is given."""
    made = resources(of, secrets or SECRETS)
    (found,) = [item for item in made if item["kind"] == kind and name in (None, item["metadata"]["name"])]
    return found


def dry_run(api, *wanted: dict) -> None:
    """Have a real API server look at resources, unknown fields included; RuntimeError with its complaints.

    Nodes get names of their own: the server is shared, and others have made some of them.
    """
    for resource in wanted:
        if resource["kind"] == "Node":
            resource["metadata"]["name"] += f"-{uuid.uuid4().hex[:8]}"
    options = ("--server-side", "--dry-run=server", "--validate=strict", "--field-manager=test", "-f-")
    api.kubectl_run("apply", *options, stdin=yaml.safe_dump_all(wanted))
