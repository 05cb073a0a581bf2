# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the intent's own Helm values must not do beside the values that the plan sets: undo them by another way.

An agent takes each of its options from its arguments, then from CILIUM_… in its environment, then from the ConfigMap
(viper), so that ``extraArgs``, ``extraEnv`` and ``extraConfig`` win over the chart's own values. Sources: the chart's
templates (cilium-configmap.yaml, cilium-agent/daemonset.yaml, validate.yaml), daemon/cmd/daemon.go and
pkg/egressgateway/manager.go, v1.20.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ....common.go_text import boolean
from ....contract.families import families, networks
from ..settings import version
from . import pools

if TYPE_CHECKING:
    from ....contract.freeform import Json, JsonObject, Options
    from ....contract.plan import Plan

Complaint = tuple[str, str, str]

_AT = "cilium.helm_values"
# values that the chart needs to be on
_NEEDED = {
    "agent": "without agents no node speaks BGP",
    "operator.enabled": "without the operator no node gets its BGP configuration, nor its pod network",
}
_REFUSED = {
    "ipMasqAgent.enabled": "the agent ends: ip-masq-agent requires masquerading, which the plan turns off",
    "egressGateway.enabled": "the agent ends: the egress gateway requires masquerading, which the plan turns off",
}
TUNNEL_UNTIL = (1, 15)


def complaints(plan: Plan, options: Options) -> list[Complaint]:
    """``[(key, rule, remedy)]`` of values that no value of the plan's is beside."""
    given = options["helm_values"] or {}
    wanted = agent_options(plan, options)
    return [*_switches(given, plan, options), *_config(given, wanted), *_arguments(given, wanted), *_env(given, wanted)]


def agent_options(plan: Plan, options: Options) -> dict[str, str]:
    """Options of agent and operator, by name, as the plan's values set them."""
    wanted = {
        "enable-bgp-control-plane": "true",
        "bgp-secrets-namespace": options["secrets_namespace"],
        "routing-mode": "native",
        "tunnel": "disabled",
        "auto-direct-node-routes": "false",
        "enable-endpoint-routes": "true",
        "enable-ip-masq-agent": "false",
        "kube-proxy-replacement": "true" if options["kube_proxy_replacement"] else "false",
        "ipam": options["ipam"],
    }
    for family in ("ipv4", "ipv6"):
        wanted[f"enable-{family}"] = "true" if family in families(plan) else "false"
        wanted[f"enable-{family}-masquerade"] = "false"
        pods = networks(plan, "pod", family)
        if pods and options["ipam"] == "cluster-pool":
            wanted[f"cluster-pool-{family}-cidr"] = " ".join(pods)
    if pools.described(plan, options):
        wanted["enable-lb-ipam"] = "true"
    if options["advertise_cluster_ip"]:
        wanted["bpf-lb-external-clusterip"] = "true"
    return wanted


def _switches(given: JsonObject, plan: Plan, options: Options) -> Iterator[Complaint]:
    needed = dict(_NEEDED)
    if pools.described(plan, options):
        needed["enableLBIPAM"] = "without LB-IPAM no Service gets an address of the plan's pools"
    for key, rule in needed.items():
        if _value(given, key, True) in (False, None, 0, ""):
            yield f"{_AT}.{key}", f"is off, and {rule}", "remove it"
    for key, rule in _REFUSED.items():
        if _value(given, key, False):
            yield f"{_AT}.{key}", f"is on, and {rule}", "remove it"
    if given.get("tunnel") and version(options) >= TUNNEL_UNTIL:
        yield (
            f"{_AT}.tunnel",
            f"the chart of Cilium {options['version']} refuses it",
            "remove it; the plan routes natively",
        )
    namespace = given.get("namespaceOverride")
    if namespace and namespace != options["namespace"]:
        rule = f"is {namespace!r}, and the plan looks for Cilium in {options['namespace']!r}"
        yield f"{_AT}.namespaceOverride", rule, "set cilium.namespace"


def _value(given: JsonObject, path: str, default: object) -> object:
    """A value at a path with dots; the default where nothing is there."""
    value: Json = given
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return default
        value = value[key]
    return value


def _config(given: JsonObject, wanted: dict[str, str]) -> Iterator[Complaint]:
    """The ConfigMap's own keys; a ConfigMap holds texts alone."""
    extra = given.get("extraConfig")
    for key, value in (extra if isinstance(extra, dict) else {}).items():
        at = f"{_AT}.extraConfig.{key}"
        if not isinstance(value, str):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield at, "is not a text, and the API server refuses a ConfigMap with it", f'write "{text}" in quotes'
        yield from _contradiction(at, str(key), value, wanted)


def _arguments(given: JsonObject, wanted: dict[str, str]) -> Iterator[Complaint]:
    """Arguments of agent and operator; one that is followed by its value is read with it."""
    for path in ("extraArgs", "operator.extraArgs"):
        listed = _value(given, path, [])
        texts = [str(item) for item in listed] if isinstance(listed, (list, tuple)) else []
        for index, text in enumerate(texts):
            name, equals, value = text.lstrip("-").partition("=")
            following = texts[index + 1] if index + 1 < len(texts) and not texts[index + 1].startswith("-") else None
            if text.startswith("--"):
                given_value = value if equals else following if following and not _is_switch(name, wanted) else "true"
                yield from _contradiction(f"{_AT}.{path}[{index}]", name, given_value, wanted)


def _is_switch(name: str, wanted: dict[str, str]) -> bool:
    return wanted.get(name) in ("true", "false")


def _env(given: JsonObject, wanted: dict[str, str]) -> Iterator[Complaint]:
    for path in ("extraEnv", "operator.extraEnv"):
        listed = _value(given, path, [])
        for index, item in enumerate(listed if isinstance(listed, (list, tuple)) else []):
            name = str(item.get("name") or "") if isinstance(item, dict) else ""
            if name.startswith("CILIUM_") and "value" in item:
                option = name[len("CILIUM_") :].lower().replace("_", "-")
                yield from _contradiction(f"{_AT}.{path}[{index}]", option, item["value"], wanted)


def _contradiction(at: str, name: str, value: Json, wanted: dict[str, str]) -> Iterator[Complaint]:
    if name in wanted and not _same(str(value), wanted[name]):
        yield at, f"sets {name} to {str(value)!r}, but the plan sets {wanted[name]!r}", "remove it"


def _same(value: str, wanted: str) -> bool:
    """Whether two texts of an option mean the same: truth values in Go's spellings, lists with commas or blanks."""
    text = value.strip()
    if wanted in ("true", "false"):
        former = {"strict": True, "disabled": False}  # kube-proxy-replacement before 1.16
        return former.get(text.lower(), boolean(text)) is (wanted == "true")
    return sorted(re.split(r"[\s,]+", text.lower())) == sorted(wanted.lower().split())
