"""Starts and stops a cluster's control plane: etcd, API server, controller manager, scheduler, kwok, agents."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import provision
from lab.cluster import commands, nodes, pki, ports, stages, stand_ins, workload
from lab.cluster.api import Api, ApiError
from lab.cluster.commands import Layout
from lab.cluster.networks import first_addresses, first_per_family
from lab.cluster.pods import API_PORT, is_agent, state_word
from lab.context import Lab, process_id, start_process, stop_process, wait_for
from lab.tools import kwok_stages, program
from lab.topology import Cluster, Node, Topology
from lab.words import counted

Report = Callable[[str], None]

STATE = "cluster"
ROOT = Path(__file__).resolve().parent.parent.parent
# In the order of starting; stopped in reverse.
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "agents")
_CLIENTS = {
    "kube-controller-manager": pki.Identity("kube-controller-manager", "system:kube-controller-manager"),
    "kube-scheduler": pki.Identity("kube-scheduler", "system:kube-scheduler"),
    "kwok": pki.Identity("kwok", "kwok", ("system:masters",)),
    "agents": pki.Identity("agents", "kubefabric-lab-agents", ("system:masters",)),
}


def process_name(cluster: str, name: str) -> str:
    """What a program of a cluster is called among the lab's processes and logs."""
    return f"{cluster}-{name}"


def up(lab: Lab, topology: Topology, report: Report) -> None:
    """Bring every cluster of the topology up, and agents into the nodes' namespaces; again to repair what died.

    Leaves ``<lab directory>/<cluster>.kubeconfig`` (administrator) and ``bin/kubectl`` behind. RuntimeError or
    TimeoutError names the program that did not come, with the end of its log.
    """
    provision.run(provision.for_clusters(sorted({cluster.cni for cluster in topology.clusters.values()})), report)
    _link_kubectl(lab)
    gone = sorted(set(lab.read_state(STATE)) - set(topology.clusters))
    for name in gone:
        report(f"cluster {name}: not in the inventory any more, stopping it")
        _stop_cluster(lab, name)
    layouts = {name: _prepare(lab, cluster, topology) for name, cluster in sorted(topology.clusters.items())}
    state = {name: {"ports": layout.ports} for name, layout in layouts.items()}
    lab.write_state(STATE, state)
    with ThreadPoolExecutor(max_workers=2) as pool:
        jobs = [
            pool.submit(_start_cluster, lab, topology.clusters[name], layout, _nodes(topology, name), report)
            for name, layout in layouts.items()
        ]
        for job in jobs:
            job.result()


def down(lab: Lab) -> None:
    """Stop every process of every cluster; the agents first, so that they end their speakers in order."""
    with ThreadPoolExecutor() as pool:
        for job in [pool.submit(_stop_cluster, lab, name) for name in lab.read_state(STATE)]:
            job.result()
    if (lab.directory / f"{STATE}.json").exists():
        lab.write_state(STATE, {})


def status(lab: Lab) -> dict[str, dict]:
    """Per cluster: ``server``, ``kubeconfig``, ``ready``, ``processes`` (name → pid or None), ``nodes`` and ``agents``.

    ``nodes`` maps a node to ``Ready`` or ``NotReady``; ``agents`` maps ``namespace/pod`` to its node and state.
    """
    return {name: _cluster_status(lab, name, note) for name, note in lab.read_state(STATE).items()}


# -- one cluster ------------------------------------------------------------------------------------------


def _nodes(topology: Topology, cluster: str) -> list[Node]:
    return [node for node in topology.nodes.values() if node.cluster == cluster]


def layout(lab: Lab, cluster: str) -> Layout:
    """Where a cluster's files and ports are; networks are not known without the topology."""
    note = lab.read_state(STATE)[cluster]
    return Layout(lab.directory / "cluster" / cluster, note["ports"], {}, 0)


