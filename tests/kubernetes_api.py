"""A real kube-apiserver on loopback, for tests: etcd and the API server, started once, ended with the test run."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.cluster.ports import choose
from lab.context import dying_with_parent
from lab.tools import program

TOKEN = "kubefabric-test"


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A real API server for the whole run; tests that need it are skipped, with the reason, where it cannot be."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    with running(tmp_path_factory.mktemp("kubernetes")) as api:
        yield api


@dataclass(frozen=True)
class Api:
    """Where the API server listens, and a kubeconfig with every right."""

    url: str
    kubeconfig: Path
    kubectl: Path

    def kubectl_run(self, *arguments: str, stdin: str | None = None) -> str:
        """What kubectl prints; RuntimeError carries its complaint."""
        command = [str(self.kubectl), f"--kubeconfig={self.kubeconfig}", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def get(self, *arguments: str) -> dict:
        """An object, or a list of them, as the API has it."""
        return json.loads(self.kubectl_run("get", *arguments, "--output=json", "--show-managed-fields"))


def missing() -> str | None:
    """Why no API server can be started here, or None."""
    absent = [name for name in ("kube-apiserver", "kubectl") if not _binary(name)]
    absent += [] if shutil.which("etcd") else ["etcd"]
    return f"not here: {', '.join(absent)} (python -m lab setup builds them)" if absent else None


@contextmanager
def running(directory: Path) -> Iterator[Api]:
    """An empty API server, ready for requests; its files are below ``directory``."""
    ports = choose(str(directory), ("client", "peer", "api"))
    processes = [_etcd(directory, ports["client"], ports["peer"])]
    try:
        processes.append(_api_server(directory, ports["client"], ports["api"]))
        url = f"https://127.0.0.1:{ports['api']}"
        _await_ready(url, processes, directory)
        kubectl = _binary("kubectl")
        assert kubectl
        yield Api(url, _kubeconfig(directory, url), kubectl)
    finally:
        for process in reversed(processes):
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _binary(name: str) -> Path | None:
    """A program as the lab builds it, or None where it is not built."""
    try:
        return program(name)
    except RuntimeError:
        return None


def _start(directory: Path, name: str, *command: str) -> subprocess.Popen:
    with (directory / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            dying_with_parent(command),
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "GOGC": "400"},  # as the lab's control planes: a quarter less of a start's CPU time
        )


def _etcd(directory: Path, client: int, peer: int) -> subprocess.Popen:
    return _start(
        directory,
        "etcd",
        "etcd",
        f"--data-dir={directory / 'etcd'}",
        f"--listen-client-urls=http://127.0.0.1:{client}",
        f"--advertise-client-urls=http://127.0.0.1:{client}",
        f"--listen-peer-urls=http://127.0.0.1:{peer}",
        "--unsafe-no-fsync" if _etcd_has_unsafe() else "--log-level=warn",
    )


def _etcd_has_unsafe() -> bool:
    return "unsafe-no-fsync" in subprocess.run(["etcd", "--help"], capture_output=True, text=True, check=False).stdout


def _api_server(directory: Path, etcd: int, port: int) -> subprocess.Popen:
    key = directory / "service-account.key"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    tokens = directory / "tokens.csv"
    tokens.write_text(f"{TOKEN},admin,admin,system:masters\n")
    return _start(
        directory,
        "kube-apiserver",
        str(_binary("kube-apiserver")),
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        f"--cert-dir={directory / 'certificates'}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        f"--token-auth-file={tokens}",
        "--allow-privileged=true",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--disable-admission-plugins=ServiceAccount",
    )


def _await_ready(url: str, processes: list, directory: Path) -> None:
    """Until the server says ok and has made the namespace kube-system; RuntimeError if it does not."""
    context = ssl._create_unverified_context()
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            break
        try:
            for path in ("/readyz", "/api/v1/namespaces/kube-system"):
                request = urllib.request.Request(url + path, headers={"Authorization": f"Bearer {TOKEN}"})
                urllib.request.urlopen(request, context=context, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("no API server: " + (directory / "kube-apiserver.log").read_text()[-2000:])


def _kubeconfig(directory: Path, url: str) -> Path:
    path = directory / "kubeconfig"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": {"server": url, "insecure-skip-tls-verify": True}}],
        "users": [{"name": "admin", "user": {"token": TOKEN}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
        "current-context": "test",
    }
    path.write_text(json.dumps(document))
    path.chmod(0o600)
    return path
