"""The host of ``speaker_host`` with GoBGP in FRR's place.

``systemctl`` is played from the unit that the module wrote: its programs, arguments and what follows a start are run as
they stand there, in the host's namespace.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import gobgp
from lab.context import process_id, start_process, stop_process, wait_for
from tests.lab.speaker_host import NamespaceHost, Router

API = gobgp.API.removeprefix("unix://")


class GoBgpHost(NamespaceHost):
    """The host as the engine sees it; ``programs``: the directory with gobgpd and gobgp."""

    def __init__(self, router: Router, root: Path, programs: Path) -> None:
        super().__init__(router, root)
        self.programs = programs

    def exists(self, path: str) -> bool:
        return path.startswith("/usr/bin/gobgp") or super().exists(path)

    def _told(self, command: list[str]) -> list[str]:
        name = Path(command[0]).name
        if name not in ("gobgp", "gobgpd"):
            return super()._told(command)
        namespace = ["ip", "netns", "exec", self.router.namespace]
        return [*namespace, str(self.programs / name), *(self._own(word) for word in command[1:])]

    def _own(self, word: str) -> str:
        """The socket of this host alone."""
        return f"unix://{self.path(API)}" if word == gobgp.API else word

    def _systemctl(self, verb: str, unit: str) -> int:
        if unit != "gobgpd":
            return super()._systemctl(verb, unit)
        if verb in ("is-active", "is-enabled"):
            return 0 if self._pid() else 3
        if verb == "reload":
            os.kill(self._pid() or 0, signal.SIGHUP)
        if verb in ("restart", "disable"):
            stop_process(self.router.lab, "host.gobgpd")
        if verb == "restart":
            return self._start()
        return 0

    def _pid(self) -> int | None:
        return process_id(self.router.lab, "host.gobgpd")

    def _start(self) -> int:
        unit = Path(self.path(gobgp.UNIT)).read_text()
        command = shlex.split(re.findall(r"(?m)^ExecStart=(.*)$", unit)[0])
        command = [str(self.programs / "gobgpd"), *(word for word in command[1:] if word != "--sdnotify")]
        command[command.index(gobgp.CONFIGURATION)] = self.path(gobgp.CONFIGURATION)
        command = [self._own(word) for word in command]
        mode = re.findall(r"(?m)^RuntimeDirectoryMode=(.*)$", unit)[0]
        Path(self.path(API)).parent.mkdir(parents=True, exist_ok=True)
        Path(self.path(API)).parent.chmod(int(mode, 8))
        start_process(self.router.lab, "host.gobgpd", command, namespace=self.router.namespace)
        asked = gobgp.CLIENT[1:]
        wait_for(lambda: self._gobgp(*asked, "global").returncode == 0 or not self._pid(), "gobgpd", timeout=10)
        after = [shlex.split(line) for line in re.findall(r"(?m)^ExecStartPost=/usr/bin/gobgp (.*)$", unit)]
        return max([0 if self._pid() else 1, *(self._gobgp(*words).returncode for words in after)])

    def _gobgp(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self._told(["gobgp", *words]), capture_output=True, text=True, check=False)

    def stop(self) -> None:
        """End gobgpd."""
        stop_process(self.router.lab, "host.gobgpd")
