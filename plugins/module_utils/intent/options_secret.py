# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a Secret that holds the sessions' password, for every CNI that reads it from one.

cni/base/password_secret.py makes the resources and fills in the defaults documented here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..contract.freeform import Spec

PASSWORD_SECRET: dict[str, Spec] = {
    "source": {
        "type": "str",
        "fill": False,
        "default": "inline",
        "choices": ["inline", "existing", "external_secret"],
        "description": "V(inline) writes the Secret from O(kubefabric_cluster.bgp.password); V(existing) refers to one "
        "that is there; V(external_secret) writes an ExternalSecret that fetches it from a store.",
    },
    "name": {
        "type": "str",
        "format": "resource_name",
        "fill": False,
        "default": "bgp-secrets",
        "description": "Name of the Secret.",
    },
    "key": {
        "type": "str",
        "fill": False,
        "default": "rr-password",
        "format": "secret_key",
        "description": "Key in it.",
    },
    "store": {
        "type": "str",
        "format": "resource_name",
        "description": "Name of the store, with V(external_secret).",
    },
    "store_kind": {
        "type": "str",
        "fill": False,
        "default": "ClusterSecretStore",
        "choices": ["ClusterSecretStore", "SecretStore"],
        "description": "Kind of the store.",
    },
    "remote_key": {"type": "str", "description": "The password's key in the store, with V(external_secret)."},
    "remote_property": {"type": "str", "description": "Property of that key, where it holds several."},
    "refresh_interval": {
        "type": "str",
        "format": "go_duration",
        "fill": False,
        "default": "1h",
        "description": "How often to look into the store.",
    },
}


def of_fixed_key(name: str) -> Spec:
    """The same options for a CNI that reads one key of the Secret, with the name that the Secret has by default."""
    options = {key: option for key, option in PASSWORD_SECRET.items() if key != "key"}
    return {**options, "name": {**options["name"], "default": name}}
