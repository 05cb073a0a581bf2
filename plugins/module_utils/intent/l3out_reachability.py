# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``reachability`` of aci_l3out: a plan's ``l3out.reachability``."""

from __future__ import annotations

from typing import Any, Dict

TEXT = {"type": "str"}
REQUIRED = {"type": "str", "required": True}
NAMES = {"type": "list", "elements": "str", "default": []}


def _rows(**options: Any) -> Dict[str, Any]:
    return {"type": "list", "elements": "dict", "options": options, "default": []}


def _side(**options: Any) -> Dict[str, Any]:
    return _rows(**options, provide=NAMES, consume=NAMES, consume_interfaces=NAMES)


def reachability_spec() -> Dict[str, Any]:
    """Argument spec of the option."""
    kind = {"type": "str", "choices": ["node", "pod", "service", "external_service", "nested"], "required": True}
    return {
        "type": "dict",
        "options": {
            "external_epgs": _side(
                name=REQUIRED,
                preferred_group={"type": "bool", "default": False},
                subnets=_rows(prefix=REQUIRED, scope={**NAMES, "default": ["import-security"]}, aggregate=NAMES),
            ),
            "contracts": _contracts(),
            "interfaces": _rows(tenant=REQUIRED, name=REQUIRED, contract_tenant=REQUIRED, contract=REQUIRED),
            "epgs": _side(tenant=REQUIRED, application=REQUIRED, name=REQUIRED, vrf=TEXT, vrf_tenant=TEXT),
            "esgs": _side(tenant=REQUIRED, application=REQUIRED, name=REQUIRED, vrf=TEXT, vrf_tenant=TEXT),
            "transit": _side(
                tenant=REQUIRED,
                l3out=REQUIRED,
                external_epg=REQUIRED,
                vrf=TEXT,
                vrf_tenant=TEXT,
                order={"type": "int", "default": 9},
                networks=_rows(kind=kind, prefix=REQUIRED, aggregate={"type": "bool", "default": False}),
            ),
        },
    }


def _contracts() -> Dict[str, Any]:
    entry = {
        "name": REQUIRED,
        "ethertype": {"type": "str", "default": "ip"},
        "protocol": TEXT,
        "ports": TEXT,
        "source_ports": TEXT,
        "stateful": {"type": "bool", "default": False},
    }
    existing = {"type": "bool", "default": False}
    return _rows(
        tenant=REQUIRED,
        name=REQUIRED,
        existing=existing,
        scope={"type": "str", "choices": ["vrf", "tenant", "global"]},
        subjects=_rows(
            name=REQUIRED,
            graph=TEXT,
            reverse_ports={"type": "bool", "default": True},
            filters=_rows(name=REQUIRED, existing=existing, entries=_rows(**entry)),
        ),
    )
