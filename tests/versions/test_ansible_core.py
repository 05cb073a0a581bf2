"""The collection on every release of ansible-core that it promises, on Pythons found here that the release supports."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.apic import start_apic
from tests.programs import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
# Controller Pythons by release: docs.ansible.com, "ansible-core support matrix".
# Each release once, and Debian 12's own Python 3.11 wherever a release takes it.
CASES = (("2.17", "3.10"), ("2.17", "3.11"), ("2.18", "3.11"), ("2.19", "3.11"), ("2.20", "3.12"), ("2.21", "3.13"))


@cache
def interpreter(version: str) -> str | None:
    """A Python of that version on this machine that really starts, or None."""
    candidates = [f"python{version}", *map(str, Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/python"))]
    for candidate in candidates:
        try:
            done = subprocess.run([candidate, "-m", "venv", "--help"], capture_output=True, check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return candidate
    return None


def collections_of_this_environment() -> str:
    """cisco.aci, kubernetes.core and ansible.netcommon as the ``ansible`` package brought them."""
    import ansible_collections.cisco.aci as anchor

    return str(Path(next(iter(anchor.__path__))).parents[2])


@pytest.mark.parametrize(("release", "python"), CASES)
def test_plan_and_fabric_run_and_the_second_run_changes_nothing(release: str, python: str, tmp_path: Path) -> None:
    executable = interpreter(python)
    if executable is None:
        pytest.skip(f"no Python {python} on this machine (ansible-core {release})")
    subprocess.run([executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    binaries = tmp_path / "venv" / "bin"
    pip = [sys.executable, "-m", "pip", "--python", str(binaries / "python"), "--quiet", "--disable-pip-version-check"]
    wanted = [f"ansible-core=={release}.*", "-r", str(ROOT / "requirements.txt")]
    subprocess.run([*pip, "install", "--no-compile", *wanted], check=True)
    with start_apic(tmp_path / "apic") as apic:
        apic.seed()
        outcomes = [_fabric(binaries, apic, tmp_path) for _ in range(2)]
    assert "failed=0" in outcomes[0]
    assert "changed=0" in outcomes[1], outcomes[1]


def _fabric(binaries: Path, apic, tmp_path: Path) -> str:
    """Run plan and fabric with that release; returns what it printed."""
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": f"{ROOT / '.collections'}:{collections_of_this_environment()}",
        "ANSIBLE_HOME": str(tmp_path / "ansible"),
        "PYTHONPYCACHEPREFIX": str(tmp_path / "pycache"),
        "SSL_CERT_FILE": str(apic.ca),
        "APIC_PASSWORD": apic.password,
        "KUBEFABRIC_BGP_PASSWORD": PASSWORD,
        "PATH": f"{binaries}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        [
            *(str(binaries / "ansible-playbook"), "kubefabric.bgp.fabric", "-i", str(ROOT / "inventory")),
            *("-e", f"{{kubefabric_apic: {{hosts: [127.0.0.1], port: {apic.port}}}}}"),
            *("-e", f"kubefabric_output_dir={tmp_path / 'build'}"),
        ],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    return done.stdout
