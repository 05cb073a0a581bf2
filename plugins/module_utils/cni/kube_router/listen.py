# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TCP ports that kube-router listens on, in the network of its node: one that is taken ends it.

Sources: pkg/cmd/kube-router.go (TCPAddressBindable), cmd/kube-router/kube-router.go (pprof), pkg/controllers/routing
(GoBGP's own API, at 127.0.0.1), v1.5.1 to v2.11.1; Kubernetes' "Ports and Protocols" for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from . import extra
from .flags import port, true

if TYPE_CHECKING:
    from ...contract.freeform import Options

# which every node has; those at 127.0.0.1 alone are in the way of all addresses, too
TAKEN = {179: "BGP", 10248: "the kubelet's health check", 10250: "the kubelet"}
KUBE_PROXY = {10249: "kube-proxy's metrics", 10256: "kube-proxy's health check"}
GOBGP, PPROF = 50051, 6060
OFF = 65535  # kube-router serves no metrics there (pkg/cmd/kube-router.go)

# (key below kube_router, what listens, its port)
Listener = tuple[str, str, int]


def clashes(options: Options) -> Iterator[tuple[str, str, str]]:
    """Ports that two listen on: (key below ``kube_router``, rule, remedy)."""
    taken = dict(TAKEN)
    for key, what, number in _listeners(options):
        if number in taken:
            yield key, f"port {number} is taken by {taken[number]}, and kube-router ends where it cannot listen", _FREE
        taken.setdefault(number, what)


def doubtful(options: Options) -> Iterator[tuple[str, str, str]]:
    """Ports of a kube-proxy, which runs where kube-router does not proxy services; and those that are none."""
    for key, what, number in _listeners(options):
        if number in KUBE_PROXY and not options["service_proxy"]:
            yield key, f"port {number} is taken by {KUBE_PROXY[number]} where kube-proxy runs", _FREE
        if number == OFF and what == "the metrics":
            yield key, f"kube-router serves no metrics at port {OFF}", "give 1 to 65534"


_FREE = "give a port that is free on every node"


def _listeners(options: Options) -> Iterable[Listener]:
    """Those that are on, defaults first: a complaint names the option that was set."""
    found = list(_chosen(options))
    default = [] if any(what == _GOBGP for _key, what, _number in found) else [("", _GOBGP, GOBGP)]
    return [one for one in (*default, *found) if one[2]]


_GOBGP = "GoBGP's own API (--gobgp-admin-port)"


def _chosen(options: Options) -> Iterator[Listener]:
    """The ports of options and further arguments; of a flag that is there twice the last one counts."""
    yield "health_port", "the health check", options["health_port"] or 0
    yield "metrics_port", "the metrics", options["metrics_port"] or 0
    given = {name: (index, value) for index, name, value in extra.parsed(options["extra_args"])[0]}
    for name, what in (("metrics-port", "the metrics"), ("gobgp-admin-port", _GOBGP)):
        if name in given:
            yield f"extra_args[{given[name][0]}]", what, port(given[name][1]) or 0
    if "enable-pprof" in given and true(given["enable-pprof"][1]):
        yield f"extra_args[{given['enable-pprof'][0]}]", "pprof", PPROF
