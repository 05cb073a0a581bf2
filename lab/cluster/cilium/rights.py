"""What Cilium's agents and its operator may do in a cluster: the chart's rights, for the parts that run here. Pure."""

from __future__ import annotations

AGENT, OPERATOR = "cilium", "cilium-operator"
_RBAC = "rbac.authorization.k8s.io"
_READ = ["get", "list", "watch"]
_CONFIGURATION = (
    "ciliumbgpclusterconfigs",
    "ciliumbgpnodeconfigoverrides",
    "ciliumbgppeerconfigs",
    "ciliumbgpadvertisements",
    "ciliumbgpnodeconfigs",
)


def objects(namespace: str, secrets_namespace: str) -> list[dict]:
    """Accounts, roles and bindings; ``secrets_namespace`` is where the agents may read Secrets, and only there."""
    secrets = f"{AGENT}-bgp-control-plane-secrets"
    return [
        *(_account(name, namespace) for name in (AGENT, OPERATOR)),
        {**_role("ClusterRole", AGENT), "rules": _agent()},
        {**_role("ClusterRole", OPERATOR), "rules": _operator()},
        {**_role("Role", secrets, secrets_namespace), "rules": [_rule("", ["secrets"], _READ)]},
        _binding("ClusterRole", AGENT, AGENT, namespace),
        _binding("ClusterRole", OPERATOR, OPERATOR, namespace),
        _binding("Role", secrets, AGENT, namespace, secrets_namespace),
    ]


def _agent() -> list[dict]:
    """No agent reads cluster configurations or overrides: the operator makes each node's own of them."""
    read = ["ciliumbgpnodeconfigs", "ciliumbgpadvertisements", "ciliumbgppeerconfigs", "ciliumnodes"]
    return [
        _rule("", ["namespaces", "services", "pods", "nodes"], _READ),
        _rule("discovery.k8s.io", ["endpointslices"], _READ),
        _rule("cilium.io", read, ["list", "watch"]),
        _rule("cilium.io", ["ciliumnodes"], ["create"]),
        _rule("cilium.io", ["ciliumnodes", "ciliumnodes/status"], ["get", "update"]),
        _rule("cilium.io", ["ciliumbgpnodeconfigs/status"], ["patch"]),
    ]


def _operator() -> list[dict]:
    return [
        _rule("", ["services", "nodes", "pods", "namespaces", "secrets"], _READ),
        _rule("", ["services/status"], ["update", "patch"]),
        _rule("discovery.k8s.io", ["endpointslices"], _READ),
        _rule("cilium.io", list(_CONFIGURATION), ["create", "update", *_READ, "delete", "patch"]),
        _rule("cilium.io", ["ciliumbgpclusterconfigs/status", "ciliumbgppeerconfigs/status"], ["update"]),
        _rule("cilium.io", ["ciliumloadbalancerippools"], _READ),
        _rule("cilium.io", ["ciliumloadbalancerippools/status"], ["patch"]),
        _rule("cilium.io", ["ciliumnodes"], ["create", "update", *_READ, "delete"]),
        _rule("cilium.io", ["ciliumnodes/status"], ["update"]),
        _rule("apiextensions.k8s.io", ["customresourcedefinitions"], _READ),
    ]


def _rule(group: str, resources: list[str], verbs: list[str]) -> dict:
    return {"apiGroups": [group], "resources": resources, "verbs": verbs}


def _account(name: str, namespace: str) -> dict:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}


def _role(kind: str, name: str, namespace: str = "") -> dict:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": f"{_RBAC}/v1", "kind": kind, "metadata": metadata}


def _binding(kind: str, role: str, account: str, account_namespace: str, namespace: str = "") -> dict:
    return {
        **_role(f"{kind}Binding", role, namespace),
        "roleRef": {"apiGroup": _RBAC, "kind": kind, "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": account_namespace}],
    }