def _prepare(lab: Lab, cluster: Cluster, topology: Topology) -> Layout:
    """Choose ports and write certificates, kubeconfigs and kwok's stages."""
    directory = lab.directory / "cluster" / cluster.name
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Layout(directory, _ports(lab, cluster.name), cluster.networks, len(_nodes(topology, cluster.name)))
    names = pki.api_server_names(
        [
            *first_addresses(first_per_family(cluster.networks["service"])),
            *(address.partition("/")[0] for node in _nodes(topology, cluster.name) for address in node.addresses),
        ]
    )
    identities = [
        pki.Identity("admin", "kubernetes-admin", ("system:masters",)),
        pki.Identity("etcd", "etcd", (), ("localhost", "127.0.0.1")),
        pki.Identity("apiserver", "kube-apiserver", (), names),
        *_CLIENTS.values(),
    ]
    pki.ensure(made.pki, identities)
    for name in _CLIENTS:
        pki.write_private(made.kubeconfig(name), pki.kubeconfig(made.pki, name, cluster.name, made.server))
    admin = pki.kubeconfig(made.pki, "admin", cluster.name, made.server)
    pki.write_private(lab.directory / f"{cluster.name}.kubeconfig", admin)
    (directory / "stages.yml").write_text(stages.load(kwok_stages()))
    return made


def _ports(lab: Lab, cluster: str) -> dict[str, int]:
    """The ports noted before, unless another program took one while the cluster was down."""
    noted = lab.read_state(STATE).get(cluster, {}).get("ports", {})
    running = any(process_id(lab, process_name(cluster, name)) for name in ("etcd", "kube-apiserver"))
    if noted and (running or all(ports.is_free(port) for port in noted.values())):
        return noted
    chosen = ports.choose(f"{lab.name}/{cluster}", commands.PORTS)
    lab.write_state(STATE, {**lab.read_state(STATE), cluster: {"ports": chosen}})
    return chosen


def _start_cluster(lab: Lab, cluster: Cluster, made: Layout, wanted: list[Node], report: Report) -> None:
    """Start what does not run, in order, and wait until the nodes are Ready."""
    name = cluster.name
    lines = {
        "etcd": commands.etcd(made, made.directory / "etcd"),
        "kube-apiserver": commands.api_server(made, program("kube-apiserver")),
        "kube-controller-manager": commands.controller_manager(made, program("kube-controller-manager")),
        "kube-scheduler": commands.scheduler(made, program("kube-scheduler")),
        "kwok": commands.kwok(made, program("kwok")),
        "agents": commands.agents(lab.name, name, sys.executable),
    }
    api = Api(made.ports["kube-apiserver"], made.pki)
    _start(lab, name, "etcd", lines["etcd"], report)
    _start(lab, name, "kube-apiserver", lines["kube-apiserver"], report)
    _wait(lab, name, "kube-apiserver", api.ready)
    ensure_nodes(api, wanted)
    ensure_endpoints(api, nodes.api_endpoints(wanted, made.networks["service"][0], API_PORT))
    for other in ("kube-controller-manager", "kube-scheduler", "kwok"):
        _start(lab, name, other, lines[other], report)
    _wait(lab, name, "kwok", lambda: all_ready(api, wanted))
    _start(lab, name, "agents", lines["agents"], report)
    stand_ins.install(lab.directory / f"{name}.kubeconfig", cluster)
    if cluster.cni in stand_ins.STAND_INS:
        _start(lab, name, cluster.cni, stand_ins.command(cluster.cni, lab.name, name, sys.executable), report)
    networks = made.networks.get("external_service", [])
    workload.ensure(api, networks, len(wanted), balanced=cluster.cni == "cilium")
    report(f"cluster {name}: {counted(len(wanted), 'node')} Ready, API server at {made.server}")


def _start(lab: Lab, cluster: str, name: str, command: list[str], report: Report) -> None:
    """Start one program unless it runs with this very command line; one that runs with another is restarted."""
    process = process_name(cluster, name)
    note = lab.directory / "cluster" / cluster / f"{name}.command"
    if process_id(lab, process) is not None:
        if note.exists() and note.read_text() == "\n".join(command):
            return
        report(f"cluster {cluster}: {name} has other arguments now, restarting it")
        stop_process(lab, process)
    report(f"cluster {cluster}: starting {name}")
    start_process(lab, process, command, environment=_environment(), directory=ROOT)
    note.write_text("\n".join(command))


def _environment() -> dict[str, str]:
    """A lazier garbage collector than Go's default: control planes start and live in few seconds of CPU time, and the
    nine of a matrix take some 5 GB.
    """
    return {"GOGC": "400", "GOMAXPROCS": "2", "PYTHONPATH": str(ROOT), "KUBECONFIG": ""}


