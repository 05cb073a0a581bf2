# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of a tenant that an L3Out refers to: BGP timers, best path, prefix limit, ECMP of the VRF, BFD, match
rules.

Each is named after the L3Out, but for the VRF's address-family policies, which clusters share: those are named after
the VRF. What the intent does not want is there as an absent object, so that an earlier one of ours goes away.
"""

from __future__ import annotations

from typing import Any, Dict, List

from ...contract.designs import INTERFACES
from . import names, properties
from .mo import BuildError, Mo, ancestor, owned, shared

KINDS = ("node", "pod", "service", "external_service", "nested")
FAMILIES = ("ipv4", "ipv6")
NAME_LENGTH = names.USUAL[1]  # of these classes


def tenant_policies(l3out: Dict[str, Any]) -> List[Mo]:
    """Children of the L3Out's tenant, beside the L3Out itself."""
    return [timers(l3out), _best_path(l3out), _prefix_limit(l3out), _bfd(l3out), *_match_rules(l3out)]


def vrf_policies(l3out: Dict[str, Any]) -> List[Mo]:
    """Children of the VRF's tenant: the ECMP policies, and the VRF (another owner's) with the relations to them."""
    relations = [_vrf_relation(l3out, family) for family in FAMILIES]
    return [
        *(_ecmp(l3out, family) for family in FAMILIES),
        ancestor("fvCtx", relations, exclusive=("fvRsCtxToBgpCtxAfPol", "af"), name=l3out["vrf"]),
    ]


def match_rule(l3out: Dict[str, Any], kind: str) -> str:
    """Name of the match rule for one kind of network."""
    return checked(l3out["name"] + "-" + kind)


def kinds(l3out: Dict[str, Any]) -> List[str]:
    """The kinds of network that this L3Out has, in the order of the intent."""
    return list(dict.fromkeys(network["kind"] for network in l3out["networks"]))


def checked(name: str) -> str:
    """A policy's name, if APIC can hold it. Raises BuildError."""
    if len(name) > NAME_LENGTH:
        raise BuildError(
            f"The policy name {name} has {len(name)} characters, APIC takes {NAME_LENGTH}: "
            "shorten the name it is made from."
        )
    return name


def timers(l3out: Dict[str, Any]) -> Mo:
    """What a leaf holds once per VRF: timers and the limit of AS paths."""
    return owned("bgpCtxPol", name=l3out["name"], **properties.of("bgpCtxPol", l3out))


def _best_path(l3out: Dict[str, Any]) -> Mo:
    found = properties.of("bgpBestPathCtrlPol", l3out)
    return owned("bgpBestPathCtrlPol", present=has_best_path(l3out), name=l3out["name"], **found)


def has_best_path(l3out: Dict[str, Any]) -> bool:
    """Whether the best-path policy changes something; it exists only then."""
    return any(properties.of("bgpBestPathCtrlPol", l3out).values())


def _prefix_limit(l3out: Dict[str, Any]) -> Mo:
    limit = l3out["bgp"]["max_prefixes"]
    found = {"action": "reject", "maxPfx": limit or 1, **properties.of("bgpPeerPfxPol", l3out)}
    return owned("bgpPeerPfxPol", present=limit is not None, name=l3out["name"], **found)


def _bfd(l3out: Dict[str, Any]) -> Mo:
    found = properties.of("bfdIfPol", l3out)
    return owned("bfdIfPol", present=l3out["bgp"]["bfd"], name=l3out["name"], adminSt="enabled", **found)


def _match_rules(l3out: Dict[str, Any]) -> List[Mo]:
    wanted = kinds(l3out)
    return [
        owned("rtctrlSubjP", _destinations(l3out, kind), present=kind in wanted, name=match_rule(l3out, kind))
        for kind in dict.fromkeys([*KINDS, *wanted])
    ]


def _destinations(l3out: Dict[str, Any], kind: str) -> List[Mo]:
    return [
        owned("rtctrlMatchRtDest", ip=network["prefix"], aggregate=bool(network["aggregate"]))
        for network in l3out["networks"]
        if network["kind"] == kind
    ]


def _wants_ecmp(l3out: Dict[str, Any], family: str) -> bool:
    used = {item["family"] for key in INTERFACES.values() for item in l3out[key]}
    return l3out["bgp"]["ecmp"] is not None and family in used


def _ecmp_name(l3out: Dict[str, Any], family: str) -> str:
    return checked("kubefabric-{}-{}".format(l3out["vrf"], family))


def _ecmp(l3out: Dict[str, Any], family: str) -> Mo:
    width = l3out["bgp"]["ecmp"] or 16
    return shared(
        "bgpCtxAfPol",
        l3out["cluster"],
        present=_wants_ecmp(l3out, family),
        name=_ecmp_name(l3out, family),
        maxEcmp=width,
        maxEcmpIbgp=width,
    )


def _vrf_relation(l3out: Dict[str, Any], family: str) -> Mo:
    return shared(
        "fvRsCtxToBgpCtxAfPol",
        l3out["cluster"],
        present=_wants_ecmp(l3out, family),
        tnBgpCtxAfPolName=_ecmp_name(l3out, family),
        af=family + "-ucast",
    )
