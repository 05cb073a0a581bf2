"""Kubernetes resources in tests: as the text of a golden file, and before a real API server."""

from __future__ import annotations

import uuid

import yaml


class _Dumper(yaml.SafeDumper):
    """Never an alias."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def dumped(items: list) -> str:
    """Resources as multi-document YAML."""
    return yaml.dump_all(items, Dumper=_Dumper, sort_keys=False, width=120)


def dry_run(api, *wanted: dict) -> None:
    """Have a real API server look at resources, unknown fields included; RuntimeError with its complaints.

    Nodes get names of their own: the server is shared, and others have made some of them.
    """
    for resource in wanted:
        if resource["kind"] == "Node":
            resource["metadata"]["name"] += f"-{uuid.uuid4().hex[:8]}"
    options = ("--server-side", "--dry-run=server", "--validate=strict", "--field-manager=test", "-f-")
    api.kubectl_run("apply", *options, stdin=yaml.safe_dump_all(wanted))
