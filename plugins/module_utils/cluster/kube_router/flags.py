# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flags of kube-router's command line by release, and the form of their values.

Source: kube-router's pkg/options/options.go of v1.5.1 to v2.11.1. A flag that a release lacks, or a value that it
cannot read, ends the agent at its start, and with it every session.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

OLDEST = (1, 5, 1)
SHORTHANDS = {"h": "help", "v": "v", "V": "version"}

# by the form of their values; those that 1.5.1 has already
_FIRST = {
    "bool": "advertise-cluster-ip advertise-external-ip advertise-loadbalancer-ip advertise-pod-cidr auto-mtu "
    "bgp-graceful-restart cleanup-config disable-source-dest-check enable-cni enable-ibgp enable-overlay "
    "enable-pod-egress enable-pprof hairpin-mode help ipvs-graceful-termination ipvs-permit-all masquerade-all "
    "nodeport-bindon-all-ip nodes-full-mesh override-nexthop run-firewall run-router run-service-proxy version",
    "duration": "bgp-graceful-restart-deferral-time bgp-graceful-restart-time bgp-holdtime",
    "period": "cache-sync-timeout injected-routes-sync-period iptables-sync-period ipvs-graceful-period "
    "ipvs-sync-period routes-sync-period",
    "port": "health-port metrics-port",
    "number": "bgp-port cluster-asn v",
    "byte": "peer-router-multihop-ttl",
    "port_range": "service-node-port-range",
    "networks": "excluded-cidrs service-cluster-ip-range service-external-ip-range",
    "text": "hostname-override kubeconfig master metrics-path overlay-type peer-router-asns peer-router-ips "
    "peer-router-passwords peer-router-passwords-file peer-router-ports router-id runtime-endpoint",
}
_LATER = {
    (2, 0, 0): {
        "bool": "enable-ipv4 enable-ipv6 loadbalancer-default-class run-loadbalancer",
        "networks": "loadbalancer-ip-range",
        "period": "loadbalancer-sync-period",
        "encapsulation": "overlay-encap",
        "high_port": "overlay-encap-port",
    },
    (2, 1, 0): {"text": "metrics-addr", "duration": "service-tcp-timeout service-tcpfin-timeout service-udp-timeout"},
    (2, 6, 0): {"port": "gobgp-admin-port"},
    (2, 8, 0): {"bool": "strict-external-ip-validation"},
    (2, 9, 0): {"text": "gobgp-admin-address"},
    (2, 10, 0): {"text": "health-addr", "bool": "netpol-default-deny"},
    (2, 11, 0): {
        "bool": "enable-bfd use-nftables-for-netpol",
        "number": "bfd-desired-min-tx-interval bfd-detection-multiplier bfd-port bfd-required-min-rx-interval",
    },
}
# name → (form of the value, first release that has it)
FLAGS: dict[str, tuple[str, tuple]] = {
    name: (form, since)
    for since, forms in {OLDEST: _FIRST, **_LATER}.items()
    for form, listed in forms.items()
    for name in listed.split()
}

_UNIT = r"(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)"
_TRUE, _FALSE = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")
# env of the container, which the kubelet puts in place of such a reference
REFERENCE = re.compile(r"\$\([A-Za-z_][A-Za-z0-9_]*\)")


def true(value: str) -> bool:
    """Whether Go's strconv.ParseBool reads a text as true."""
    return value in _TRUE


def unspecified(value: str) -> bool:
    """Whether an address to listen on means all of them: 0.0.0.0, ::, or none given."""
    return value.strip("[]") in ("", "0.0.0.0", "::")


def loopback(value: str) -> bool:
    """Whether an address is one that every host has by itself."""
    try:
        return ipaddress.ip_address(value).is_loopback
    except ValueError:
        return False


def _duration(value: str) -> bool:
    return value == "0" or re.fullmatch(rf"[+-]?(?:{_UNIT})+", value) is not None


def _period(value: str) -> bool:
    """Longer than 0: Go's tickers panic otherwise, and a cache that may take no time never fills."""
    return _duration(value) and not value.startswith("-") and re.search(r"[1-9]", value) is not None


def _number(least: int, most: int) -> Callable[[str], bool]:
    return lambda value: value.isascii() and value.isdecimal() and least <= int(value) <= most


def _port_range(value: str) -> bool:
    """As pkg/controllers/netpol reads it: two ports with a hyphen or a colon, the first one lower."""
    found = re.fullmatch(r"(\d{1,5})[-:](\d{1,5})", value)
    return found is not None and int(found[1]) < int(found[2]) <= 65535


def _networks(value: str) -> bool:
    try:
        return all(ipaddress.ip_network(part.strip(), strict=False) and "/" in part for part in value.split(","))
    except ValueError:
        return False


# form → (whether a value has it, what to give)
FORMS: dict[str, tuple[Callable[[str], bool], str]] = {
    "bool": (lambda value: value in _TRUE + _FALSE, "true or false"),
    "duration": (_duration, "a duration such as 60s"),
    "period": (_period, "a duration longer than 0, for example 60s"),
    "port": (_number(0, 65535), "a port, 0 to 65535"),
    "high_port": (_number(1024, 65535), "a port, 1024 to 65535"),
    "number": (_number(0, 4294967295), "a whole number"),
    "byte": (_number(0, 255), "a whole number, 0 to 255"),
    "port_range": (_port_range, "two ports, for example 30000-32767"),
    "networks": (_networks, "networks with their lengths, separated by commas"),
    "encapsulation": (lambda value: value in ("ipip", "fou"), "ipip or fou"),
    "text": (lambda _value: True, "a text"),
}
