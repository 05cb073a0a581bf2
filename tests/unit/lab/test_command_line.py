"""``python -m lab``: what it says when it cannot, and whom ``exec`` means."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from lab import __main__ as command_line
from lab import bringup, preflight
from lab.context import Lab
from lab.topology import Cluster, Leaf, Node, Topology


@pytest.fixture
def topology() -> Topology:
    found = Topology("dc1", 65002, "6.0(9c)")
    found.leaves[101] = Leaf(101, 1, "rack1")
    found.clusters["prod"] = Cluster("prod", {}, "apps", "blue", "common")
    found.nodes["node1"] = Node("node1", "prod", "rack1", 310, 9000, (), ())
    return found


def test_without_root_up_says_so_in_one_sentence(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    result = CliRunner().invoke(command_line.main, ["--name", "unit", "up"])
    assert (result.exit_code, result.output) == (
        1,
        "Error: the lab makes network namespaces: run it as root, for example `sudo make demo`\n",
    )


def test_without_frr_the_remedy_is_named(tmp_path):
    with pytest.raises(preflight.NotReady) as caught:
        preflight.require_programs(tmp_path)
    assert str(caught.value) == (
        "the lab needs zebra, bgpd, bfdd, frr-reload.py, which this machine lacks: "
        "run `python -m lab setup` (or `make demo`), which installs what the lab needs"
    )


def test_a_name_that_would_not_fit_is_refused():
    result = CliRunner().invoke(command_line.main, ["--name", "my-lab", "status"])
    assert "a lab's name has 1 to 12 lower-case letters and digits" in result.output


def test_a_lab_that_is_not_up_says_how_to_bring_it_up():
    result = CliRunner().invoke(command_line.main, ["--name", "neverup", "status"])
    assert (result.exit_code, result.output) == (
        1,
        "Error: lab neverup is not up: run `python -m lab --name neverup up`\n",
    )


def test_exec_finds_a_node_and_a_cluster(topology):
    lab = Lab("unit")
    argv, _ = command_line.resolve(lab, topology, "node1", ("ip", "route"))
    assert argv == ["ip", "netns", "exec", "kf-unit-node-prod-node1", "ip", "route"]
    assert command_line.resolve(lab, topology, "prod/node1", ("true",))[0][3] == "kf-unit-node-prod-node1"
    argv, environment = command_line.resolve(lab, topology, "cluster/prod", ("kubectl", "get", "nodes"))
    assert argv == ["kubectl", "get", "nodes"]
    assert environment["KUBECONFIG"] == "/run/kubefabric-lab/unit/prod.kubeconfig"


def test_exec_names_what_there_is_if_a_node_is_unknown(topology):
    with pytest.raises(bringup.Failed) as caught:
        command_line.resolve(Lab("unit"), topology, "node9", ("true",))
    assert str(caught.value) == "no node9 in lab unit; there are: leaf-101, node1, switch, cluster/prod"


def test_plans_that_are_not_there_are_named(tmp_path):
    with pytest.raises(bringup.Failed) as caught:
        bringup.plan_files(tmp_path)
    assert str(caught.value) == (
        f"no <cluster>/plan.yml in {tmp_path}: run the playbook kubefabric.bgp.plan, or leave --plans away"
    )


def test_a_description_that_is_not_there_is_named():
    result = CliRunner().invoke(command_line.main, ["--name", "unit", "up", "--fabric", "/none/dc1.yml"])
    assert "File '/none/dc1.yml' does not exist" in result.output


def test_up_ends_with_what_is_up_and_the_command_for_the_next_step(monkeypatch, topology):
    for name in ("require_root", "require_programs"):
        monkeypatch.setattr(preflight, name, lambda: None)
    monkeypatch.setattr(bringup, "up", lambda *_arguments, **_options: topology)
    monkeypatch.setattr(bringup, "command", lambda _lab, playbook, _inventory: f"ansible-playbook {playbook}")
    monkeypatch.setattr(command_line.console, "_width", 200)
    topology.leaves[102] = Leaf(102, 1, "rack1")
    result = CliRunner().invoke(command_line.main, ["--name", "unit", "up"])
    assert result.output.splitlines()[-3:] == [
        "Lab unit is up: 2 leaves, 1 node, 1 cluster; variables for Ansible in /run/kubefabric-lab/unit/vars.yml",
        "Configure it with the command below; to verify it, put `verify` in place of `site`:",
        "ansible-playbook site",
    ]
