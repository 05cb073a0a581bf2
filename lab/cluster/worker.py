"""One agent pod's life on its node, as kubelet would lead it: start, restart with back-off, probe, stop, report."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from lab import private
from lab.cluster import container as containers
from lab.cluster import netns, pods, probes, programs, volumes
from lab.cluster.backend import Backend
from lab.cluster.pods import ConfigError

BACKOFF_FIRST, BACKOFF_LAST = 10.0, 300.0  # kubelet: MaxContainerBackOff and its start
BACKOFF_RESET = 600.0  # a container that ran so long starts afresh
RETRY = 2.0  # what is missing (namespace, ConfigMap) is looked for again
TOKEN_REFRESH = 2400.0  # tokens last an hour at least; kubelet writes new ones at 80 % of that


def next_backoff(before: float, ran: float) -> float:
    """Seconds to wait before a container that ended after ``ran`` seconds starts again."""
    return BACKOFF_FIRST if not before or ran >= BACKOFF_RESET else min(before * 2, BACKOFF_LAST)


def now() -> str:
    """The time as the Kubernetes API writes it."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class State:
    """What containerStatuses says of the really run container."""

    state: dict = field(default_factory=dict)
    last: dict = field(default_factory=dict)
    ready: bool = False
    restarts: int = 0

    def entry(self) -> dict:
        """The container's entry, without name and image."""
        last = {"lastState": self.last} if self.last else {}
        started = "running" in self.state
        return {"ready": self.ready, "started": started, "restartCount": self.restarts, "state": self.state, **last}


