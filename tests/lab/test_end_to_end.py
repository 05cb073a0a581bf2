"""The demo as a user sees it: one lab from the example inventory, site.yml, then what can go wrong with it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from lab.context import Lab, wait_for
from lab.fabric import vty
from lab.fabric.model import tunnel_address
from tests.lab import example
from tests.passwords import shown

ROOT = Path(__file__).resolve().parents[2]
NAME = f"e{os.getpid()}"
DIRECTORY = Path("/run/kubefabric-lab") / NAME

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="the lab needs root (network namespaces)"),
]


def lab(*arguments: str) -> str:
    """Run the lab's own command line, as a user does."""
    command = [sys.executable, "-m", "lab", "--name", NAME, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return done.stdout


def make_demo(options: str) -> str:
    """The Makefile's own recipe, in a lab of the tests' own; what it printed."""
    command = ["make", "-o", f"{sys.prefix}/.dev", "demo", f"VENV={sys.prefix}"]  # the environment is there
    command += [f"LAB={NAME}", "FABRIC=fabrics/dc1.yml", f"OPTIONS={options}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-6000:]
    return done.stdout


class Demo:
    """What a user has in front of them after ``make demo``."""

    def __init__(self, output: Path) -> None:
        self.output = output

    @property
    def password(self) -> str:
        """The sessions' password, which the lab gives to the example inventory."""
        return example.exports(DIRECTORY / "environment")["KUBEFABRIC_BGP_PASSWORD"]

    def playbook(
        self, name: str, *arguments: str, check: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the collection's playbooks on the example inventory, pointed at the lab."""
        done = example.playbook(
            Lab(NAME), example.EXAMPLE, self.output, name, arguments=arguments, environment=environment
        )
        if check:
            assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-3000:]
        return done

    @property
    def apic(self) -> dict:
        """The controller's address in the lab."""
        return yaml.safe_load((DIRECTORY / "vars.yml").read_text())["kubefabric_apic"]

    def curl(self, method: str, path: str, body: str | None = None) -> dict:
        """Ask the lab's controller outside of Ansible (its helpers below /lab need no login)."""
        command = ["curl", "-sS", "--fail-with-body", "--cacert", str(DIRECTORY / "apic" / "ca.pem"), "-X", method]
        command += [f"https://127.0.0.1:{self.apic['port']}{path}", *(["--data", body] if body else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def kubectl(self, *arguments: str) -> str:
        """kubectl with the cluster's admin kubeconfig."""
        return lab("exec", "cluster/k8s-prod", "--", "kubectl", *arguments)


def changed_counts(output: str) -> set[int]:
    """The ``changed=`` figures of a play recap."""
    return {int(figure) for figure in re.findall(r"changed=(\d+)", output)}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    lab("down")
    stage = Demo(tmp_path_factory.mktemp("build"))
    stage.first = make_demo(f"-e kubefabric_output_dir={stage.output} -e verify_wait=240")
    yield stage
    lab("down")
    namespaces = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    assert f"kf-{NAME}-" not in namespaces
    assert not DIRECTORY.exists()


def test_site_ends_with_a_table_of_every_planned_session(demo: Demo) -> None:
    for node in range(1, 7):
        assert len(re.findall(rf"node{node}\s+\S*(?:leaf-)?10[1-4].*stablished", demo.first)) == 2, demo.first[-5000:]


def test_the_demo_says_how_to_verify_it_again(demo: Demo) -> None:
    (told,) = re.findall(r"^Verify it again: (.*)$", demo.first, re.MULTILINE)
    environment = {name: os.environ[name] for name in ("PATH", "HOME")}
    done = subprocess.run(["sh", "-c", told], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "12 of 12 sessions Established" in done.stdout, done.stdout[-4000:] + done.stderr[-2000:]


def test_second_run_changes_nothing_posts_nothing_and_shows_no_password(demo: Demo) -> None:
    demo.curl("POST", "/lab/requests/reset")
    output = demo.playbook("site", "--diff", "-vvv").stdout
    assert changed_counts(output) == {0}, output
    assert not shown(demo.password, demo.first, output)
    posts = {key: count for key, count in _requests(demo).items() if key.startswith("POST") and "aaaLog" not in key}
    assert posts == {}


def _requests(demo: Demo) -> dict[str, int]:
    """Requests since the last reset, by ``METHOD path`` without query."""
    return demo.curl("GET", "/lab/requests")


def test_a_cluster_costs_one_login_and_tenants_plus_two_reads(demo: Demo) -> None:
    """Counted apart, once for a fabric whatever its clusters: the looks whether it is the fabric that was meant, and
    whether ports are under the AAEPs.
    """
    demo.curl("POST", "/lab/requests/reset")
    demo.playbook("fabric")
    requests = _requests(demo)
    logins = sum(count for key, count in requests.items() if "aaaLogin" in key)
    reads = {key.partition(" /api/mo/")[2]: count for key, count in requests.items() if key.startswith("GET")}
    cluster = {"uni.json": 1, "uni/tn-k8s.json": 1, "uni/infra.json": 1}
    looks = {"uni/fabric.json": 1, "uni/infra.json": 2}
    assert (logins, reads) == (2, Counter(cluster) + Counter(looks)), requests


def test_pod_block_of_a_node_is_a_route_on_its_leaves_and_on_the_others(demo: Demo) -> None:
    block = json.loads(demo.kubectl("get", "node", "node1", "-o", "json"))["spec"]["podCIDR"]
    own = lab("exec", "leaf-101", "--", "vtysh", "-c", f"show ip route {block}")
    assert "192.168.2.1" in own
    other = lab("exec", "leaf-103", "--", "vtysh", "-c", f"show ip route {block}")
    assert 'Known via "bgp"' in other


def test_check_and_diff_show_exactly_the_drift_made_by_hand(demo: Demo) -> None:
    demo.kubectl("label", "node", "node2", "rack_id=wrong", "--overwrite")
    output = demo.playbook("site", "--check", "--diff", "-v").stdout
    assert not shown(demo.password, output)
    assert re.search(r"^-.*rack_id: wrong", output, flags=re.MULTILINE), output[-6000:]
    assert re.search(r"^\+.*rack_id: rack1", output, flags=re.MULTILINE), output[-6000:]
    lines = [line for line in output.splitlines() if re.match(r"^[-+](?!--|\+\+)", line)]
    assert len(lines) == 2, "\n".join(lines)
    demo.playbook("site")
    assert json.loads(demo.kubectl("get", "node", "node2", "-o", "json"))["metadata"]["labels"]["rack_id"] == "rack1"


def test_the_bgp_password_is_in_no_rendered_file(demo: Demo) -> None:
    for path in demo.output.rglob("*"):
        assert not path.is_file() or not shown(demo.password, path.read_text()), path


def test_report_is_one_page_beside_the_plan_wherever_it_is_run_from(demo: Demo) -> None:
    demo.playbook("report", "-e", f"kubefabric_output_dir={os.path.relpath(demo.output, ROOT)}")
    page = (demo.output / "k8s-prod" / "report.html").read_text()
    assert "12 of 12 sessions Established" in page
    assert not re.search(r'(src|href)="(?!#)', page)


def _pod_block(demo: Demo, node: str) -> str:
    return json.loads(demo.kubectl("get", "node", node, "-o", "json"))["spec"]["podCIDR"]


def _hops_of_leaf(leaf: str, prefix: str) -> set[str]:
    """The leaves, by tunnel address, over which another leaf forwards to a prefix."""
    found = json.loads(lab("exec", leaf, "--", "vtysh", "-c", f"show ip route {prefix} json")).get(prefix, [])
    return {hop["ip"] for route in found if route.get("selected") for hop in route["nexthops"] if hop.get("active")}


def _hops_of_node(node: str, prefix: str) -> set[str]:
    """The leaves' addresses over which a node's kernel forwards to a prefix."""
    (route,) = json.loads(lab("exec", node, "--", "ip", "-j", "route", "show", prefix)) or [{}]
    return {hop["gateway"] for hop in route.get("nexthops", [route]) if "gateway" in hop}


def test_a_silent_leaf_is_named_and_its_routes_move_to_the_other_leaf_and_back(demo: Demo) -> None:
    """With the timers of the plan: by the daemons' defaults routes would stay for a minute and a half or longer."""
    own, other = _pod_block(demo, "node1"), _pod_block(demo, "node4")
    leaves = {"192.168.2.201": 101, "192.168.2.202": 102}
    both = {tunnel_address(leaf) for leaf in leaves.values()}
    wait_for(lambda: _hops_of_leaf("leaf-103", own) == both, "node1's pods over both leaves of its rack")
    (used,) = wait_for(lambda: _hops_of_node("node1", other), "node1's way to the pods of the other rack")
    silent, (left,) = leaves[used], leaves.keys() - {used}
    lab("cut", f"leaf-{silent}")
    others = {tunnel_address(leaves[left])}
    wait_for(lambda: _hops_of_leaf("leaf-103", own) == others, f"node1's pods without leaf {silent}", timeout=30)
    wait_for(lambda: _hops_of_node("node1", other) == {left}, f"node1's way over {left}", timeout=30)
    done = demo.playbook("verify", "-e", "verify_wait=5", check=False)
    assert done.returncode != 0
    assert re.search(rf"leaf[ -]{silent}", done.stdout), done.stdout[-4000:]
    lab("restore", f"leaf-{silent}")
    demo.playbook("verify", "-e", "verify_wait=240")  # GoBGP tries a lost neighbour again after up to 120 s
    assert _hops_of_leaf("leaf-103", own) == both


def test_ten_mistakes_are_ten_errors_and_nothing_is_written(demo: Demo, tmp_path: Path) -> None:
    cluster = yaml.safe_load((ROOT / "inventory" / "host_vars" / "k8s-prod.yml").read_text())["kubefabric_cluster"]
    cluster["asn"] = 65002
    cluster["cni"] = "kuberouter"
    cluster["typo"] = 1
    cluster["networks"]["pod"] = ["192.168.2.0/25"]
    cluster["networks"]["service"] = ["10.96.0.1/16"]
    cluster["l3out"]["vlan"] = 5000
    cluster["l3out"]["mtu"] = 100
    cluster["l3out"]["name"] = "bad name"
    cluster["bgp"] = {"password": "x", "keepalive": 3, "hold": 1, "ecmp": 65}
    (tmp_path / "wrong.json").write_text(json.dumps({"kubefabric_cluster": cluster}))
    demo.curl("POST", "/lab/requests/reset")
    done = demo.playbook("site", "-e", f"@{tmp_path / 'wrong.json'}", check=False)
    assert done.returncode != 0
    for key in ("asn", "cni", "typo", "networks.pod", "networks.service", "vlan", "mtu", "l3out.name", "hold", "ecmp"):
        assert key in done.stdout + done.stderr, key
    assert sum(_requests(demo).values()) == 0


class Watch(threading.Thread):
    """Looks, as often as it can, whether every leaf has a route to a prefix."""

    def __init__(self, prefix: str) -> None:
        super().__init__(daemon=True)
        self.prefix, self.looks, self.without = prefix, 0, Counter[str]()
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            for leaf in ("leaf-101", "leaf-102", "leaf-103", "leaf-104"):
                where = DIRECTORY / "leaves" / leaf / "k8s:prod" / "zebra.vty"
                (found,) = vty.ask_json(where, [f"show ip route {self.prefix} json"])
                hops = [hop for route in found.get(self.prefix, []) for hop in route["nexthops"] if hop.get("active")]
                self.without[leaf] += not hops
                self.looks += 1
            time.sleep(0.1)

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.ended.set()
        self.join()


def test_the_password_is_rotated_leaf_by_leaf_and_no_leaf_is_ever_without_a_route(demo: Demo, tmp_path: Path) -> None:
    """In a copy of the example inventory, which then has the password that the lab knows as the old one again."""
    inventory = tmp_path / "inventory"
    shutil.copytree(example.EXAMPLE, inventory)
    path = inventory / "host_vars" / "k8s-prod.yml"
    variables = yaml.safe_load(path.read_text())

    def run(*names: str, password: str, arguments: tuple[str, ...] = (), **bgp: str) -> str:
        variables["kubefabric_cluster"]["bgp"] |= {"password": password, "password_key": "0123456789abcdef"}
        variables["kubefabric_cluster"]["bgp"].pop("next_password", None)
        variables["kubefabric_cluster"]["bgp"] |= bgp
        path.write_text(yaml.safe_dump(variables))
        done = example.playbook(Lab(NAME), inventory, demo.output, *names, arguments=arguments)
        assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-3000:]
        return done.stdout

    block, new = _pod_block(demo, "node1"), "the-one-after-it"
    # the leaves get digests, with the password that they have; that it is the same is known here alone
    run("site", password=demo.password, arguments=("-e", "kubefabric_accept_loss=true"))
    with Watch(block) as watch:
        said = run("rotate_password", password=demo.password, next_password=new)
        assert said.count("12 of 12 sessions Established") == 2
        run("site", password=new, next_password=new)
        assert changed_counts(run("site", password=new)) == {0}
    assert watch.looks > 100
    assert not +watch.without, watch.without
    assert not shown(new, said)


def test_after_a_change_of_the_password_only_sessions_that_came_up_after_it_count(demo: Demo) -> None:
    """The last test: the lab has another password from here on. Sessions with the old one live for the hold time."""
    began = time.time()
    sent = "aci_l3out_password_update=always"  # the example has no key for digests of passwords
    another = {"KUBEFABRIC_BGP_PASSWORD": "another-one-of-16"}
    refused = demo.playbook("site", "-e", sent, check=False, **another)
    assert refused.returncode != 0
    assert "Nothing was written: this resets all BGP sessions of node1, node2, node3" in refused.stdout
    assert "12 of 12 sessions Established" in demo.playbook("verify").stdout

    done = demo.playbook("site", "-e", sent, "-e", "kubefabric_accept_loss=true", **another)
    assert "12 of 12 sessions Established" in done.stdout
    for leaf in (101, 102, 103, 104):
        neighbors = json.loads(lab("exec", f"leaf-{leaf}", "--", "vtysh", "-c", "show bgp neighbors json"))
        sessions = [
            item for item in neighbors.values() if isinstance(item, dict) and item.get("bgpState") == "Established"
        ]
        nodes = [item for item in sessions if item["hostForeign"].startswith("192.168.2.")]
        assert len(nodes) == 3
        assert min(item["bgpTimerUpEstablishedEpoch"] for item in nodes) >= began - 1
