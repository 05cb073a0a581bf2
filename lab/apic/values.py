"""Reading, checking and printing the values of properties, as APIC does.

A value is stored as APIC prints it back: flags sorted, ``true`` as ``yes``, port 443 as ``https``, IPv6 compressed.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date, timedelta

from lab.apic.catalog import Property, Range

_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")
_ENCAP = re.compile(r"unknown|any|vlan-(\d+)|vxlan-(\d+)|nvgre-(\d+)|vsan-(\d+)|qinq-(\d+)-(\d+)")
_UNSIGNED = {"UByte": 8, "Uint16": 16, "Uint32": 32, "Uint64": 64}
_SIGNED = {"SByte": 8, "Sint16": 16, "Sint32": 32, "Sint64": 64}
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?")


# What APIC shows of a label's or profile's colour: terraform-provider-aci's tests of l3extLNodeP, vzProvSubjLbl,
# dhcpLbl. The catalog gives these properties no default.
COLOUR = "yellow-green"


class Unreadable(ValueError):
    """The text is not of the property's type."""


class OutOfRange(ValueError):
    """The value is of the property's type, but its validators do not accept it."""


class FailedValidation(OutOfRange):
    """The same of a text: its length, or a character in it."""


def canonical(prop: Property, text: str) -> str:
    """``text`` as APIC prints it back; Unreadable or OutOfRange if APIC refuses it. DNs are left to the caller."""
    base = prop.base.rpartition(":")[2]
    if base.startswith("Bitmask"):
        return _flags(prop, text)
    if text in prop.constants:
        return text
    if base.startswith("Enum") or (prop.kind == "enum" and prop.constants):
        return _enumeration(prop, text)
    if base == "Bool":
        return _boolean(text)
    if base in _UNSIGNED or base in _SIGNED or prop.kind == "number":
        return _number(prop, base, text)
    if base in ("Ip", "IPv4", "IPv6") or prop.address in ("IPv4", "IPv6", "IPv4OrIPv6"):
        return _address(prop, base, text)
    if base == "MAC":
        return _mac(text)
    if base == "Encap":
        return _encap(text)
    if base == "Date":
        return _date(text)
    if base.startswith("Bin"):
        return text
    return _string(prop, text)


def default(prop: Property) -> str:
    """What APIC shows of a property that was not set."""
    base = prop.base.rpartition(":")[2]
    if base.startswith("Bitmask"):
        return _flags(prop, prop.default or "0")
    if prop.default is not None:
        return _printed(prop, base, prop.default)
    if prop.name == "tag" and COLOUR in prop.constants:
        return COLOUR
    zero = next((name for name, value in prop.constants.items() if value == 0), None)
    if zero is not None and not base.startswith("Basic"):
        return zero
    return _blank(prop, base)


def _printed(prop: Property, base: str, text: str) -> str:
    if base == "Bool":
        return _boolean(text)
    if base == "IPv4" and text.isdigit():
        return _address(prop, base, text)
    if base in ("Float", "Double") and _named(prop, text) is None:
        return f"{float(text):.6f}"
    if base == "MAC" and text.isdigit():
        return ":".join(f"{byte:02X}" for byte in (int(text) & (1 << 48) - 1).to_bytes(6, "little"))
    return _named(prop, text) or text


def _blank(prop: Property, base: str) -> str:
    if base in _UNSIGNED or base in _SIGNED or base in ("Seconds",):
        return "0"
    blanks = {
        "Bool": "no",
        "Ip": "::" if prop.name.startswith("ll") else "0.0.0.0",
        "IPv4": "0.0.0.0",
        "IPv6": "::",
        "MAC": "00:00:00:00:00:00",
        "Encap": "unknown",
        "Date": "never",
        "Float": "0.000000",
        "Double": "0.000000",
    }
    return blanks.get(base, "")


# -- one kind of value each -----------------------------------------------------------------------------


def _integer(text: str) -> int | None:
    try:
        return int(text, 0) if text.lower().startswith(("0x", "-0x")) else int(text)
    except ValueError:
        return None


def _named(prop: Property, text: str) -> str | None:
    """The name of a constant, given by name or by number."""
    if text in prop.constants:
        return text
    number = _integer(text)
    return (
        next((name for name, value in prop.constants.items() if value == number), None) if number is not None else None
    )