class Worker:
    """Runs the agent container of one pod until told to stop."""

    def __init__(self, pod: dict, backend: Backend) -> None:
        self.pod = pod
        self.backend = backend
        self.uid = pod["metadata"]["uid"]
        self.container: dict = pods.agent_container(pod) or {}
        self.node = pod["spec"]["nodeName"]
        self.namespace = backend.namespace(self.node)
        self.directory = backend.directory / "pods" / self.uid
        self.log = backend.log(self.node, self.container["name"])
        self.state = State(restarts=self._noted_restarts())
        self.host_ips: list[str] = []
        self._stop = asyncio.Event()
        self._reported: dict = {}

    def _noted_restarts(self) -> int:
        """A pod that ran before this process did goes on counting."""
        before = self.pod.get("status", {}).get("containerStatuses", [])
        counts = [item["restartCount"] + 1 for item in before if item["name"] == self.container["name"]]
        return counts[0] if counts else 0

    def stop(self) -> None:
        """End the container in its grace period, then ``run`` returns."""
        self._stop.set()

    # -- the loop -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep the container running until ``stop``; its failures go to the pod's status."""
        backoff = 0.0
        while not self._stop.is_set():
            process = await self._try_start()
            if process is None:
                await self._pause(RETRY)
                continue
            started = time.monotonic()
            await self._attend(process)
            if self._stop.is_set():
                break
            backoff = next_backoff(backoff, time.monotonic() - started)
            await self._crashed(process.returncode or 0, backoff)
            await self._pause(backoff)
            self.state.restarts += 1
        await asyncio.to_thread(volumes.remove, self.directory)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _try_start(self) -> asyncio.subprocess.Process | None:
        """Start the container, or say in the pod's status what is missing."""
        try:
            self.host_ips = await asyncio.to_thread(self.backend.node_addresses, self.node)
            if netns.identity(self.namespace) is None:
                await self._waiting("ContainerCreating", f"network namespace {self.namespace} is not there (yet)")
                return None
            if not self.pod["spec"].get("hostNetwork"):
                raise ConfigError(
                    f"the lab runs {self.container['name']} in its node's network only: hostNetwork must be true"
                )
            sources = await asyncio.to_thread(self._write_volumes)
            await self._initialise(sources)
            process = await self._spawn(self.container, sources)
        except (ConfigError, OSError, RuntimeError) as error:
            await self._waiting("CreateContainerConfigError", str(error))
            return None
        self.state.state = {"running": {"startedAt": now()}}
        self.state.ready = not self.container.get("readinessProbe")
        await self.report()
        return process

    def _write_volumes(self) -> volumes.Sources:
        sources = volumes.Sources(
            pod=self.pod,
            directory=self.directory / "volumes",
            host=self.backend.directory / "nodes" / self.node,
            host_ips=self.host_ips,
            lookup=self.backend.lookup(self.pod["metadata"]["namespace"]),
            token=self.backend.token(self.pod),
        )
        volumes.write(sources)
        return sources

    async def _initialise(self, sources: volumes.Sources) -> None:
        """Run the init containers that come in the agent's own image; others are taken as done, as kwok does."""
        for init in self.pod["spec"].get("initContainers") or []:
            if not pods.is_agent_container(init):
                continue
            process = await self._spawn(init, sources)
            code = await process.wait()
            if code != 0:
                raise ConfigError(f"init container {init['name']} ended with exit code {code}: {self._last_words()}")

    async def _spawn(self, spec: Mapping, sources: volumes.Sources) -> asyncio.subprocess.Process:
        """Start one container of the pod in the node's namespace; its output goes to the node's log."""
        values = pods.environment(self.pod, spec, self.host_ips, sources.lookup)
        line = pods.command_line(spec, values) if spec is self.container else pods.plain_command_line(spec, values)
        made = self._container(spec, sources)
        script = self.directory / f"{spec['name']}.sh"
        private.write(script, containers.script(made))
        base = {"PATH": containers.SEARCH_PATH, "HOSTNAME": self.node, "HOME": "/root"}
        with self.log.open("ab") as log:
            log.write(f"--- {now()} {self.pod['metadata']['name']}/{spec['name']} starts ---\n".encode())
            return await asyncio.create_subprocess_exec(
                *containers.command(self.namespace, script, made, line),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env={**base, **values},
                start_new_session=True,
            )  # fmt: skip

    def _container(self, spec: Mapping, sources: volumes.Sources) -> containers.Container:
        """The container of one of the program's own images; its companion is with the long-running one alone."""
        program = programs.of(spec)
        assert program is not None
        directory = self.directory / f"container-{spec['name']}"
        directory.mkdir(parents=True, exist_ok=True)
        return containers.Container(
            directory=directory,
            hostname=self.node,
            program=self.backend.program(program.built),
            entrypoint=program.entrypoint,
            mounts=volumes.mounts(spec, sources),
            companion=program.companion if spec is self.container else None,
        )

    # -- while it runs ----------------------------------------------------------------------------------

    async def _attend(self, process: asyncio.subprocess.Process) -> None:
        """Until the container ends by itself or is to be stopped: probe it, refresh its tokens, watch its namespace."""
        ends = (process.wait(), self._stop.wait(), self._namespace_gone(), self._live())
        beside = (self._stay_ready(), self._refresh())
        tasks = [asyncio.ensure_future(task) for task in (*ends, *beside)]
        try:
            await asyncio.wait(tasks[: len(ends)], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks[1:]:
                task.cancel()
        await self._terminate(process)

    async def _namespace_gone(self) -> None:
        """Return when the node's namespace is deleted or made anew."""
        identity = netns.identity(self.namespace)
        while netns.identity(self.namespace) == identity:
            await asyncio.sleep(1.0)

    async def _live(self) -> None:
        """Return when the liveness probe has failed; never without one."""
        await probes.until_failed(self.container.get("livenessProbe"), self.namespace)
        print(f"{self.node}: liveness probe failed, restarting the container", flush=True)

    async def _stay_ready(self) -> None:
        """Follow the readiness probe."""
        async for ready in probes.changes(self.container.get("readinessProbe"), self.namespace):
            self.state.ready = ready
            await self.report()

    async def _refresh(self) -> None:
        """Write new tokens, and ConfigMaps and Secrets as they are by then."""
        while True:
            await asyncio.sleep(TOKEN_REFRESH)
            with contextlib.suppress(ConfigError, OSError, RuntimeError):
                await asyncio.to_thread(self._write_volumes)

    async def _terminate(self, process: asyncio.subprocess.Process) -> None:
        """TERM, then KILL when the grace period is over."""
        metadata = self.pod["metadata"]
        grace = metadata.get("deletionGracePeriodSeconds", self.pod["spec"].get("terminationGracePeriodSeconds", 30))
        for number, patience in ((signal.SIGTERM, float(grace)), (signal.SIGKILL, 5.0)):
            if process.returncode is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), patience)

    # -- status -----------------------------------------------------------------------------------------

    def _last_words(self) -> str:
        """The end of the log, as with terminationMessagePolicy FallbackToLogsOnError."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-5:])[-1000:]

    async def _crashed(self, code: int, backoff: float) -> None:
        """Say in the pod's status how the container ended and when it is tried again."""
        ended = {"exitCode": code if code >= 0 else 128 - code, "reason": "Completed" if code == 0 else "Error"}
        started = self.state.state.get("running", {}).get("startedAt", now())
        self.state.last = {
            "terminated": {**ended, "message": self._last_words(), "startedAt": started, "finishedAt": now()}
        }
        name = f"{self.container['name']} pod={self.pod['metadata']['name']}"
        await self._waiting("CrashLoopBackOff", f"back-off {backoff:.0f}s restarting failed container={name}")

    async def _waiting(self, reason: str, message: str) -> None:
        self.state.state = {"waiting": {"reason": reason, "message": message}}
        self.state.ready = False
        await self.report()

    async def report(self) -> None:
        """Write the pod's status if it changed."""
        states = {self.container["name"]: self.state.entry()}
        status = pods.pod_status(self.pod, states, self.host_ips, now())
        if status != self._reported:
            self._reported = status
            self.pod["status"] = {**self.pod.get("status", {}), **status}
            await asyncio.to_thread(self.backend.write_status, self.pod, status)