def _wait(lab: Lab, cluster: str, name: str, condition: Callable[[], object], timeout: float = 60.0) -> None:
    """Wait for a program's effect; when it dies or lingers, say so with the end of its log."""
    process = process_name(cluster, name)

    def done() -> bool:
        if process_id(lab, process) is None:
            raise RuntimeError(f"{name} of cluster {cluster} ended:\n{_log_tail(lab, process)}")
        return bool(condition())

    try:
        wait_for(done, f"{name} of cluster {cluster}", timeout=timeout, interval=0.1)
    except TimeoutError as error:
        raise TimeoutError(f"{error}; the end of its log:\n{_log_tail(lab, process)}") from error


def _log_tail(lab: Lab, process: str, lines: int = 12) -> str:
    path = lab.directory / "logs" / f"{process}.log"
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"


def _stop_cluster(lab: Lab, cluster: str) -> None:
    """Stop a cluster's programs and remove its kubeconfig; its other files go with the lab's directory."""
    agents = ("agents", *stand_ins.STAND_INS)
    for name in reversed((*PROGRAMS, *stand_ins.STAND_INS)):
        stop_process(lab, process_name(cluster, name), timeout=15.0 if name in agents else 5.0)
    (lab.directory / f"{cluster}.kubeconfig").unlink(missing_ok=True)


def _link_kubectl(lab: Lab) -> None:
    """``<lab directory>/bin/kubectl``, of the clusters' very version."""
    link, target = lab.file("bin", "kubectl"), program("kubectl")
    if not link.is_symlink() or link.readlink() != target:
        link.unlink(missing_ok=True)
        link.symlink_to(target)


# -- Node objects -----------------------------------------------------------------------------------------


def ensure_nodes(api: Api, wanted: Iterable[Node]) -> None:
    """Create, correct and delete Node objects until the API server has those of the topology."""
    create, correct, delete = nodes.changes(wanted, api.request("GET", "/api/v1/nodes")["items"])
    for node in create:
        api.request("POST", "/api/v1/nodes", nodes.node_object(node))
    for node in correct:
        api.patch(f"/api/v1/nodes/{node.name}/status", {"status": {"addresses": nodes.addresses(node)}})
    for name in delete:
        api.request("DELETE", f"/api/v1/nodes/{name}")


def ensure_endpoints(api: Api, wanted: dict) -> None:
    """Create or correct an EndpointSlice in the namespace ``default``."""
    path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
    try:
        api.patch(f"{path}/{wanted['metadata']['name']}", {"endpoints": wanted["endpoints"]})
    except ApiError as error:
        if error.status != http.client.NOT_FOUND:
            raise
        api.request("POST", path, wanted)


def all_ready(api: Api, wanted: Iterable[Node]) -> bool:
    """Whether every node is Ready and has its pod blocks."""
    items = {item["metadata"]["name"]: item for item in api.request("GET", "/api/v1/nodes")["items"]}
    found = [items.get(node.name) for node in wanted]
    return all(item is not None and is_ready(item) and item["spec"].get("podCIDRs") for item in found)


def is_ready(item: dict) -> bool:
    """Whether a node or pod has the condition Ready."""
    conditions = item.get("status", {}).get("conditions", [])
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)


# -- status -----------------------------------------------------------------------------------------------


def _cluster_status(lab: Lab, name: str, note: dict) -> dict:
    made = layout(lab, name)
    found: dict = {
        "server": made.server,
        "kubeconfig": str(lab.directory / f"{name}.kubeconfig"),
        "ready": False,
        "processes": {item: process_id(lab, process_name(name, item)) for item in PROGRAMS},
        "nodes": {},
        "agents": {},
    }
    try:
        api = Api(note["ports"]["kube-apiserver"], made.pki)
        items = api.request("GET", "/api/v1/nodes", timeout=3.0)["items"]
        found["nodes"] = {item["metadata"]["name"]: "Ready" if is_ready(item) else "NotReady" for item in items}
        found["agents"] = _agents_status(api)
        found["ready"] = all(found["processes"].values())
    except (OSError, ApiError):
        pass
    return found


def _agents_status(api: Api) -> dict[str, dict]:
    pods = [item for item in api.request("GET", "/api/v1/pods", timeout=3.0)["items"] if is_agent(item)]
    return {
        f"{item['metadata']['namespace']}/{item['metadata']['name']}": {
            "node": item["spec"].get("nodeName", ""),
            "state": state_word(item),
        }
        for item in pods
    }