def _flags(prop: Property, text: str) -> str:
    number = _integer(text)
    if number is not None and text not in prop.constants:
        chosen = [name for name, bit in prop.constants.items() if bit and number & bit == bit]
    else:
        chosen = [part.strip() for part in text.split(",") if part.strip()]
    if any(name not in prop.constants for name in chosen):
        raise Unreadable(text)
    return ",".join(sorted({name for name in chosen if prop.constants[name] != 0}))


def _enumeration(prop: Property, text: str) -> str:
    name = _named(prop, text)
    if name is None:
        raise Unreadable(text)
    return name


def _boolean(text: str) -> str:
    if text.lower() in ("yes", "true", "1"):
        return "yes"
    if text.lower() in ("no", "false", "0"):
        return "no"
    raise Unreadable(text)


def _number(prop: Property, base: str, text: str) -> str:
    name = _named(prop, text)
    if name is not None:
        return name
    if base in ("Float", "Double"):
        return _real(prop, text)
    number = _integer(text)
    if number is None:
        raise Unreadable(text)
    _check_width(base, number, text)
    _check_ranges(prop.ranges, number, text)
    return str(number)


def _real(prop: Property, text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        raise Unreadable(text) from None
    _check_ranges(prop.ranges, number, text)
    return f"{number:.6f}"


def _check_width(base: str, number: int, text: str) -> None:
    if base in _UNSIGNED and not 0 <= number < 1 << _UNSIGNED[base]:
        raise Unreadable(text)
    if base in _SIGNED and not -(1 << _SIGNED[base] - 1) <= number < 1 << _SIGNED[base] - 1:
        raise Unreadable(text)


def _within(limits: Range, number: float) -> bool:
    return limits.minimum <= number and (limits.maximum is None or number <= limits.maximum)


def _check_ranges(ranges: tuple[Range, ...], number: float, text: str) -> None:
    if ranges and not any(_within(limits, number) for limits in ranges):
        raise OutOfRange(text)


def _address(prop: Property, base: str, text: str) -> str:
    """An address as printed; of IPv4 a number is one too (an OSPF area), and some have a name (area ``backbone``)."""
    if not text:
        return "0.0.0.0"
    wanted = {"IPv4": 4, "IPv6": 6}.get(base if base != "Ip" else prop.address)
    try:
        value = ipaddress.ip_interface(int(text) if base == "IPv4" and text.isdigit() else text)
    except ValueError:
        raise Unreadable(text) from None
    if wanted is not None and value.version != wanted:
        raise Unreadable(text)
    if base == "IPv4" and (name := _named(prop, str(int(value.ip)))) is not None:
        return name
    return value.compressed if "/" in text else value.ip.compressed


def _mac(text: str) -> str:
    return _match(_MAC, text.replace("-", ":")).upper()


def _date(text: str) -> str:
    """A time as APIC prints it: ``2026-01-01 00:00:00`` becomes ``2026-01-01T00:00:00.000+00:00``."""
    found = _DATE.fullmatch(text)
    if text == "never":
        return text
    if not found:
        raise Unreadable(text)
    fraction, zone = (found[3] or ".000")[:4].ljust(4, "0"), found[4] or "+00:00"
    zone = "+00:00" if zone == "Z" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    day, hour = found[1], found[2]
    if hour == "24:00:00":  # the end of a day is the start of the next
        try:
            day, hour = str(date.fromisoformat(day) + timedelta(days=1)), "00:00:00"
        except (OverflowError, ValueError):
            raise Unreadable(text) from None
    return f"{day}T{hour}{fraction}{zone}"


def _match(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise Unreadable(text)
    return text


def _encap(text: str) -> str:
    found = _ENCAP.fullmatch(text or "unknown")
    if not found:
        raise Unreadable(text)
    vlans = [int(item) for item in (found[1], found[4], found[5], found[6]) if item]
    if any(not 1 <= vlan <= 4094 for vlan in vlans) or any(
        int(item) >= 1 << 24 for item in (found[2], found[3]) if item
    ):
        raise Unreadable(text)
    return text or "unknown"


def _string(prop: Property, text: str) -> str:
    if not prop.ranges:
        return text
    for limits in prop.ranges:
        if not _within(limits, len(text)):
            continue
        if not text or not limits.patterns or any(_fits(pattern, text) for pattern in limits.patterns):
            return text
    raise FailedValidation(text)


def _fits(pattern: str, text: str) -> bool:
    """Whether a validator's pattern accepts the text; its ``$`` is the very end, not a final newline."""
    return re.search(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern, text) is not None
