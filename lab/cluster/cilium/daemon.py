"""One gobgpd on one node: started, reconfigured, told what to announce, asked about its peers."""

from __future__ import annotations

import json
import os
import signal
import subprocess

from lab.cluster.cilium import gobgp
from lab.cluster.cilium.reader import Speaker
from lab.cluster.objects import version
from lab.cluster.volumes import write_file
from lab.context import Lab, process_id, start_process, stop_process, wait_for
from lab.tools import program


class Daemon:
    """The gobgpd of one instance on one node."""

    def __init__(self, lab: Lab, cluster: str, node: str, instance: str) -> None:
        self.lab, self.node = lab, node
        self.namespace = lab.node_namespace(cluster, node)
        self.process = f"{cluster}-gobgp-{node}-{instance}"
        self.directory = lab.directory / "cluster" / cluster / "gobgp"
        self.file = self.directory / f"{node}-{instance}.json"
        self.socket = self.directory / f"{node}-{instance}.sock"
        self.speaker: Speaker | None = None
        self.announced: set[str] = set()

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return process_id(self.lab, self.process) is not None

    def bring(self, speaker: Speaker) -> None:
        """Bring it to what the speaker is; RuntimeError carries gobgp's complaint."""
        before = self.speaker if self.running else None
        if before == speaker:
            return
        if before is None or _base(before) != _base(speaker):
            self.stop()
            self._start(speaker)
            self._announce(set(speaker.paths))  # routes before sessions, as Cilium's reconcilers do
            self._configure(gobgp.configuration(speaker))
        else:
            self._configure(gobgp.configuration(speaker))
            anew = gobgp.policy_name(before) != gobgp.policy_name(speaker)
            if anew:
                self._await_policy(gobgp.policy_name(speaker))
            self._announce(set(speaker.paths))
            if anew:
                self._ask("neighbor", "all", "softresetout")
        self.speaker = speaker

    def neighbors(self) -> list[dict]:
        """What it says about its peers; nothing while it does not answer."""
        try:
            return json.loads(self._ask("-j", "neighbor") or "[]") or []
        except (RuntimeError, ValueError):
            return []

    def stop(self) -> None:
        """End it in order: its peers get a notification."""
        stop_process(self.lab, self.process)
        self._forget()

    def kill(self) -> None:
        """End it as an agent's pod ends, without a word to its peers: these begin a graceful restart."""
        pid = process_id(self.lab, self.process)
        if pid is not None:
            os.killpg(pid, signal.SIGKILL)
        self.stop()

    def _forget(self) -> None:
        self.speaker, self.announced = None, set()
        self.socket.unlink(missing_ok=True)

    def _start(self, speaker: Speaker) -> None:
        write_file(self.file, gobgp.configuration(speaker, peers=False))
        command = [str(program("gobgpd")), "-f", str(self.file), "-t", "json", "--api-hosts", f"unix://{self.socket}"]
        command += ["--pprof-disable", "--metrics-path", ""]
        start_process(self.lab, self.process, command, namespace=self.namespace)
        wait_for(self._answers, f"{self.process} to answer", timeout=30, interval=0.1)

    def _answers(self) -> bool:
        if not self.running:
            raise RuntimeError(f"{self.process} ended: see {self.lab.directory}/logs/{self.process}.log")
        if not self.socket.exists():
            return False
        try:
            return gobgp.OWN_ROUTES in self._ask("-j", "global", "policy", "import")
        except RuntimeError:
            return False

    def _configure(self, text: str) -> None:
        write_file(self.file, text)  # for nobody else to read: it holds the password
        pid = process_id(self.lab, self.process)
        if pid is not None:
            os.kill(pid, signal.SIGHUP)

    def _await_policy(self, name: str) -> None:
        """Wait until gobgpd, which says nothing when it has read its file again, has this export policy."""
        wait_for(
            lambda: name in self._ask("-j", "global", "policy", "export"),
            f"{self.process} with {name}",
            timeout=10,
            interval=0.05,
        )

    def _announce(self, prefixes: set[str]) -> None:
        for word, items in (("del", self.announced - prefixes), ("add", prefixes - self.announced)):
            for prefix in sorted(items):
                self._ask("global", "rib", "-a", f"ipv{version(prefix)}", word, prefix)
        self.announced = prefixes

    def _ask(self, *words: str) -> str:
        command = [str(program("gobgp")), "--target", f"unix://{self.socket}", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
        if done.returncode:
            raise RuntimeError(f"gobgp {' '.join(words)} on {self.node}: {(done.stderr or done.stdout).strip()}")
        return done.stdout


def _base(speaker: Speaker) -> tuple:
    """What gobgpd takes at its start alone."""
    return speaker.asn, speaker.router_id, speaker.listen_port
