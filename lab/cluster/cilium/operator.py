"""What Cilium's operator makes of the cluster: a CiliumNode and a CiliumBGPNodeConfig per node. Pure.

Rules of operator/pkg/bgp/cluster.go: a nil node selector takes every node, a node belongs to the cluster configuration
that had it first, and its CiliumBGPNodeConfigOverride wins over what all nodes share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lab.cluster.objects import internal_addresses, labels, name, selects

API = "cilium.io/v2"


def cilium_node(node: Mapping) -> dict:
    """The CiliumNode of a Node, as with the IPAM kubernetes: its labels, addresses and pod networks."""
    addresses = [{"type": "InternalIP", "ip": address} for address in internal_addresses(node)]
    return {
        "apiVersion": API,
        "kind": "CiliumNode",
        "metadata": {"name": name(node), "labels": labels(node)},
        "spec": {"addresses": addresses, "ipam": {"podCIDRs": list((node.get("spec") or {}).get("podCIDRs") or [])}},
    }


def node_configs(
    nodes: Sequence[Mapping], configs: Sequence[Mapping], overrides: Sequence[Mapping], present: Sequence[Mapping]
) -> dict[str, dict]:
    """The CiliumBGPNodeConfig that every selected node should have, by node's name.

    ``present`` are those that are there: a node stays with the configuration that owns its own while that selects it.
    """
    own = {name(item): item["spec"].get("bgpInstances") or [] for item in overrides}
    owners = {name(item): _owner(item) for item in present}
    found = {}
    for node in nodes:
        selecting = [item for item in configs if _takes(item, node)]
        kept = [item for item in selecting if name(item) == owners.get(name(node))]
        if selecting:
            config = (kept or selecting)[0]
            found[name(node)] = _node_config(name(node), config, own.get(name(node), []))
    return found


def conflicts(nodes: Sequence[Mapping], configs: Sequence[Mapping]) -> list[str]:
    """Nodes that more than one cluster configuration selects, as sentences."""
    found = []
    for node in nodes:
        selecting = [name(item) for item in configs if _takes(item, node)]
        if len(selecting) > 1:
            found.append(f"{name(node)} is selected by more than one CiliumBGPClusterConfig: {', '.join(selecting)}")
    return found


def _takes(config: Mapping, node: Mapping) -> bool:
    selector = config["spec"].get("nodeSelector")
    return selector is None or selects(selector, labels(node))


def _owner(item: Mapping) -> str:
    return next((entry["name"] for entry in item["metadata"].get("ownerReferences") or []), "")


def _node_config(node: str, config: Mapping, overrides: Sequence[Mapping]) -> dict:
    owner = {
        "apiVersion": API,
        "kind": "CiliumBGPClusterConfig",
        "name": name(config),
        "uid": config["metadata"].get("uid", ""),
        "controller": True,
    }
    return {
        "apiVersion": API,
        "kind": "CiliumBGPNodeConfig",
        "metadata": {"name": node, "ownerReferences": [owner]},
        "spec": {"bgpInstances": [_instance(item, overrides) for item in config["spec"]["bgpInstances"]]},
    }


def _instance(instance: Mapping, overrides: Sequence[Mapping]) -> dict:
    override = next((item for item in overrides if item["name"] == instance["name"]), {})
    local = {item["name"]: item["localAddress"] for item in override.get("peers") or [] if item.get("localAddress")}
    made: dict = {"name": instance["name"]}
    for key in ("localASN", "localPort", "routerID"):
        value = override.get(key) or instance.get(key)
        if value:
            made[key] = value
    keys = ("name", "peerAddress", "peerASN", "peerConfigRef", "autoDiscovery")
    made["peers"] = [
        {
            **{key: peer[key] for key in keys if key in peer},
            **({"localAddress": local[peer["name"]]} if peer["name"] in local else {}),
        }
        for peer in instance.get("peers") or []
    ]
    return made
