# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How single values of Calico's options are written: one function per format, as in formats.py.

Rules are those of Calico's validator (libcalico-go/lib/validator/v3/validator.go) and of its definitions (markers in
api/pkg/apis/projectcalico/v3), v3.30 to v3.33, and what confd and BIRD make of a value.
"""

from __future__ import annotations

import re

from ...intent.formats import is_community
from ...intent.formats_base import IPV4, IPV6, Invalid, address, like, matches, release_of
from .selectors import SelectorError, shortened
from .selectors import parse as parse_selector

# bgpFilterInterfaceRegex and ignoredInterfaceRegex
interface = matches(r"[a-zA-Z0-9_.*-]+", 15, "letters, digits and _ . - *")
release = release_of("a Calico", "3.32.1")


@like(r"[0-9]+:[0-9]+(?::[0-9]+)?")
def community(value: str) -> str:
    """A community (RFC 1997) or a large one (RFC 8092)."""
    if not is_community(value):
        raise Invalid(f"{value!r} is not a community", 'write it as "65003:100", or as large community "65003:1:100"')
    return value


@like(r"(?!\*$)[a-zA-Z0-9_.*-]{1,15}")
def ignored_interface(value: str) -> str:
    """An interface whose networks are no routes; ``*`` alone would be all of them (validateIgnoredInterface)."""
    if value == "*":
        raise Invalid("'*' is every interface, and Calico refuses it", "name interfaces, for example docker*")
    return interface(value)


@like(r"[^\r\n]*[^ \t\r\n][^\r\n]*")
def selector(value: str) -> str:
    """A selector of Calico (selectors.py). An empty one would count as absent, and a peer with it be global."""
    if not value.strip(" \t"):
        raise Invalid("is empty", "write all() for everything, or remove the key")
    if "\n" in value or "\r" in value:
        raise Invalid(
            "has a line break, which Calico does not read: whatever has such a selector is left out",
            "write it on one line, in quotes; a YAML block of | keeps its line breaks",
        )
    try:
        parse_selector(value)
    except SelectorError as problem:
        shown = f"{shortened(value)!r} is not a selector: {problem}"
        raise Invalid(shown, 'write it like rack_id == "1"') from None
    return value


@like(rf"(?:{IPV4}|{IPV6}|{IPV4}:[0-9]{{1,5}}|\[{IPV6}\]:[0-9]{{1,5}})")
def peer_address(value: str) -> str:
    """An address, with a port if needed: ``192.0.2.1``, ``192.0.2.1:1790``, ``[2001:db8::1]:1790``.

    The port has no leading zero in the result: confd would read an octal number (parseIPPort), or none.
    """
    match = re.fullmatch(r"(?:\[([^\]]+)\]|([0-9.]+)):(\d{1,5})", value, re.ASCII)
    if not match:
        return address(value)
    if not 1 <= int(match[3]) <= 65535:
        raise Invalid(f"{value!r} has no valid port", "give a port of 1 to 65535")
    host = address(match[1] or match[2])
    return f"[{host}]:{int(match[3])}" if ":" in host else f"{host}:{int(match[3])}"


@like(r"(?:UseDefault|[^\s/]\S*/)")
def operator_registry(value: str) -> str:
    """A registry as the operator's Installation has it: it ends in a slash, or is UseDefault."""
    if not operator_registry.fits(value):
        raise Invalid(f"{value!r} does not end in a slash", "write it like registry.example.net/, or UseDefault")
    return value
