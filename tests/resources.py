"""Kubernetes resources in tests: as the text of a golden file, and before a real API server."""

from __future__ import annotations

import yaml


class _Dumper(yaml.SafeDumper):
    """Never an alias."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def dumped(items: list) -> str:
    """Resources as multi-document YAML."""
    return yaml.dump_all(items, Dumper=_Dumper, sort_keys=False, width=120)


def dry_run(api, resource: dict) -> str:
    """Have a real API server look at a resource, unknown fields included; RuntimeError with its complaint."""
    return api.kubectl_run(
        "apply",
        "--server-side",
        "--dry-run=server",
        "--validate=strict",
        "--field-manager=test",
        "-f-",
        stdin=yaml.safe_dump(resource),
    )
