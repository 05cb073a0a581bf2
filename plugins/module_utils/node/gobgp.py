# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GoBGP: gobgpd.conf (TOML) and a unit of its own.

It puts no route into the kernel: by itself it cannot, and its client of FRR's zebra knows none newer than 8.2 (3.10
panics at 8.4, the two that Debian 12 has).

Sources: GoBGP 3.10 and 4.8, docs/sources (configuration, policy, dynamic-neighbor, graceful-restart, zebra), and
pkg/config/config.go for what a SIGHUP does and does not do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from . import gobgp_policy, gobgp_state
from .model import FAMILIES, Config, Peer, Workload
from .speaker import HEADER, Command, File, Present, Speaker

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject, Options

CONFIGURATION = "/etc/gobgpd.conf"
UNIT = "/etc/systemd/system/gobgpd.service"
RELOAD = ["systemctl", "reload", "gobgpd"]
# Its API has no password, shows those of all neighbours and changes anything: for root alone.
DIRECTORY = "gobgpd"  # below /run
API = f"unix:///run/{DIRECTORY}/api.sock"
CLIENT = ["gobgp", "--target", API]
# No profiles and metrics on localhost:6060. From 3.14 on (cmd/gobgpd/main.go) --pprof-disable leaves that port open for
# the metrics, and their own option is an error to releases before. At an address without a port nothing can listen: a
# line in the journal says so.
NO_PROFILES = ["--pprof-disable", "--pprof-host", "none"]
RANGE_PASSWORDS = (3, 21)  # the first version that puts a range's TCP MD5 key on its listening socket
# A block that names what it is about; a change of any other block needs a restart.
NAMED = re.compile(r'(?m)^[ \t]*(?:neighbor-address|peer-group-name|prefix) = "([^"]+)"')
FILTERS = ("[[defined-sets", "[[policy-definitions")


class GoBgp(Speaker):
    """GoBGP 3.10 and later."""

    name = "gobgp"
    service = "gobgpd"
    configuration = CONFIGURATION
    packages = ("gobgpd",)
    programs = ("/usr/bin/gobgpd", "/usr/bin/gobgp")
    unpackaged = ("dnf", "zypper")

    def reads(self) -> Any:
        return (CONFIGURATION,)

    def refusals(self, options: Options) -> List[Tuple[str, str, str]]:
        other = "take frr or bird, or leave it out"
        found = [("vrf", "GoBGP has sessions in the host's own routing table only", other)] if options["vrf"] else []
        watched = [("bfd", options["bfd"])]
        watched += [(f"peers[{index}].bfd", peer["bfd"]) for index, peer in enumerate(options["peers"])]
        found += [(path, "GoBGP 3 has no BFD", other) for path, wanted in watched if wanted]
        return found

    def remarks(self, config: Config) -> List[str]:
        if not config.workloads and not config.accept:
            return []
        return [
            "GoBGP puts no route into this host's kernel: packets for what it learns are forwarded here only where "
            "something else has the routes. Take frr or bird where the host itself has to forward them."
        ]

    def objection(self, config: Config, version: str) -> Optional[str]:
        number = re.search(r"(?<!\d)(\d+)\.(\d+)", version)
        if not number or (int(number.group(1)), int(number.group(2))) >= RANGE_PASSWORDS:
            return None
        names = [
            f"{workload.name} ({', '.join(_ranges(workload))})" for workload in config.workloads if workload.password
        ]
        names = [name for name in names if not name.endswith("()")]
        if not names:
            return None
        first = ".".join(str(part) for part in RANGE_PASSWORDS)
        return (
            f"GoBGP {number.group(0)} has no passwords for speakers within a range, as {' and '.join(names)}: "
            f"give each speaker's own address (/32, /128) in ranges, install {first} or later, or take frr or bird"
        )

    def version_command(self) -> Command:
        return ["gobgpd", "--version"]

    def render(self, config: Config, present: Present) -> List[File]:  # noqa: ARG002
        return [
            File(UNIT, unit(config), mode=0o644),
            File(CONFIGURATION, configuration(config), mode=0o600),
        ]

    def is_foreign_config(self, text: str) -> bool:
        return bool(re.search(r"(?m)^[ \t]*[^#\s]", text))

    def check_command(self, path: str) -> Command:
        return ["gobgpd", "-d", "-t", "toml", "--pprof-disable", "-f", path]

    def restarts(self, path: str, before: str, after: str) -> bool:
        # what is announced after each start is announced by the running one as well
        return path == UNIT and _service(before) != _service(after)

    def reload_commands(self, before: str, after: str, restart: bool) -> List[Command]:
        if restart or needs_restart(before, after):
            return [["systemctl", "daemon-reload"], ["systemctl", "restart", "gobgpd"]]
        was, becomes = originated(before), originated(after)
        routes = [_route("del", prefix) for prefix in was if prefix not in becomes]
        routes += [_route("add", prefix) for prefix in becomes if prefix not in was]
        return [["systemctl", "daemon-reload"], RELOAD, *routes, [*CLIENT, "neighbor", "all", "softresetout"]]

    def state_commands(self, vrf: Optional[str]) -> Dict[str, Command]:  # noqa: ARG002
        return questions(CLIENT)

    def state(self, outputs: Dict[str, str], now: float) -> JsonObject:
        return gobgp_state.state(outputs, now)


