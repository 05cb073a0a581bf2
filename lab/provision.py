"""Builds and fetches what the lab runs: programs from Go modules, definitions, the catalog, the hosts' system.

Everything is a job; two run at the same time, the longest first. A job whose result is in the cache does nothing.
What a cluster needs depends on its network (``for_clusters``); ``everything`` is what the tests need.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from lab.cluster import definitions, stand_ins
from lab.hosts import base, machines
from lab.tools import TOOLS, Tool, catalog_directory, crds
from lab.tools.build import ensure_tool
from lab.tools.catalog import ensure_catalog
from lab.vm import packages

Report = Callable[[str], None]

AT_A_TIME = 2
# CPU seconds, as measured once: only their order matters.
_CATALOG, _EMULATOR, _SYSTEM = 3, 10, 60
_DEFINITIONS = {"ovn-kubernetes": 200, "kubevirt": 50, "nmstate": 30}
_OTHER_DEFINITIONS = 10


@dataclass(frozen=True)
class Job:
    """One thing to build or fetch; ``seconds`` is about what it costs, ``make`` does nothing if it is there.

    What is not ``needed`` may fail: that is reported, and the tests that ask for it are skipped.
    """

    name: str
    seconds: int
    make: Callable[[Report], object]
    needed: bool = True


def run(jobs: Iterable[Job], report: Report) -> None:
    """Do the jobs, two at a time. RuntimeError names every needed one that failed, after all others are done."""
    longest_first = sorted(jobs, key=lambda job: -job.seconds)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        failures = [failure for failure in pool.map(lambda job: _failure(job, report), longest_first) if failure]
    if failures:
        raise RuntimeError("\n".join(failures))


def _failure(job: Job, report: Report) -> str:
    """Do one job; what went wrong, or ""."""
    try:
        job.make(report)
    except (RuntimeError, ValueError, OSError) as error:
        if job.needed:
            return f"{job.name}: {error}"
        report(f"Not to be had here: {job.name}: {error}")
    return ""


# -- what there is to do ----------------------------------------------------------------------------------


def for_clusters(networks: Collection[str]) -> list[Job]:
    """What clusters with these networks (``kube_router``, ``cilium`` …) need that is not there yet."""
    ready = [Job(f"definitions for {network}", _OTHER_DEFINITIONS, partial(stand_ins.prepare, network))
             for network in networks]  # fmt: skip
    return [*_build(tool for tool in TOOLS if tool.serves(networks)), *ready]


def everything(report: Report) -> list[Job]:
    """What the tests need that is not there yet, on this machine."""
    jobs = _build(TOOLS)
    if not (catalog_directory() / "catalog.db").exists():
        jobs.append(Job("APIC's class catalog", _CATALOG, ensure_catalog))
    jobs += [_definitions(project) for project in crds.PROJECTS if definitions.folder(project) is None]
    reason = machines.reason_to_skip()
    if reason:
        report(f"No bootable hosts: {reason}")
    else:
        jobs.append(Job("Debian for bootable hosts", _SYSTEM, base.ensure))
        newer = partial(base.ensure, release=base.NEWER)
        jobs.append(Job(f"Debian {base.NEWER} for bootable hosts", _SYSTEM, newer, needed=False))
    if packages.missing() is None:
        jobs.append(Job("programs of the virtual machine", _EMULATOR, packages.ensure, needed=False))
    return jobs


def _build(tools: Iterable[Tool]) -> list[Job]:
    return [Job(tool.name, tool.seconds, partial(ensure_tool, tool)) for tool in tools if tool.missing()]


def _definitions(project: str) -> Job:
    seconds = _DEFINITIONS.get(project, _OTHER_DEFINITIONS)
    return Job(f"definitions of {project}", seconds, partial(crds.ensure, project), needed=False)
