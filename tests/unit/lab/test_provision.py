"""lab.provision: what is built for whom, two at a time."""

from __future__ import annotations

import threading

import pytest

from lab import provision
from lab.provision import Job
from lab.tools import TOOLS


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("networks", "built"),
    [
        ({"kube_router"}, {"kwok", "kubernetes", "kube-router"}),
        ({"calico"}, {"kwok", "kubernetes"}),
        ({"ovn_kubernetes", "kube_router"}, {"kwok", "kubernetes", "kube-router", "frr-k8s"}),
    ],
)
def test_a_lab_builds_what_its_cluster_networks_need_and_no_more(networks, built):
    names = {job.name for job in provision.for_clusters(networks)} & {tool.name for tool in TOOLS}
    assert names == built


def test_the_tests_need_every_tool():
    assert {tool.name for tool in TOOLS} <= {job.name for job in provision.everything(lambda _: None)}


def test_two_jobs_run_at_the_same_time_and_the_longest_starts_first():
    order: list[str] = []
    met = threading.Barrier(2, timeout=30)

    def make(name: str):
        def job(_report):
            order.append(name)
            if name != "short":
                met.wait()

        return job

    seconds = {"short": 1, "long": 100, "longer": 200}
    provision.run([Job(name, weight, make(name)) for name, weight in seconds.items()], lambda _: None)
    assert sorted(order[:2]) == ["long", "longer"]
    assert order[2] == "short"


def test_all_that_failed_is_named_once_the_rest_is_done():
    def fail(_report):
        raise RuntimeError("no compiler")

    done: list[str] = []
    jobs = [Job("a", 3, fail), Job("b", 2, fail), Job("c", 1, lambda _: done.append("c"))]
    with pytest.raises(RuntimeError) as error:
        provision.run(jobs, lambda _: None)
    assert str(error.value) == "a: no compiler\nb: no compiler"
    assert done == ["c"]


def test_what_the_tests_can_do_without_is_reported_and_does_not_fail():
    def fail(_report):
        raise RuntimeError("no such release")

    said: list[str] = []
    provision.run([Job("Debian x", 1, fail, needed=False)], said.append)
    assert said == ["Not to be had here: Debian x: no such release"]
