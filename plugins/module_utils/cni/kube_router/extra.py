# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What further arguments (``extra_args``) must not be: unreadable, the plan's own, or the end of the peering.

Sources: cmd/kube-router/kube-router.go (which flags end the process; arguments that are no flags do so from 2.11 on),
pkg/controllers/routing/network_routes_controller.go (what the peers are read from) and pkg/cmd/kube-router.go
(addresses that every node must be able to listen on), v2.11.1.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Container, Iterable, Iterator

from .flags import FLAGS, FORMS, SHORTHANDS, admin, loopback, port, references, true, unspecified, variable

BGP_PORT = 179
_AT = "kubefabric_cluster.kube_router"
_PEERS = (
    "makes kube-router leave the annotation with the leaves unread: it peers with those of the command line alone",
    f"remove it, and name further peers in {_AT}.peers",
)
_ENDS = ("makes kube-router end at once, on every node", "remove it")
_ONE_NODE = "is the same for all pods of a DaemonSet"


def _always(_value: str) -> bool:
    return True


# flag → (which of its values break the peering, what they do, what would be right)
BREAKING: dict[str, tuple[Callable[[str], bool], str, str]] = {
    **{f"peer-router-{what}": (_always, *_PEERS) for what in ("asns", "ips", "passwords", "passwords-file", "ports")},
    **dict.fromkeys(("cleanup-config", "help", "version"), (true, *_ENDS)),
    "nodes-full-mesh": (
        lambda value: not true(value),
        "makes kube-router take each node's AS from an annotation that the plan does not write, and it ends without",
        f"remove it; {_AT.rpartition('.')[0]}.asn is the AS of all nodes",
    ),
    "bgp-port": (
        lambda value: port(value) != BGP_PORT,
        f"makes nodes speak BGP on another port than {BGP_PORT}, the leaves'",
        "remove it",
    ),
    "hostname-override": (
        lambda value: value not in ("", "$(NODE_NAME)"),
        f"{_ONE_NODE}, so that every node would have the peers of one",
        "remove it, or give $(NODE_NAME)",
    ),
    "router-id": (
        lambda value: value not in ("", "generate"),
        f"{_ONE_NODE}, and a router ID belongs to one BGP speaker (RFC 4271, section 4.2)",
        "remove it, or give generate",
    ),
    "kubeconfig": (
        lambda value: value != "",
        "names a file that the pods do not have",
        f"remove it; {_AT}.api_server is the API server's address",
    ),
    "health-addr": (
        lambda value: not unspecified(value),
        "is where the kubelet does not look for the health check, and it restarts the pod again and again",
        f"remove it, or set {_AT}.health_port to 0",
    ),
    "metrics-addr": (
        lambda value: not unspecified(value) and not loopback(value),
        f"{_ONE_NODE}, and kube-router ends where it cannot listen on the address",
        "give 127.0.0.1 or 0.0.0.0, an IPv6 address in brackets",
    ),
    "gobgp-admin-address": (
        lambda value: not admin(value),
        f"{_ONE_NODE}, and GoBGP's API is not there where it cannot listen on the address",
        "give 127.0.0.1 or 0.0.0.0",
    ),
}
# flags that have no effect on the leaves' sessions, whatever they seem to do
WITHOUT_EFFECT = {
    name: ("is about peers on the command line, not about the leaves", "remove it, and set kubefabric_cluster.bgp.bfd")
    for name in FLAGS
    if name == "enable-bfd" or name.startswith("bfd-")
}
# the option by which the plan sets a flag
OPTIONS = {
    "run-firewall": "firewall",
    "run-service-proxy": "service_proxy",
    "run-loadbalancer": "load_balancer",
    "enable-cni": "cni",
    "advertise-cluster-ip": "advertise_cluster_ip",
    "advertise-external-ip": "advertise_external_ip",
    "advertise-loadbalancer-ip": "advertise_loadbalancer_ip",
    "advertise-pod-cidr": "advertise_pod_cidr",
    "bgp-graceful-restart-deferral-time": "graceful_restart_deferral_time",
    "health-port": "health_port",
    "metrics-port": "metrics_port",
    "v": "log_level",
}

