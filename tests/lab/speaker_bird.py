"""The host of ``speaker_host``, on which BIRD is installed as well as FRR."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import bird
from lab.context import process_id, start_process, stop_process, wait_for
from tests.lab.speaker_host import NamespaceHost


class BirdHost(NamespaceHost):
    """The host as the engine sees it; BIRD is started and ended as Debian's unit does."""

    @property
    def socket(self) -> Path:
        """Where birdc asks."""
        return self.router.lab.directory / "bird.ctl"

    def _told(self, command: list[str]) -> list[str]:
        if command[0] == "birdc":
            return ["birdc", "-s", str(self.socket), *command[1:]]
        return super()._told(command)

    def _systemctl(self, verb: str, unit: str) -> int:
        if unit != "bird":
            return super()._systemctl(verb, unit)
        if verb in ("is-active", "is-enabled"):
            return 0 if process_id(self.router.lab, "host.bird") else 3
        if verb in ("restart", "disable"):
            stop_process(self.router.lab, "host.bird")
        if verb == "restart":
            self._start()
        return 0

    def _start(self) -> None:
        command = ["bird", "-f", "-c", self.path(bird.CONFIGURATION), "-s", str(self.socket)]
        self.socket.unlink(missing_ok=True)
        start_process(self.router.lab, "host.bird", command, namespace=self.router.namespace)
        wait_for(self.socket.exists, "BIRD")

    def stop(self) -> None:
        """End BIRD."""
        stop_process(self.router.lab, "host.bird")
