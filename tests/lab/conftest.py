"""A small fabric for tests: two racks, three nodes, leaves that follow a tree in a file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lab import bringup, preflight
from lab.context import Lab, start_process, wait_for
from lab.fabric import vty
from lab.fabric.instance import Instance
from lab.hosts import nodes, switching
from lab.topology import Cluster, Leaf, Node, Topology
from tests.fabric_trees import Floating
from tests.lab import matrix
from tests.lab.speaker import Speaker

ROOT = Path(__file__).parents[2]
LEAVES = {101: "192.168.2.201/24", 102: "192.168.2.202/24", 103: "192.168.2.203/24"}
LEAVES6 = {101: "fd00:2::fffd/64", 102: "fd00:2::fffc/64", 103: "fd00:2::fffb/64"}
RACKS = {"rack1": (101, 102), "rack2": (103,), "rack3": (104,)}  # no node stands in rack3


def _reason_to_skip() -> str:
    try:
        preflight.require_root()
        preflight.require_programs()
    except preflight.NotReady as reason:
        return str(reason)
    return ""


# In the order of their length: what takes long begins first, so that the workers end at about the same time.
LONGEST = (
    "test_cni_matrix",
    "test_vrf_lite",
    "test_hosts",
    "test_end_to_end",
    "test_fabric",
    "test_nested",
    "test_cluster",
)
LAST = ("test_matrix",)  # many short groups, which fill up what is left


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files of this folder."""
    places = {stem: place for place, stem in enumerate(LONGEST)} | dict.fromkeys(LAST, len(LONGEST) + 1)
    items.sort(key=lambda item: places.get(item.path.stem, len(LONGEST)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):  # noqa: ARG001 - pytest's name
    """Let a test's report carry the rows that it noted, from the worker to the process that prints the tables."""
    report = yield
    for number, table in enumerate(matrix.TABLES):
        report.user_properties += [("row", [number, *row]) for row in table.drain()]
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the rows that a report carries, once."""
    if report.when == "call" and not os.environ.get("PYTEST_XDIST_WORKER"):
        for name, row in report.user_properties:
            if name == "row":
                matrix.TABLES[row[0]].note(tuple(row[1:]))


def pytest_terminal_summary(terminalreporter) -> None:
    """What the matrices of tests noted."""
    for table in matrix.TABLES:
        lines = table.lines()
        if lines:
            terminalreporter.section(table.heading)
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def lab_ready() -> None:
    """Skips the test, with the reason, where no lab can be."""
    reason = _reason_to_skip()
    if reason:
        pytest.skip(reason)


@dataclass
class Rack:
    """The running fabric; ``configure`` gives the leaves a tree, ``objects`` is what they reported last."""

    lab: Lab
    speakers: dict[str, Speaker] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.lab.file("tree.json")

    def configure(self, description: Floating) -> None:
        """Hand the leaves a configuration, as the APIC would after a POST, and wait until they have taken it."""
        temporary = self.file.with_suffix(".new")
        temporary.write_text(json.dumps(description.tree()))
        temporary.replace(self.file)
        revision = self.file.stat().st_mtime_ns
        self.eventually(lambda: self.lab.read_state("fabric").get("revision") == revision, "the new configuration")

    def objects(self, kind: str = "operational") -> dict[str, dict]:
        """DN → attributes of everything the leaves reported."""
        path = self.file.with_name(f"{self.file.name}.{kind}")
        if not path.exists():
            return {}
        found = json.loads(path.read_text())
        return {body["attributes"]["dn"]: body["attributes"] for item in found for body in item.values()}

    def routes(self, leaf: int, family: str = "ipv4") -> dict[str, set[str]]:
        """Prefix → addresses of its next hops, of BGP's routes on a leaf."""
        version = family[-1]
        start = f"topology/pod-1/node-{leaf}/sys/uribv{version}/dom-k8s:prod/db-rt/rt-["
        found: dict[str, set[str]] = {}
        for dn, attributes in self.objects().items():
            if dn.startswith(start) and "/nh-[bgp-" in dn:
                prefix = dn.removeprefix(start).partition("]")[0]
                found.setdefault(prefix, set()).add(attributes["addr"].rpartition("/")[0])
        return found

    def session(self, leaf: int, peer: str, listen: str = "192.168.2.0/24") -> dict:
        """The bgpPeerEntry of a peer, ``{}`` if the leaf has none."""
        dn = f"topology/pod-1/node-{leaf}/sys/bgp/inst/dom-k8s:prod/peer-[{listen}]/ent-[{peer}]"
        return self.objects().get(dn, {})

    def connection(self, leaf: int, peer: str) -> tuple[str, str]:
        """The ports of the connection that a session runs over: another pair is another session, however short."""
        session = self.session(leaf, peer)
        return session.get("localPort", ""), session.get("remotePort", "")

    def unbroken(self, leaf: int, peer: str, before: tuple[str, str]) -> None:
        """Assert that a session still runs over the connection of ``before``; says what bgpd told of it if not."""
        name = f"leaf-{leaf}.k8s:prod.bgpd.log"
        told = [line for line in self.lab.file("logs", name).read_text().splitlines() if peer in line]
        assert self.connection(leaf, peer) == before, "\n".join(told[-20:])

    def told(self, leaf: int, *commands: str) -> str:
        """What a leaf's bgpd answers."""
        return "\n".join(vty.ask(Instance(self.lab, leaf, "k8s:prod").bgpd, list(commands)))

    def speaker(self, node: str, prefixes: list[str], family: str = "ipv4", **belief: object) -> Speaker:
        """Start a speaker on a node, peering with the leaves of its rack."""
        leaves = RACKS["rack1" if node in ("node1", "node2") else "rack2"]
        addresses = {"ipv4": LEAVES, "ipv6": LEAVES6}[family]
        speaker = Speaker(self.lab, "test", node, **belief)  # type: ignore[arg-type]
        self.speakers[node] = speaker.start([addresses[leaf].partition("/")[0] for leaf in leaves], prefixes)
        return speaker

    def established(self, leaf: int, peer: str, listen: str = "192.168.2.0/24") -> None:
        """Wait until the leaf reports the session as established."""
        self.eventually(
            lambda: self.session(leaf, peer, listen).get("operSt") == "established", f"{peer} established on {leaf}"
        )

    def eventually(
        self, condition: Callable[[], object], what: str, timeout: float = 90.0, seen: Callable[[], object] = str
    ) -> None:
        """Wait for a state; ``seen`` is what there was where it did not come."""
        try:
            wait_for(condition, what, timeout=timeout, interval=0.1)
        except TimeoutError as error:
            raise TimeoutError(f"{error} {seen()}") from None

    def stop_speakers(self) -> None:
        """End all speakers."""
        for speaker in self.speakers.values():
            speaker.stop()
        self.speakers.clear()


def _topology() -> Topology:
    topology = Topology("test", 65002, "6.0(9c)")
    topology.clusters["test"] = Cluster("test", {}, "k8s", "prod", "k8s")
    for rack, leaves in RACKS.items():
        topology.leaves.update({leaf: Leaf(leaf, 1, rack) for leaf in leaves})
    for number in (1, 2, 3):
        addresses = (f"192.168.2.{number}/24", f"fd00:2::{number}/64")
        gateways = ("192.168.2.254", "fd00:2::ffff")
        rack = "rack1" if number < 3 else "rack2"
        topology.nodes[f"node{number}"] = Node(f"node{number}", "test", rack, 310, 9000, addresses, gateways)
    return topology


@pytest.fixture(scope="session")
def _running() -> Iterator[Rack]:
    reason = _reason_to_skip()
    if reason:
        pytest.skip(reason)
    rack = Rack(Lab(f"t{os.getpid()}"))
    topology = _topology()
    rack.lab.write_state("topology", topology.to_state())
    rack.file.write_text(json.dumps(Floating(leaves=LEAVES).tree()))
    switching.up(rack.lab)
    nodes.up(rack.lab, topology)
    command = [sys.executable, "-m", "lab.fabric", "--lab", rack.lab.name, "--tree", str(rack.file)]
    start_process(rack.lab, "fabric", command, directory=ROOT)
    try:
        yield rack
    finally:
        bringup.down(rack.lab, lambda _: None)


@pytest.fixture
def rack(_running: Rack) -> Iterator[Rack]:
    """The fabric with every link plugged in and no speaker on any node."""
    yield _running
    _running.stop_speakers()
    switching.set_cut(_running.lab, ())