Argument = tuple[int, str, str]
Complaint = tuple[int, str, str]


def parsed(extra: Iterable[str]) -> tuple[list[Argument], list[Complaint]]:
    """The arguments as (index, flag, value), as spf13/pflag reads them, and what it cannot read."""
    found: list[Argument] = []
    wrong: list[Complaint] = []
    rest = iter(enumerate(map(str, extra)))
    for index, text in rest:
        name, value, complaint = _flag(text)
        if complaint:
            wrong.append((index, *complaint))
        elif value is None and FLAGS[name][0] != "bool":
            following = next(rest, None)
            if following is None:
                wrong.append((index, f"--{name} lacks its value", f"write --{name}=…"))
            else:
                found.append((index, name, following[1]))
        else:
            found.append((index, name, "true" if value is None else value))
    return found, wrong


def _flag(text: str) -> tuple[str, str | None, tuple[str, str] | None]:
    """One argument as flag, value (None without one) and, where it is none, what is wrong with it."""
    if text.startswith("--") and len(text) > 2:
        name, equals, value = text[2:].partition("=")
        return name, value if equals else None, None if name in FLAGS else _unknown(name)
    if text.startswith("-") and len(text) > 1 and text[1] in SHORTHANDS:
        value = text[2:].removeprefix("=")
        return SHORTHANDS[text[1]], value if len(text) > 2 else None, None
    if text.startswith("-") and text[1:].partition("=")[0] in FLAGS:
        return "", None, (f"{text.partition('=')[0]} is no flag of kube-router", "write it with two hyphens")
    return "", None, (f"{text!r} is no flag", "write --flag=value")


def _unknown(name: str) -> tuple[str, str]:
    close = difflib.get_close_matches(name, FLAGS, n=1, cutoff=0.6)
    return f"--{name} is no flag of kube-router, which ends because of it", (
        f"did you mean --{close[0]}?" if close else "remove it"
    )


def complaints(extra: Iterable[str], release: tuple[int, ...], planned: Container[str]) -> list[Complaint]:
    """Everything that is wrong with further arguments: ``[(index, rule, remedy)]`` in their order.

    ``release`` is kube-router's as numbers, ``planned`` the flags that the plan sets itself.
    """
    arguments, found = parsed(extra)
    for index, name, value in arguments:
        found += [(index, rule, remedy) for rule, remedy in _wrong(name, value, release, planned)]
    return sorted(found)


def _wrong(name: str, value: str, release: tuple[int, ...], planned: Container[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with one flag: (rule, remedy). What the release lacks has no other fault."""
    form, since = FLAGS[name]
    breaks, rule, remedy = BREAKING.get(name, (None, "", ""))
    fits, wanted = FORMS[form]
    if release < since:
        yield f"--{name} came with kube-router {'.'.join(map(str, since))}", "remove it, or give a later version"
    elif name in planned:
        option = f"; {_AT}.{OPTIONS[name]} decides" if name in OPTIONS else ""
        yield f"--{name} is set by the plan already", f"remove it{option}"
    elif _unknown_variable(value):
        rule = (
            f"no variable of the pods is called {_unknown_variable(value)}, so that kube-router gets {value!r} as it is"
        )
        yield f"--{name}: {rule}", "remove it, or write $$ for a dollar sign"
    elif breaks and breaks(value):
        yield f"--{name} {rule}", remedy
    elif not fits(value) and not any(item.startswith("KUBERNETES_") for item in references(value)):
        yield f"--{name}: {value!r} is not {wanted}, and kube-router ends because of it", f"give {wanted}"


def _unknown_variable(value: str) -> str | None:
    """The first name for which the kubelet finds nothing."""
    return next((name for name in references(value) if not variable(name)), None)


def doubtful(extra: Iterable[str]) -> list[Complaint]:
    """What has no effect on the leaves' sessions."""
    return [
        (index, f"--{name} {WITHOUT_EFFECT[name][0]}", WITHOUT_EFFECT[name][1])
        for index, name, _value in parsed(extra)[0]
        if name in WITHOUT_EFFECT
    ]
