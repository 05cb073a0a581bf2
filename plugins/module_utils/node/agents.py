# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Speakers that a CNI brings: node_bgp_info asks them, nothing here configures them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, Tuple

from . import bird_socket, bird_state, gobgp_state
from .gobgp import questions
from .host import Host
from .speaker import Command, NodeError

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject

BIRD_QUESTIONS = {"protocols": "show protocols all", "routes": "show route all where source = RTS_BGP"}


class Agent:
    """One CNI's speaker."""

    name: str
    absent: str  # what is wrong where ``there`` is not true, for people

    def there(self, host: Host) -> bool:
        """Whether it can be asked on this host."""
        raise NotImplementedError

    def read(self, host: Host) -> JsonObject:
        """``{"sessions": […], "routes": […]}``."""
        raise NotImplementedError


class Calico(Agent):
    """calico-node's BIRD, by the sockets that its pod shares with the host (hostPath /var/run/calico)."""

    name = "calico"
    absent = "there is no /var/run/calico/bird.ctl: calico-node does not run here, or not with BIRD"
    sockets = ("/var/run/calico/bird.ctl", "/var/run/calico/bird6.ctl")  # one BIRD 1.6 per family

    def there(self, host: Host) -> bool:
        return any(host.exists(path) for path in self.sockets)

    def read(self, host: Host) -> JsonObject:
        states = [self._state(host, path) for path in self.sockets if host.exists(path)]
        return {key: [item for state in states for item in state[key]] for key in ("sessions", "routes")}

    @staticmethod
    def _state(host: Host, path: str) -> JsonObject:
        answers = bird_socket.ask(host.path(path), list(BIRD_QUESTIONS.values()))
        return bird_state.state(dict(zip(BIRD_QUESTIONS, answers)), host.now())


class KubeRouter(Agent):
    """kube-router's GoBGP, by the ``gobgp`` in its container; by the host's own where there is no crictl."""

    name = "kube_router"
    absent = "there is neither a kube-router container that crictl knows nor a gobgp on this host to ask it with"
    runtimes = ("/usr/bin/crictl", "/usr/local/bin/crictl")
    clients = ("/usr/bin/gobgp", "/usr/local/bin/gobgp")
    daemon = "/usr/bin/gobgpd"  # where that is, a gobgp on the host asks it

    def there(self, host: Host) -> bool:
        return bool(self._prefix(host))

    def read(self, host: Host) -> JsonObject:
        outputs = {name: host.ask(command) for name, command in self._commands(host).items()}
        if not outputs["neighbors"].strip().startswith(("[", "null")):
            raise NodeError(
                "kube-router's GoBGP does not answer at port 50051 (does it run with --gobgp-admin-port=0?)"
            )
        return gobgp_state.state(outputs, host.now())

    def _commands(self, host: Host) -> Dict[str, Command]:
        return questions(self._prefix(host))

    def _prefix(self, host: Host) -> List[str]:
        """What stands for ``gobgp``; nothing where there is nothing."""
        for runtime in self.runtimes:
            found = host.ask([runtime, "ps", "-q", "--name", "^kube-router$"]).split() if host.exists(runtime) else []
            if found:
                return [runtime, "exec", found[0], "gobgp"]
        own = [client for client in self.clients if host.exists(client) and not host.exists(self.daemon)]
        return own[:1]


AGENTS: Tuple[Agent, ...] = (Calico(), KubeRouter())
