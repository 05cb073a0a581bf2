# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the formats of values are made of: the error, patterns, and reading addresses."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any, Callable, Generic, TypeVar

if TYPE_CHECKING:
    from ..contract.addresses import Network

# Kubernetes, pkg/util/validation: an RFC 1123 subdomain, a label's value or name (IsValidLabelValue), and its key, the
# name behind its owner's domain (IsQualifiedName)
DOMAIN = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*"
LABEL_NAME = r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
LABEL_KEY = rf"(?:(?=.{{1,253}}/){DOMAIN}/)?{LABEL_NAME}"

# Addresses, as far as a pattern can say what they are.
IPV4 = r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
IPV6 = r"[0-9a-fA-F]*:[0-9a-fA-F:.]+"
ADDRESS = rf"(?:{IPV4}|{IPV6})"
PREFIX = rf"(?:{IPV4}/(?:[0-9]|[12][0-9]|3[0-2])|{IPV6}/(?:[0-9]{{1,2}}|1[01][0-9]|12[0-8]))"

Read = TypeVar("Read")


class Invalid(ValueError):
    """A value against its format."""

    def __init__(self, rule: str, remedy: str) -> None:
        super().__init__(f"{rule}; {remedy}")
        self.rule = rule
        self.remedy = remedy


class Text:
    """A format: at most ``longest`` characters, all of it matching ``pattern``, which is said as ``allowed``; or, where
    it may be ``empty``, none.
    """

    def __init__(self, pattern: str, longest: int, allowed: str, empty: bool = False) -> None:
        self.pattern, self.longest, self.allowed, self.empty = pattern, longest, allowed, empty
        self._compiled = re.compile(pattern)

    @property
    def whole(self) -> str:
        """The pattern with its length, to be used from the beginning of a text to its end."""
        some = rf"(?=[\s\S]{{1,{self.longest}}}$)(?:{self.pattern})"
        return f"(?:|{some})" if self.empty else some

    def __call__(self, value: str) -> str:
        """The value as it is, or Invalid."""
        if not value and self.empty:
            return value
        if not value:
            raise Invalid("is empty", f"give 1 to {self.longest} characters: {self.allowed}")
        if len(value) > self.longest:
            raise Invalid(f"has {len(value)} characters", f"use at most {self.longest}")
        if not self._compiled.fullmatch(value):
            raise Invalid(f"{value!r} has characters that are not allowed", f"use {self.allowed}")
        return value


def matches(pattern: str, longest: int, allowed: str, empty: bool = False) -> Text:
    """A format of text; docs/json_schema.py reads the pattern from it."""
    return Text(pattern, longest, allowed, empty)


class Checked(Generic[Read]):
    """A format that a function checks: ``pattern`` is as much of it as a pattern can say."""

    def __init__(self, check: Callable[[str], Read], pattern: str) -> None:
        self._check, self.pattern, self.__doc__ = check, pattern, check.__doc__

    @property
    def whole(self) -> str:
        """The pattern, to be used from the beginning of a text to its end."""
        return f"(?:{self.pattern})"

    def fits(self, value: str) -> bool:
        """Whether the pattern takes the whole value."""
        return re.fullmatch(self.pattern, value) is not None

    def __call__(self, value: str) -> Read:
        """The value in its normal form, or Invalid."""
        return self._check(value)


def like(pattern: str) -> Callable[[Callable[[str], Read]], Checked[Read]]:
    """Say the pattern of a format that a function checks, for docs/json_schema.py."""
    return lambda check: Checked(check, pattern)


def parse(parser: Callable[[Any], Any], value: str, kind: str, example: str, **options: Any) -> Any:
    if "%" in value:
        raise Invalid(f"{value!r} has a zone", f"give {kind} without it, for example {example}")
    try:
        return parser(value, **options)
    except ValueError:
        raise Invalid(f"{value!r} is not {kind}", f"write it as {example}") from None


def unicast(parsed: Any, value: str) -> Any:
    for kind in ("multicast", "loopback", "link_local", "unspecified"):
        if getattr(parsed, f"is_{kind}"):
            raise Invalid(f"{value} is {kind.replace('_', '-')}", "give unicast addresses that can be routed")
    return parsed


def likely_length(network: Network) -> int:
    return 24 if network.version == 4 else 64


def refuse_mapped(parsed: Any, value: str) -> None:
    """Raises Invalid for an IPv4 address in IPv6's notation: Go reads it as IPv4 where Python does not (RFC 4291)."""
    if parsed.version == 6 and parsed.ipv4_mapped:
        raise Invalid(f"{value} is IPv4 written as IPv6", f"write it as IPv4, {parsed.ipv4_mapped}")


@like(ADDRESS)
def address(value: str) -> str:
    """A unicast host address without prefix length."""
    parsed = parse(ipaddress.ip_address, value, "an address", "192.168.2.201 or 2001:db8:2::1")
    refuse_mapped(parsed, value)
    return str(unicast(parsed, value))


def release_of(product: str, example: str) -> Checked[str]:
    """A format: a release of three numbers without the leading v, perhaps with a suffix."""

    @like(r"[0-9]+\.[0-9]+\.[0-9]+(?:[-+][0-9A-Za-z.+-]+)?")
    def release(value: str) -> str:
        if not release.fits(value):
            raise Invalid(f"{value!r} is not {product} release", f'write it in three numbers, for example "{example}"')
        return value

    return release