def questions(client: Command) -> Dict[str, Command]:
    """The commands whose output ``gobgp_state`` reads. ``client``: what stands for ``gobgp``."""
    rib = [*client, "-j", "global", "rib", "-a"]
    return {"neighbors": [*client, "-j", "neighbor"], "ipv4": [*rib, "ipv4"], "ipv6": [*rib, "ipv6"]}


# -- reload or restart ---------------------------------------------------------------------------------


def needs_restart(before: str, after: str) -> bool:
    """Whether a SIGHUP would not do.

    It ignores ``[global.config]``, applies the first of several changed neighbours alone
    (``updateNeighbors`` returns within its loop), and forgets neither a range nor a group with neighbours in it.
    """
    was, becomes = _blocks(before), _blocks(after)
    if HEADER not in before:
        return True
    changed = {key for key in was if key in becomes and was[key] != becomes[key]}
    gone = set(was) - set(becomes)
    dynamic = ("[[peer-groups]]", "[[dynamic-neighbors]]")
    if any(kind in dynamic for kind, _name in changed | gone):
        return True
    others = {key for key in changed | gone | set(becomes) - set(was) if not key[1]}
    if others - {("[global.apply-policy.config]", "")}:
        return True
    return len([key for key in changed if key[0] == "[[neighbors]]"]) > 1


def _blocks(text: str) -> Dict[Tuple[str, str], str]:
    """(kind, name) → block, of all but the filters, which a SIGHUP replaces as a whole."""
    found = {}
    for block in text.strip().split("\n\n"):
        kind = re.sub(r"(?m)^#.*\n?", "", block).strip().partition("\n")[0]
        if kind and not kind.startswith(FILTERS):
            name = NAMED.search(block)
            found[kind, name.group(1) if name and kind.startswith("[[") else ""] = block
    return found


def originated(text: str) -> List[str]:
    """The prefixes that the host announces itself: those of the sets ``originate-…``."""
    blocks = [block for block in text.split("\n\n") if 'prefix-set-name = "originate-' in block]
    return [prefix for block in blocks for prefix in re.findall(r'ip-prefix = "([^"]+)"', block)]


def _route(verb: str, prefix: str) -> Command:
    return [*CLIENT, "global", "rib", verb, prefix, "-a", "ipv6" if ":" in prefix else "ipv4"]


def _service(unit_text: str) -> List[str]:
    return [line for line in unit_text.splitlines() if not line.startswith("ExecStartPost=/usr/bin/gobgp ")]


# -- unit ---------------------------------------------------------------------------------------------


