# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secret with the sessions' password, for CNIs that read it from one: written, referred to, or fetched. Pure."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, cast

from ...contract.errors import PlanRefused, Refusal
from ...contract.peers import has_password
from ...objects.ownership import labels

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject, Options
    from ...contract.kubernetes import Metadata, Resource, Secrets
    from ...contract.plan import Plan

BASIC_AUTH = "kubernetes.io/basic-auth"
NEXT = "-next"

DEFAULTS = {
    "type": "Opaque",
    "source": "inline",
    "name": "bgp-secrets",
    "key": "rr-password",
    "store": None,
    "store_kind": "ClusterSecretStore",
    "remote_key": None,
    "remote_property": None,
    "refresh_interval": "1h",
}


def settings(given: JsonObject, **fixed: str) -> JsonObject:
    """The options with all defaults; ``fixed`` is what the CNI prescribes: ``key``, ``type``, and its own ``name``."""
    return {**DEFAULTS, **fixed, **given}


def reference(plan: Plan, options: Options, peer: Fields | None = None) -> Fields | None:
    """The ``secretKeyRef`` of the password, or None for sessions without one, with this ``peer`` if given.

    ``options`` with all defaults.
    """
    if not has_password(plan, peer or {}):
        return None
    return {"name": _name(options, following=bool(peer and peer.get("next_password"))), "key": options["key"]}


def _name(options: Options, following: bool) -> str:
    """The Secret's name. The next password is in a Secret of its own, so that no session's Secret changes under it."""
    return f"{options['name']}{NEXT}" if following else options["name"]


def names(plan: Plan, options: Options) -> list[str]:
    """The names of all Secrets with a password of the plan's sessions."""
    bgp = plan["bgp"]
    both = (bgp.get("password"), bgp.get("next_password"))
    return [_name(options, following) for following, there in zip((False, True), both) if there]


def resources(plan: Plan, options: Options, namespace: str, secrets: Secrets) -> list[Resource]:
    """What brings the Secret about: itself, an ExternalSecret (external-secrets.io/v1), or nothing. ClusterError."""
    if not plan["bgp"].get("password") or options["source"] == "existing":
        return []
    metadata: Metadata = {"name": options["name"], "namespace": namespace, "labels": labels(plan["cluster"])}
    if options["source"] == "external_secret":
        return [_external(metadata, options)]
    found = [_secret(metadata, options, secrets, encoded(plan, secrets, following=_replaced(plan)))]
    if plan["bgp"].get("next_password"):
        other: Metadata = {**metadata, "name": _name(options, following=True)}
        found.append(_secret(other, options, secrets, encoded(plan, secrets, following=True)))
    return found


def _replaced(plan: Plan) -> bool:
    """Whether all sessions have the next password: it is in both Secrets then, so that either may be named."""
    if not plan["bgp"].get("next_password"):
        return False
    peers = [peer for node in plan["nodes"].values() for peer in node["peers"]]
    return bool(peers) and all(peer.get("next_password") for peer in peers)


def _secret(metadata: Metadata, options: Options, secrets: Secrets, text: str) -> Resource:
    """The password as ``data``, because ``stringData`` is never read back; a placeholder stays readable."""
    kind = "stringData" if secrets.get("placeholder") else "data"
    secret: Resource = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": options["type"]}
    return cast("Resource", {**secret, kind: {options["key"]: text}})


def encoded(plan: Plan, secrets: Secrets, following: bool = False) -> str:
    """The sessions' password in base64, or the one ``following`` it; a placeholder stays as it is.

    PlanRefused where the plan misses it.
    """
    password = secrets.get("bgp_next_password") if following else secrets.get("bgp_password")
    if password is None:
        rule = f"the plan's sessions have a {'next ' if following else ''}password, but none was given"
        remedy = f"set kubefabric_cluster.bgp.{'next_' if following else ''}password, from a vault"
        raise PlanRefused(Refusal(rule, remedy, cluster=plan["cluster"]))
    return password if secrets.get("placeholder") else base64.b64encode(password.encode()).decode()


def _external(metadata: Metadata, options: Options) -> Resource:
    remote = {"key": options["remote_key"]}
    if options["remote_property"]:
        remote["property"] = options["remote_property"]
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": metadata,
        "spec": {
            "refreshInterval": options["refresh_interval"],
            "secretStoreRef": {"kind": options["store_kind"], "name": options["store"]},
            "target": _target(options),
            "data": [{"secretKey": options["key"], "remoteRef": remote}],
        },
    }


def _target(options: Options) -> JsonObject:
    """The Secret that the operator makes; without a template it is Opaque."""
    typed = {"template": {"type": options["type"]}} if options["type"] != DEFAULTS["type"] else {}
    return {"name": options["name"], **typed}
