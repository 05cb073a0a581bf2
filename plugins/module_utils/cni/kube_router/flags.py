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
from typing import Any

from ...common.go_text import boolean, decimal_int, nanoseconds, uint

OLDEST = (1, 5, 1)
SHORTHANDS = {"h": "help", "v": "v", "V": "version"}

# by the form of their values; those that 1.5.1 has already
_FIRST = {
    "bool": "advertise-cluster-ip advertise-external-ip advertise-loadbalancer-ip advertise-pod-cidr auto-mtu "
    "bgp-graceful-restart cleanup-config disable-source-dest-check enable-cni enable-ibgp enable-overlay "
    "enable-pod-egress enable-pprof hairpin-mode help ipvs-graceful-termination ipvs-permit-all masquerade-all "
    "nodeport-bindon-all-ip nodes-full-mesh override-nexthop run-firewall run-router run-service-proxy version",
    "duration": "bgp-graceful-restart-deferral-time bgp-graceful-restart-time bgp-holdtime",
    "period": "injected-routes-sync-period iptables-sync-period ipvs-graceful-period ipvs-sync-period "
    "routes-sync-period",
    "timeout": "cache-sync-timeout",
    "port": "health-port metrics-port",
    "number": "bgp-port cluster-asn",
    "verbosity": "v",
    "byte": "peer-router-multihop-ttl",
    "port_range": "service-node-port-range",
    "networks": "excluded-cidrs service-cluster-ip-range service-external-ip-range",
    "path": "metrics-path",
    "text": "hostname-override kubeconfig master overlay-type peer-router-asns peer-router-ips "
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
FLAGS: dict[str, tuple[str, tuple[Any, ...]]] = {
    name: (form, since)
    for since, forms in {OLDEST: _FIRST, **_LATER}.items()
    for form, listed in forms.items()
    for name in listed.split()
}

SECOND = 10**9
# variables of the pods, which the kubelet puts in place of $(NAME); another name stays there as it is
_VARIABLES = ("NODE_NAME", "POD_NAME", "KUBE_ROUTER_CNI_CONF_FILE")
_OF_SERVICES = re.compile(r"[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT|PORT)(_[A-Z0-9_]+)?")
_REFERENCE = re.compile(r"(\$*)\$\(([-._a-zA-Z0-9]+)\)")


def references(value: str) -> list[str]:
    """The names in a value for which the kubelet looks ($$ escapes a dollar sign)."""
    return [name for dollars, name in _REFERENCE.findall(value) if len(dollars) % 2 == 0]


def variable(name: str) -> bool:
    """Whether kube-router's pods have an environment variable; those of Services are there by themselves."""
    return name in _VARIABLES or _OF_SERVICES.fullmatch(name) is not None


def true(value: str) -> bool:
    """Whether kube-router reads a flag's value as true."""
    return boolean(value) is True


def unspecified(value: str) -> bool:
    """Whether an address to listen on means all of them: 0.0.0.0, [::], or none given."""
    return value in ("", "0.0.0.0", "[::]")


def loopback(value: str) -> bool:
    """Whether an address is one that every host has by itself; kube-router puts ``:port`` behind it as it is."""
    if value == "localhost":
        return True
    try:
        found = ipaddress.ip_address(value[1:-1] if value.startswith("[") and value.endswith("]") else value)
    except ValueError:
        return False
    return found.is_loopback and (found.version == 4) is not value.startswith("[")


def admin(value: str) -> bool:
    """Whether GoBGP listens at addresses that every host has: what is no address stands for 127.0.0.1
    (pkg/controllers/routing, goBGPListenAddrs).
    """
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        return True
    return found.is_loopback or found.is_unspecified


def port(value: str) -> int | None:
    """A port as pflag reads it; None if it is none."""
    return uint(value, 16)


def _duration(value: str) -> bool:
    return nanoseconds(value) is not None


def _period(least: int) -> Callable[[str], bool]:
    """At least so many nanoseconds: Go's tickers panic at 0, and what has no time to begin with ends at once."""
    return lambda value: (nanoseconds(value) or 0) >= least


def _number(least: int, bits: int) -> Callable[[str], bool]:
    def fits(value: str) -> bool:
        number = uint(value, bits)
        return number is not None and number >= least

    return fits


def _path(value: str) -> bool:
    """A pattern of Go's http.ServeMux that is a path: it panics at others (net/http, parsePattern)."""
    parts = value.split("/")
    return (
        value.startswith("/")
        and not re.search(r"[\s{}]", value)
        and all(part not in ("", ".", "..") for part in parts[1:-1])
        and parts[-1] not in (".", "..")
    )


def _port_range(value: str) -> bool:
    """As pkg/controllers/netpol reads it: two ports with a hyphen or a colon, the first one lower."""
    found = re.fullmatch(r"([0-9]{1,5})[-:]([0-9]{1,5})", value)
    return found is not None and int(found[1]) < int(found[2]) <= 65535


def _networks(value: str) -> bool:
    """As net.ParseCIDR reads them: no blanks, a length and no mask."""
    if not re.fullmatch(r"([0-9a-fA-F.:]+/[0-9]{1,3}(,(?=.)|$))*", value):
        return False
    try:
        return all(ipaddress.ip_network(part, strict=False) for part in value.split(",") if part)
    except ValueError:
        return False


# form → (whether a value has it, what to give)
FORMS: dict[str, tuple[Callable[[str], bool], str]] = {
    "bool": (lambda value: boolean(value) is not None, "true or false"),
    "duration": (_duration, "a duration such as 60s"),
    "period": (_period(1), "a duration longer than 0, for example 60s"),
    "timeout": (_period(SECOND), "a duration of at least 1s, for example 60s"),
    "port": (_number(0, 16), "a port, 0 to 65535"),
    "high_port": (_number(1024, 16), "a port, 1024 to 65535"),
    "number": (_number(0, 32), "a whole number"),
    "verbosity": (lambda value: decimal_int(value, 32) is not None, "a whole number, for example 2"),
    "byte": (_number(0, 8), "a whole number, 0 to 255"),
    "path": (_path, "a path that begins with a slash, for example /metrics"),
    "port_range": (_port_range, "two ports, for example 30000-32767"),
    "networks": (_networks, "networks with their lengths, separated by commas"),
    "encapsulation": (lambda value: value in ("ipip", "fou"), "ipip or fou"),
    "text": (lambda _value: True, "a text"),
}
