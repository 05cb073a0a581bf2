# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kube-router runs as: account and rights, CNI configuration, DaemonSet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ....contract.errors import PlanRefused, Refusal
from ....objects.ownership import labels
from ..arguments import arguments

if TYPE_CHECKING:
    from ....contract.freeform import JsonObject, Options
    from ....contract.plan import Plan

NAME = "kube-router"
POD_LABELS = {"k8s-app": NAME, "tier": "node"}
CNI_CONFIGURATION = "kube-router-cfg"
CNI_FILE = "/etc/cni/net.d/10-kuberouter.conflist"

# (API group, resources, verbs): what kube-router's controllers watch, and the load balancer's lock and status.
_READ = ["get", "list", "watch"]
_RULES = [
    ("", ["namespaces", "pods", "services", "nodes", "endpoints"], _READ),
    ("networking.k8s.io", ["networkpolicies"], _READ),
    ("discovery.k8s.io", ["endpointslices"], _READ),
    ("coordination.k8s.io", ["leases"], ["get", "create", "update"]),
    ("", ["services/status"], ["update"]),
]

_INSTALL = """set -e
if [ ! -f {file} ]; then
  cp /etc/kube-router/cni-conf.json {file}.new
  mv {file}.new {file}
fi
if [ -x /usr/local/bin/cni-install ]; then
  /usr/local/bin/cni-install
fi
"""


def _metadata(plan: Plan, name: str, namespace: str | None = None) -> JsonObject:
    metadata = {"name": name, "labels": {**labels(plan["cluster"]), "k8s-app": NAME}}
    return {**metadata, "namespace": namespace} if namespace else metadata


def service_account(plan: Plan, options: Options) -> JsonObject:
    """The account of the agents."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _metadata(plan, NAME, options["namespace"])}


def cluster_role(plan: Plan) -> JsonObject:
    """The rights of the agents."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": _metadata(plan, NAME),
        "rules": [{"apiGroups": [group], "resources": kinds, "verbs": verbs} for group, kinds, verbs in _RULES],
    }


def cluster_role_binding(plan: Plan, options: Options) -> JsonObject:
    """The rights given to the account."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": _metadata(plan, NAME),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": NAME},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": options["namespace"]}],
    }


def cni_configuration(plan: Plan, options: Options) -> JsonObject:
    """The bridge plugin's configuration; kube-router adds the node's pod CIDRs to the copy on the node."""
    bridge = {
        "type": "bridge",
        "name": "kubernetes",
        "bridge": "kube-bridge",
        "isDefaultGateway": True,
        "hairpinMode": True,
        "ipam": {"type": "host-local"},
    }
    network = {"cniVersion": "0.3.0", "name": plan["cluster"], "plugins": [bridge]}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(plan, CNI_CONFIGURATION, options["namespace"]),
        "data": {"cni-conf.json": json.dumps(network, indent=2) + "\n"},
    }


def daemonset(plan: Plan, options: Options) -> JsonObject:
    """The agents. OnDelete: pods change one at a time, each when the sessions of the one before it are back."""
    pod = {
        "priorityClassName": options["priority_class"],
        "serviceAccountName": NAME,
        "hostNetwork": True,
        "hostPID": True,
        "tolerations": options["tolerations"],
        "containers": [_agent(plan, options)],
        "volumes": [volume for volume, _mount in _volumes(options)],
    }
    if options["cni"]:
        pod["initContainers"] = [_installer(options)]
    if options["image_pull_secrets"]:
        pod["imagePullSecrets"] = [{"name": name} for name in options["image_pull_secrets"]]
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": _metadata(plan, NAME, options["namespace"]),
        "spec": {
            "selector": {"matchLabels": POD_LABELS},
            "updateStrategy": {"type": "OnDelete"},
            "template": {"metadata": {"labels": {**labels(plan["cluster"]), **POD_LABELS}}, "spec": pod},
        },
    }


def _agent(plan: Plan, options: Options) -> JsonObject:
    container = {
        "name": NAME,
        "image": options["image"],
        "imagePullPolicy": options["image_pull_policy"],
        "args": arguments(plan, options),
        "env": _environment(options),
        "resources": options["resources"],
        "securityContext": {"privileged": True},
        "volumeMounts": [mount for _volume, mount in _volumes(options) if mount],
    }
    if options["health_port"]:
        container["livenessProbe"] = {
            "httpGet": {"path": "/healthz", "port": options["health_port"]},
            "initialDelaySeconds": 10,
            "periodSeconds": 3,
        }
    return container


def _installer(options: Options) -> JsonObject:
    return {
        "name": "install-cni",
        "image": options["image"],
        "imagePullPolicy": options["image_pull_policy"],
        "command": ["/bin/sh", "-c", _INSTALL.format(file=CNI_FILE)],
        "volumeMounts": [
            {"name": "cni-conf-dir", "mountPath": "/etc/cni/net.d"},
            {"name": "kube-router-cfg", "mountPath": "/etc/kube-router"},
            {"name": "host-opt", "mountPath": "/opt"},
        ],
    }


def _environment(options: Options) -> list[Any]:
    """Who the agent is, and where it finds the API server when the cluster's own service address does not work."""
    result = [
        {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    ]
    if options["cni"]:
        result.append({"name": "KUBE_ROUTER_CNI_CONF_FILE", "value": CNI_FILE})
    if options["api_server"]:
        host, port = _host_and_port(options["api_server"])
        result.append({"name": "KUBERNETES_SERVICE_HOST", "value": host})
        result.append({"name": "KUBERNETES_SERVICE_PORT", "value": port})
    return result


def _host_and_port(text: str) -> tuple[Any, ...]:
    """``host:port`` or ``[IPv6]:port`` as a pair of texts."""
    host, separator, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not separator or not port.isdigit() or (":" in host and not bracketed):
        remedy = "write it like 192.0.2.10:6443 or [2001:db8::10]:6443"
        raise PlanRefused(Refusal(f"{text!r} is not host:port", remedy, "kube_router.api_server"))
    return host.strip("[]"), port


def _volumes(options: Options) -> list[Any]:
    """Volumes with the agent's mount of each, None where only the installer mounts it."""
    result = [
        _host_path("lib-modules", "/lib/modules", read_only=True),
        _host_path("xtables-lock", "/run/xtables.lock", kind="FileOrCreate"),
    ]
    if options["cni"]:
        result.append(_host_path("cni-conf-dir", "/etc/cni/net.d"))
        result.append(({"name": "kube-router-cfg", "configMap": {"name": CNI_CONFIGURATION}}, None))
        result.append((_host_path("host-opt", "/opt")[0], None))
    return result


def _host_path(name: str, path: str, read_only: bool = False, kind: str | None = None) -> tuple[Any, ...]:
    source = {"path": path, **({"type": kind} if kind else {})}
    mount = {"name": name, "mountPath": path, **({"readOnly": True} if read_only else {})}
    return {"name": name, "hostPath": source}, mount
