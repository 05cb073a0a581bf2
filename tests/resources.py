"""Kubernetes resources in tests: as the text of a golden file, and before a real API server."""

from __future__ import annotations

import uuid

import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources

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


def applied(of: dict, secrets: dict, **more: list) -> dict[str, list]:
    """What an API server has after a plan's resources were applied to nodes that are there, by plural name.

    ``more`` is what it has besides. Nodes have pod blocks of both families, by their number in the plan.
    """
    found: dict[str, list] = {"nodes": [], **more}
    for item in resources(of, secrets):
        made = _node(of, item) if item["kind"] == "Node" else item
        found.setdefault(f"{item['kind'].lower()}s", []).append(made)
    return found


def _node(of: dict, item: dict) -> dict:
    name = item["metadata"]["name"]
    number = list(of["nodes"]).index(name)
    addresses = of["nodes"][name]["addresses"].values()
    return {
        **item,
        "spec": {"podCIDRs": [f"10.1.{number}.0/26", f"2001:db8:10:{number + 1}::/122"]},
        "status": {"addresses": [{"type": "InternalIP", "address": address} for address in addresses]},
    }


def dry_run(api, *wanted: dict) -> None:
    """Have a real API server look at resources, unknown fields included; RuntimeError with its complaints.

    Nodes get names of their own: the server is shared, and others have made some of them.
    """
    for resource in wanted:
        if resource["kind"] == "Node":
            resource["metadata"]["name"] += f"-{uuid.uuid4().hex[:8]}"
    options = ("--server-side", "--dry-run=server", "--validate=strict", "--field-manager=test", "-f-")
    api.kubectl_run("apply", *options, stdin=yaml.safe_dump_all(wanted))