def unit(config: Config) -> str:
    """The unit. The package's runs as a user of no name, who could read the passwords only if everybody could, reloads
    by starting a second daemon, and has the API on every address."""
    lines = [f"# {HEADER}", "[Unit]", "Description=GoBGP", "Wants=network-online.target"]
    lines += ["After=network-online.target", "", "[Service]", "Type=notify"]
    # root, so that it reads a file that no other user can; it can do nothing else that root can
    lines += ["CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "NoNewPrivileges=true"]
    lines += ["ProtectSystem=strict", "ProtectHome=true", "PrivateTmp=true", "PrivateDevices=true"]
    lines += [f"RuntimeDirectory={DIRECTORY}", "RuntimeDirectoryMode=0700", "UMask=0077"]
    options = " ".join([*NO_PROFILES, "--api-hosts", API])
    lines += [f"ExecStartPre=/usr/bin/{' '.join(GoBgp().check_command(CONFIGURATION))}"]
    lines += [f"ExecStart=/usr/bin/gobgpd -f {CONFIGURATION} -t toml --sdnotify {options}"]
    # it says that it is ready before it has read its configuration, and has no static routes
    lines += [f"ExecStartPost=/bin/sh -c 'until /usr/bin/{' '.join(CLIENT)} global; do sleep 0.2; done'"]
    lines += [f"ExecStartPost=/usr/bin/{' '.join(_route('add', prefix))}" for prefix in config.originate]
    lines += ["ExecReload=/bin/kill -HUP $MAINPID", "TimeoutStartSec=30", "Restart=on-failure", "RestartSec=2", ""]
    return "\n".join([*lines, "[Install]", "WantedBy=multi-user.target", ""])


# -- configuration ------------------------------------------------------------------------------------


def configuration(config: Config) -> str:
    """The whole of gobgpd.conf."""
    blocks = [
        [f"# {HEADER}", "[global.config]", f"  as = {config.asn}", f'  router-id = "{config.router_id}"'],
        gobgp_policy.assignment(config),
        *gobgp_policy.blocks(config),
        *[_neighbor(peer.address, peer, config) for peer in config.peers],
        *[
            block
            for workload in config.workloads
            for family in FAMILIES
            for block in _workload(workload, family, config)
        ],
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _neighbor(address: str, peer: Peer, config: Config) -> List[str]:
    own = [f'    neighbor-address = "{address}"', f"    peer-as = {peer.asn}"]
    own += [f'    description = "{peer.description}"'] if peer.description else []
    own += _password(peer.password)
    transport = [f'    local-address = "{peer.local_address}"'] if peer.local_address else []
    return [
        *_session("neighbors", own, transport, peer.multihop, config),
        *_channel("neighbors", peer.family, config.max_prefixes, config),
    ]


def _workload(workload: Workload, family: str, config: Config) -> List[List[str]]:
    """A group and its ranges; a range that is one address is a neighbour of its own that has to connect."""
    single = [prefix for prefix in workload.in_family(family) if _is_host(prefix)]
    ranges = [prefix for prefix in workload.in_family(family) if not _is_host(prefix)]
    found = [_passive(prefix.partition("/")[0], workload, family, config) for prefix in single]
    if not ranges:
        return found
    name = f"{workload.name}-{family}"
    own = [f'    peer-group-name = "{name}"', f"    peer-as = {workload.asn}", *_password(workload.password)]
    found.append(
        [
            *_waiting("peer-groups", own, workload, family, config),
            *_channel("peer-groups", family, workload.max_prefixes, config),
        ]
    )
    for prefix in ranges:
        lines = ["[[dynamic-neighbors]]", "  [dynamic-neighbors.config]", f'    prefix = "{prefix}"']
        found.append([*lines, f'    peer-group = "{name}"'])
    return found


def _passive(address: str, workload: Workload, family: str, config: Config) -> List[str]:
    own = [f'    neighbor-address = "{address}"', f"    peer-as = {workload.asn}", *_password(workload.password)]
    return [
        *_waiting("neighbors", own, workload, family, config),
        *_channel("neighbors", family, workload.max_prefixes, config),
    ]


def _waiting(kind: str, own: List[str], workload: Workload, family: str, config: Config) -> List[str]:
    """A session that the workload opens. Between speakers of one AS GoBGP leaves the next hop as it is."""
    client = workload.reflector_client
    transport = [] if client else [f'    local-address = "{config.vip(family)}"']
    multihop = workload.multihop if workload.multihop > 1 else None
    lines = _session(kind, own, [*transport, "    passive-mode = true"], multihop, config)
    if client:
        lines += [f"  [{kind}.route-reflector.config]", "    route-reflector-client = true"]
        lines += [f'    route-reflector-cluster-id = "{config.cluster_id}"']
    return lines


def _ranges(workload: Workload) -> List[str]:
    return [prefix for prefix in workload.ranges if not _is_host(prefix)]


def _is_host(prefix: str) -> bool:
    return prefix.endswith("/128" if ":" in prefix else "/32")


def _password(password: Optional[str]) -> List[str]:
    return [f'    auth-password = "{password}"'] if password else []


def _session(kind: str, own: List[str], transport: List[str], multihop: Optional[int], config: Config) -> List[str]:
    lines = [f"[[{kind}]]", f"  [{kind}.config]", *own, f"  [{kind}.timers.config]"]
    lines += [f"    connect-retry = {config.connect_retry}", f"    hold-time = {config.hold}"]
    # without it a session that was reset is left alone for half a minute
    lines += [
        f"    keepalive-interval = {config.keepalive}",
        f"    idle-hold-time-after-reset = {config.connect_retry}",
    ]
    lines += [f"  [{kind}.transport.config]", *transport] if transport else []
    if multihop:
        lines += [f"  [{kind}.ebgp-multihop.config]", "    enabled = true", f"    multihop-ttl = {multihop}"]
    if config.graceful_restart:
        lines += [f"  [{kind}.graceful-restart.config]", "    enabled = true"]
        lines += [f"    restart-time = {config.graceful_restart_time}"]
    return lines


def _channel(kind: str, family: str, limit: Optional[int], config: Config) -> List[str]:
    lines = [f"  [[{kind}.afi-safis]]", f"    [{kind}.afi-safis.config]", f'      afi-safi-name = "{family}-unicast"']
    if config.graceful_restart:
        lines += [f"    [{kind}.afi-safis.mp-graceful-restart.config]", "      enabled = true"]
    if limit:
        lines += [f"    [{kind}.afi-safis.prefix-limit.config]", f"      max-prefixes = {limit}"]
    return lines
