# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ACI attributes of an L3Out as a table: options whose values pass from the intent to a property of APIC.

A row is all that an attribute needs. From it come

* the option of the intent (intent/option.py), with its argument specs, JSON Schema and reference;
* the key of the plan (plan/passed.py) and its type (contract/l3out.py, written by docs/generate.py);
* the option of the module aci_l3out (intent/l3out_options.py) and its documentation (written by docs/generate.py);
* the property of the managed object (aci/model/properties.py);
* findings of releases that lack it, and of values that have no meaning (plan/checks/attributes.py).

Rows with ``source`` in place of a property have code of their own in aci/model/. Ranges are those of the class catalog
of release 6.0(9c).
"""

from __future__ import annotations

from .attribute import Attribute, Property
from .attributes_bgp import BGP

_ON_OFF = ((True, "on"), (False, "off"))
_ENABLED = ((True, "enabled"), (False, "disabled"))
_SVI = "l3extVirtualLIfP l3extRsPathL3OutAtt"
# fabricHIfPol.speed
_SPEEDS = ("inherit", "100M", "1G", "10G", "25G", "40G", "50G", "100G", "200G", "400G")

# kubefabric_cluster.l3out: the L3Out itself
L3OUT = (
    Attribute(
        "description",
        "str",
        "Description of the L3Out",
        Property("l3extOut", "descr"),
        default="",
        format="description",
    ),
)

# kubefabric_cluster.l3out: its SVIs
SVI = (
    Attribute(
        "encap_scope",
        "str",
        "Scope of the VLAN, V(vrf) where L3Outs of the VRF share it on a leaf",
        Property(_SVI, "encapScope", values=(("vrf", "ctx"),)),
        default="local",
        choices=("local", "vrf"),
    ),
    Attribute(
        "autostate",
        "str",
        "Whether the SVI goes down with its last port",
        Property(_SVI, "autostate"),
        default="disabled",
        choices=("disabled", "enabled"),
    ),
    Attribute(
        "mode",
        "str",
        "How ports carry the VLAN: V(regular) tagged, V(native) with 802.1p tags, V(untagged) without",
        Property(_SVI, "mode"),
        default="regular",
        choices=("regular", "native", "untagged"),
        in_intent="With V(untagged) nodes have their address on the untagged interface.",
        sparse=True,
    ),
)

# kubefabric_cluster.l3out, in plan and module below access: the nodes' ports, where the intent gives them
PORTS = (
    Attribute(
        "lacp_mode",
        "str",
        "LACP mode of the nodes' port channels",
        Property("lacpLagPol", "mode"),
        default="active",
        choices=("active", "passive", "mac-pin", "off"),
    ),
    Attribute(
        "link_speed",
        "str",
        "Speed of the nodes' ports",
        Property("fabricHIfPol", "speed"),
        choices=_SPEEDS,
        absent="the fabric's default",
        sparse=True,
    ),
    Attribute(
        "auto_negotiation",
        "bool",
        "Auto-negotiation on the nodes' ports",
        Property("fabricHIfPol", "autoNeg", values=_ON_OFF),
        absent="the fabric's default",
        sparse=True,
    ),
    Attribute(
        "lldp",
        "bool",
        "LLDP on the nodes' ports, both ways",
        Property("lldpIfPol", "adminRxSt adminTxSt", values=_ENABLED),
        absent="the fabric's default",
        sparse=True,
    ),
    Attribute(
        "cdp",
        "bool",
        "CDP on the nodes' ports",
        Property("cdpIfPol", "adminSt", values=_ENABLED),
        absent="the fabric's default",
        sparse=True,
    ),
)

# by the name of the section; the place in a plan's l3out, which is the module's, is in PLACES
SECTIONS = {"l3out": L3OUT, "svi": SVI, "ports": PORTS, "bgp": BGP}
PLACES = {"l3out": "", "svi": "", "ports": "access", "bgp": "bgp"}


def needing(section: str, option: str) -> tuple[Attribute, ...]:
    """The attributes of a section that have no meaning without an option of it."""
    return tuple(row for row in SECTIONS[section] if row.needs == option)
