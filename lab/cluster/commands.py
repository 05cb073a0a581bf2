"""The command lines of a cluster's programs: pure, everything on 127.0.0.1, mutual TLS throughout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.cluster.networks import first_per_family, node_mask_arguments

PORTS = ("etcd", "etcd-peer", "kube-apiserver")


@dataclass(frozen=True)
class Layout:
    """Where one cluster's files and ports are, and its networks."""

    directory: Path
    ports: dict[str, int]
    networks: dict[str, list[str]]
    nodes: int

    @property
    def pki(self) -> Path:
        """Certificates and keys."""
        return self.directory / "pki"

    @property
    def server(self) -> str:
        """The API server's address for clients on this machine."""
        return f"https://127.0.0.1:{self.ports['kube-apiserver']}"

    def kubeconfig(self, name: str) -> Path:
        """The kubeconfig of one of the cluster's programs."""
        return self.directory / f"{name}.kubeconfig"


def etcd(layout: Layout, data: Path) -> list[str]:
    """etcd, one member. The lab's data is worth no fsync, and ``data`` is on tmpfs where there is one."""
    client = f"https://127.0.0.1:{layout.ports['etcd']}"
    peer = f"https://127.0.0.1:{layout.ports['etcd-peer']}"
    pki = layout.pki
    return [
        "etcd", "--name=lab", f"--data-dir={data}", "--unsafe-no-fsync", "--log-level=warn", "--logger=zap",
        f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=lab={peer}",
        "--client-cert-auth", f"--trusted-ca-file={pki}/ca.crt", f"--cert-file={pki}/etcd.crt",
        f"--key-file={pki}/etcd.key", "--peer-client-cert-auth", f"--peer-trusted-ca-file={pki}/ca.crt",
        f"--peer-cert-file={pki}/etcd.crt", f"--peer-key-file={pki}/etcd.key",
        "--auto-compaction-mode=periodic", "--auto-compaction-retention=30m",
    ]  # fmt: skip


def api_server(layout: Layout, program: Path) -> list[str]:
    """kube-apiserver with RBAC and the admission plugins it has by default.

    No endpoints are written for the Service ``kubernetes``: they would name an address of the machine's own network.
    The lab has no kubelets to dial: nodes have no address of the one type that is allowed for that (``kubectl logs``
    and ``exec`` say so at once, rather than dialling the nodes' addresses on the machine's own network).
    Debian 12's etcd (3.4.23) cannot tell a watch's progress, which streaming lists need (WatchList).
    """
    pki = layout.pki
    return [
        str(program), "--bind-address=127.0.0.1", f"--secure-port={layout.ports['kube-apiserver']}",
        f"--etcd-servers=https://127.0.0.1:{layout.ports['etcd']}", f"--etcd-cafile={pki}/ca.crt",
        f"--etcd-certfile={pki}/etcd.crt", f"--etcd-keyfile={pki}/etcd.key",
        f"--client-ca-file={pki}/ca.crt", f"--tls-cert-file={pki}/apiserver.crt",
        f"--tls-private-key-file={pki}/apiserver.key",
        "--authorization-mode=RBAC", "--anonymous-auth=true", "--allow-privileged=true", "--profiling=false",
        f"--service-cluster-ip-range={','.join(first_per_family(layout.networks['service']))}",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={pki}/sa.pub", f"--service-account-signing-key-file={pki}/sa.key",
        "--external-hostname=127.0.0.1", "--endpoint-reconciler-type=none",
        "--kubelet-preferred-address-types=ExternalDNS", "--feature-gates=WatchList=false",
    ]  # fmt: skip


def controller_manager(layout: Layout, program: Path) -> list[str]:
    """kube-controller-manager; it gives every node its pod blocks."""
    pods = first_per_family(layout.networks["pod"])
    services = first_per_family(layout.networks["service"])
    return [
        str(program), f"--kubeconfig={layout.kubeconfig('kube-controller-manager')}", "--leader-elect=false",
        "--secure-port=0", "--profiling=false", "--use-service-account-credentials=true",
        "--allocate-node-cidrs=true", f"--cluster-cidr={','.join(pods)}", *node_mask_arguments(pods, layout.nodes),
        f"--service-cluster-ip-range={','.join(services)}", f"--root-ca-file={layout.pki}/ca.crt",
        f"--service-account-private-key-file={layout.pki}/sa.key",
    ]  # fmt: skip


def scheduler(layout: Layout, program: Path) -> list[str]:
    """kube-scheduler."""
    kubeconfig = layout.kubeconfig("kube-scheduler")
    return [str(program), f"--kubeconfig={kubeconfig}", "--leader-elect=false", "--secure-port=0", "--profiling=false"]


def kwok(layout: Layout, program: Path) -> list[str]:
    """kwok: every node's kubelet, but for the pods that lab.cluster.agents runs."""
    return [
        str(program), f"--kubeconfig={layout.kubeconfig('kwok')}", f"--config={layout.directory}/stages.yml",
        "--manage-all-nodes=true", "--node-lease-duration-seconds=40", "--server-address=", "--v=WARN",
    ]  # fmt: skip


def agents(lab: str, cluster: str, python: str) -> list[str]:
    """The process that runs the agents' pods."""
    return [python, "-m", "lab.cluster.agents", "--lab", lab, "--cluster", cluster]
