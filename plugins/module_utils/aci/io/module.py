# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ACI modules share between their options and the pure parts."""

from __future__ import annotations

from typing import Any, Dict, List

from ansible.module_utils.common.parameters import sanitize_keys

from ansible_collections.cisco.aci.plugins.module_utils.aci import aci_argument_spec

from ..model.mo import BuildError
from .session import AciError, Session


def connection_spec() -> Dict[str, Any]:
    """cisco.aci's options for host, login and transport; ``host`` may be several.

    What protects the connection is asked of the task alone: the environment that cisco.aci reads cannot turn it off.
    """
    spec = aci_argument_spec()
    for name in ("validate_certs", "use_ssl"):
        spec[name] = {key: value for key, value in spec[name].items() if key != "fallback"}
    names = [*(spec["host"].get("aliases") or ()), "hosts"]  # as kubefabric_fabric.apic calls them
    spec["host"] = {**spec["host"], "type": "list", "elements": "str", "aliases": names}
    return spec


def trimmed(params: Dict[str, Any], spec: Dict[str, Any]) -> Dict[str, Any]:
    """Options with lists of texts as people mean them: Ansible takes ``a, b`` for a list, and leaves the blank."""
    return {**params, **{name: _trimmed(params[name], option) for name, option in spec.items() if name in params}}


def _trimmed(value: Any, option: Dict[str, Any]) -> Any:
    if isinstance(value, list) and option.get("elements") == "str":
        return [item.strip() for item in value if item.strip()]
    if "options" not in option:
        return value
    if isinstance(value, list):
        return [trimmed(item, option["options"]) for item in value]
    return trimmed(value, option["options"]) if isinstance(value, dict) else value


def writing_spec() -> Dict[str, Any]:
    """Options of the modules that write."""
    return {"adopt": {"type": "bool", "default": False}, "wait_for_faults": {"type": "int", "default": 10}}


def open_session(module: Any) -> Session:
    """A session with the hosts that the task names. ACIModule wants one host in its parameters: the session sets it."""
    hosts: List[str] = [host.strip() for host in module.params["host"] or [] if host.strip()]
    if not hosts and not module._socket_path:
        module.fail_json(msg="Give `host`: one or more APICs (or use cisco.aci's httpapi connection).")
    module.params["host"] = hosts[0] if hosts else None
    return Session(module, hosts)


def finish(module: Any, result: Dict[str, Any]) -> None:
    """Ends the module with its result, ``diff`` only where it was asked for."""
    if not module._diff:
        result.pop("diff", None)
    elif module.no_log_values:  # Ansible keeps secrets out of values alone, and distinguished names are keys here
        result["diff"] = sanitize_keys(result.get("diff") or {}, module.no_log_values)
    module.exit_json(**result)


ERRORS = (AciError, BuildError)
