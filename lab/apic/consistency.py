"""What APIC refuses within one object: properties of which each is valid, but not together.

Each is an error that Cisco's acceptance tests of terraform-provider-aci expect of a real APIC (``testacc/`` of its
release 1.x); docs/lab-apic.md says how far the texts are known.
"""

from __future__ import annotations

from collections.abc import Callable

from lab.apic import errors
from lab.apic.store import Mo, Store

_IP = ("ip", "ipv4", "ipv6")
_L4 = {
    "applyToFrag": "no",
    "dFromPort": "unspecified",
    "dToPort": "unspecified",
    "sFromPort": "unspecified",
    "sToPort": "unspecified",
    "tcpRules": "",
}
# From and to of a range, by class.
_RANGES = {
    "infraNodeBlk": (("from_", "to_"),),
    "infraPortBlk": (("fromPort", "toPort"), ("fromCard", "toCard")),
    "infraSubPortBlk": (("fromPort", "toPort"), ("fromCard", "toCard"), ("fromSubPort", "toSubPort")),
    "vzEntry": (("sFromPort", "sToPort"), ("dFromPort", "dToPort")),
}


def check(store: Store, mo: Mo) -> None:
    """ApicError if the object contradicts itself."""
    for first, last in _RANGES.get(mo.cls, ()):
        _in_order(store, mo, first, last)
    if mo.cls in _CHECKS:
        _CHECKS[mo.cls](store, mo)


def _in_order(store: Store, mo: Mo, first: str, last: str) -> None:
    numbers = [_number(store, mo, name) for name in (first, last)]
    if numbers[0] > numbers[1]:
        raise errors.validation_failed(f"{last} cannot be less than {first}Rn={mo.rn}, ")


def _number(store: Store, mo: Mo, name: str) -> int:
    value = store.value(mo, name)
    named = store.catalog.properties(mo.cls)[name].constants
    return named[value] if value in named else int(value)


def _flags(store: Store, mo: Mo, name: str) -> set[str]:
    return set(store.value(mo, name).split(",")) - {""}


def _entry(store: Store, mo: Mo) -> None:
    """A filter entry: what belongs to ARP or to TCP and UDP needs that Ethertype."""
    ethertype = store.value(mo, "etherT")
    if ethertype != "arp" and store.value(mo, "arpOpc") != "unspecified":
        raise errors.validation_failed(f"ArpOpcode cannot be combined with non arp EthertypeRn={mo.rn}, ")
    if ethertype not in _IP and any(store.value(mo, name) != unset for name, unset in _L4.items()):
        raise errors.validation_failed(f"non-IP Ethertype cannot be combined with other l4 propertiesRn={mo.rn}, ")


def _external_subnet(store: Store, mo: Mo) -> None:
    """A prefix of an external EPG: what it may be shared or aggregated for."""
    scope = _flags(store, mo, "scope")
    if "shared-security" in scope and "import-security" not in scope:
        raise errors.invalid_configuration("shared_security scope also needs import_security")
    aggregate = _flags(store, mo, "aggregate") & {"import-rtctrl", "export-rtctrl"}
    if aggregate and store.value(mo, "ip") not in ("0.0.0.0/0", "::/0"):
        raise errors.invalid_configuration(
            f"Import/Export Subnet Aggregation Supported Only for 0.0.0.0/0 or ::/0, not for {mo.dn}"
        )


def _subnet(store: Store, mo: Mo) -> None:
    if {"private", "public"} <= _flags(store, mo, "scope"):
        raise errors.invalid_configuration("Subnet scope cannot be both private and public", " : ")


def _static_path(store: Store, mo: Mo) -> None:
    if store.value(mo, "encap") == "unknown":
        raise errors.validation_failed(f"Encap not specifiedRn={mo.rn}, ")


def _l3out(store: Store, mo: Mo) -> None:
    if "export" not in _flags(store, mo, "enforceRtctrl"):
        text = "Unenforced Route Control is not supported for Export direction."
        raise errors.invalid_configuration(text, " ")


def _ospf(store: Store, mo: Mo) -> None:
    if store.value(mo, "multipodInternal") == "yes" and not mo.dn.startswith("uni/tn-infra/"):
        raise errors.invalid_configuration("OSPF Multipod Internal can be set only under infra tenant.", " ")


def _uplinks(store: Store, mo: Mo) -> None:
    """The order of a VMM domain's uplinks; texts from cisco.aci's test of aci_epg_to_domain."""
    if mo.values.get("active") == "":
        raise errors.failed_validation("active", mo.dn, "")
    given = _ids(store, mo, "active") + _ids(store, mo, "standby")
    if len(set(given)) != len(given) or "" in given:
        raise errors.ApicError(
            120, "Invalid Configuration. Uplink Id entered more than once or delimiter was  misused."
        )
    if any(int(number) > 32 for number in given):
        raise errors.ApicError(120, "Invalid Configuration. Uplink Id can not be higher than 32.")


def _ids(store: Store, mo: Mo, name: str) -> list[str]:
    value = store.value(mo, name)
    return value.split(",") if value else []


_CHECKS: dict[str, Callable[[Store, Mo], None]] = {
    "vzEntry": _entry,
    "l3extSubnet": _external_subnet,
    "fvSubnet": _subnet,
    "fvRsPathAtt": _static_path,
    "l3extOut": _l3out,
    "ospfExtP": _ospf,
    "fvUplinkOrderCont": _uplinks,
}
