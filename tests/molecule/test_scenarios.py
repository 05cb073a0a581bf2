"""Every molecule scenario runs whole: create, converge, idempotence, verify, destroy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.hosts import base, machines

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted(path.parent.name for path in (ROOT / "molecule").glob("*/molecule.yml"))
BOOTED = [name for name in SCENARIOS if name != "default"]
ELSEWHERE = [("frr", base.NEWER)]
CASES = [*((name, "") for name in SCENARIOS), *ELSEWHERE]


@pytest.mark.lab
@pytest.mark.skipif(os.geteuid() != 0, reason="the lab needs root (network namespaces)")
@pytest.mark.parametrize(("scenario", "release"), CASES)
def test_scenario(scenario: str, release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = machines.reason_to_skip() if scenario in BOOTED else ""
    if reason:
        pytest.skip(reason)
    if release:
        monkeypatch.setenv(base.RELEASE, release)
        _make_base(release)
    bin_directory = Path(sys.executable).parent
    done = subprocess.run(
        [str(bin_directory / "molecule"), "test", "--scenario-name", scenario],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{bin_directory}:{os.environ['PATH']}", "ANSIBLE_FORCE_COLOR": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-4000:]


def _make_base(release: str) -> None:
    """Make the system of hosts of another release, or skip: an archive need not have it, nor the machine its key."""
    try:
        base.ensure(print)
    except (RuntimeError, ValueError) as error:
        pytest.skip(f"no Debian {release} for hosts: {str(error).splitlines()[-1]}")
