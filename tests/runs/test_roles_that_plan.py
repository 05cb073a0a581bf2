"""A role whose cluster has no plan plans by itself: once a run, for several clusters, and beside written plans."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from tests.inventories import write, write_inventory
from tests.plans import GOLDEN, golden
from tests.programs import ansible_playbook

CASE = "both-designs"
INTENT = yaml.safe_load((GOLDEN / CASE / "intent.yml").read_text())
PLANS = golden(CASE)
CLUSTERS = sorted(INTENT["clusters"])
REPORT = "kubefabric.bgp.report"
MADE = "TASK [kubefabric.bgp.intent : Plan every cluster of the inventory]"
CHECKED = "TASK [kubefabric.bgp.intent : Check a plan of your own]"


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    return write_inventory(tmp_path / "inventory", INTENT, CLUSTERS)


def play(directory: Path, *plays: dict, options: tuple = ()) -> str:
    """What a run of these plays on the clusters said."""
    common = {"hosts": "clusters", "gather_facts": False}
    write(directory / "play.yml", [{**common, **one} for one in plays])
    done = ansible_playbook("play.yml", "-i", "inventory", "-e", "report_live=false", *options, cwd=directory)
    return f"{done.stdout}{done.stderr}\nrc={done.returncode}"


def reports(directory: Path) -> list[str]:
    return sorted(path.parent.name for path in directory.glob("build/*/report.md"))


def test_several_clusters_are_planned_once_a_run_by_roles_and_by_included_ones(inventory, tmp_path):
    write(inventory / "host_vars" / CLUSTERS[0] / "plan.yml", {"kubefabric_plan": PLANS[CLUSTERS[0]]})
    (inventory / "host_vars" / f"{CLUSTERS[0]}.yml").rename(inventory / "host_vars" / CLUSTERS[0] / "cluster.yml")
    included = {"ansible.builtin.include_role": {"name": REPORT}}
    shown = {"ansible.builtin.debug": {"msg": "made by {{ intent_planned.plans_file is defined }}"}}
    ensured = {"ansible.builtin.include_role": {"name": "kubefabric.bgp.intent", "tasks_from": "ensure"}}
    said = play(tmp_path, {"roles": [REPORT], "tasks": [included]}, {"tasks": [ensured, shown]})
    assert said.endswith("rc=0"), said
    assert said.count(MADE) == 1
    checks = [task for task in said.split("\n\n") if task.startswith(CHECKED)]
    assert [f"ok: [{CLUSTERS[0]}]" in task for task in checks] == [True]
    assert said.count("made by True") == len(CLUSTERS)  # what a run made is known to all of its plays
    assert reports(tmp_path) == CLUSTERS


@pytest.mark.usefixtures("inventory")
def test_the_clusters_of_hosts_know_all_plans_of_the_run_in_later_plays(tmp_path):
    hosts = f"{CLUSTERS[0].replace('-', '_')}_nodes"
    planned = {"ansible.builtin.include_role": {"name": "kubefabric.bgp.intent", "tasks_from": "hosts"}}
    ensured = {"ansible.builtin.include_role": {"name": "kubefabric.bgp.intent", "tasks_from": "ensure"}}
    known = "{{ intent_planned | default({}) | kubefabric.bgp.planned | sort | join(' ') }}"
    shown = {"ansible.builtin.debug": {"msg": f"{known}, large: {{{{ intent_planned.large_plans }}}}"}}
    limit = ("--limit", f"{hosts},{CLUSTERS[0]}")
    said = play(tmp_path, {"hosts": hosts, "tasks": [planned]}, {"tasks": [ensured, shown]}, options=limit)
    assert said.endswith("rc=0"), said
    assert said.count(MADE) == 1
    assert f"{' '.join(CLUSTERS)}, large: []" in said


def test_a_limit_plans_all_clusters_and_works_on_one(inventory, tmp_path):
    said = play(tmp_path, {"roles": [REPORT]}, options=("--limit", CLUSTERS[1]))
    assert said.endswith("rc=0"), said
    kept = yaml.safe_load((inventory / "group_vars/all/kubefabric_allocations.yml").read_text())
    assert (reports(tmp_path), sorted(kept["kubefabric_allocations"])) == ([CLUSTERS[1]], CLUSTERS)


def test_variables_of_a_play_are_an_intent_like_those_of_the_inventory(tmp_path):
    cluster = INTENT["clusters"][CLUSTERS[0]]
    group = f"{CLUSTERS[0].replace('-', '_')}_nodes"
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    hosts = {"clusters": {"hosts": {CLUSTERS[0]: local}}, group: {"hosts": cluster["nodes"]}}
    write(tmp_path / "inventory" / "hosts.yml", hosts)
    given = {"kubefabric_fabric": INTENT["fabric"], "kubefabric_cluster": cluster["cluster"]}
    said = play(tmp_path, {"roles": [REPORT], "vars": given})
    assert said.endswith("rc=0"), said
    assert reports(tmp_path) == [CLUSTERS[0]]


def test_a_plan_with_mistakes_and_a_host_that_is_no_cluster_are_refused(inventory, tmp_path):
    broken = copy.deepcopy(PLANS[CLUSTERS[0]])
    del broken["asn"], broken["l3out"]["vrf"]
    write(tmp_path / "broken.yml", {"kubefabric_plan": broken})
    said = play(tmp_path, {"roles": [REPORT]}, options=("-e", "@broken.yml", "--limit", CLUSTERS[0]))
    assert "The plan has 2 mistakes; nothing was done." in said
    assert "1. kubefabric_plan.asn: is missing; add it, for example asn: 65003" in said
    assert "2. kubefabric_plan.l3out.vrf: is missing; add it, for example vrf: prod" in said
    write(inventory / "more.yml", {"others": {"hosts": {"lone": {"kubefabric_cluster": {}}}}})
    said = " ".join(play(tmp_path, {"roles": [REPORT], "hosts": "others"}).split())
    assert "lone is not in the group clusters, whose hosts are planned, one for each Kubernetes cluster. Add it" in said
    assert reports(tmp_path) == []
