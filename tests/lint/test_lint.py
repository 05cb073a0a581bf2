"""Every linter is one test, so that `make lint` and CI count them with everything else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

LINTERS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy", "lab", "plugins/module_utils"],
    "yamllint": ["yamllint", "--strict", "."],
    "ansible-lint": ["ansible-lint", "--offline", "--profile", "production"],
    "changelog": ["antsibull-changelog", "lint"],
}


def run(command: list[str], directory: Path) -> None:
    """Run a linter of the virtual environment; its complaint is the test's failure."""
    environment = {
        **os.environ,
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(ROOT / "build" / "ansible-home"),  # no copy of ours that somebody installed
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-8000:]}\n{done.stderr[-4000:]}"


@pytest.mark.parametrize("name", LINTERS)
def test_linter_has_no_complaint(name: str) -> None:
    run(LINTERS[name], ROOT)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection as users install it: built, then installed from the artifact."""
    directory = tmp_path_factory.mktemp("artifact")
    run(["ansible-galaxy", "collection", "build", "--output-path", str(directory)], ROOT)
    artifact = next(directory.glob("kubefabric-bgp-*.tar.gz"))
    run(
        ["ansible-galaxy", "collection", "install", "--no-deps", "--force", "-p", str(directory), str(artifact)],
        directory,
    )
    return directory / "ansible_collections" / "kubefabric" / "bgp"


def test_artifact_holds_the_collection_and_nothing_of_the_lab(installed: Path) -> None:
    names = {path.name for path in installed.iterdir()}
    assert {"plugins", "roles", "playbooks", "README.md", "LICENSE", "MANIFEST.json"} <= names
    assert not names & {"lab", "tests", "molecule", ".venv", "build", "benchmarks"}


def test_ansible_test_sanity_has_no_complaint(installed: Path, tmp_path: Path) -> None:
    """On a copy of the installed collection, as ansible-test wants a path of its own and a git repository."""
    copy = tmp_path / "ansible_collections" / "kubefabric" / "bgp"
    shutil.copytree(installed, copy)
    if (ROOT / "tests" / "sanity").exists():
        shutil.copytree(ROOT / "tests" / "sanity", copy / "tests" / "sanity")
    subprocess.run(["git", "init", "-q"], cwd=copy, check=True)
    subprocess.run(["git", "add", "-A"], cwd=copy, check=True)
    _link_dependencies(copy.parents[1])
    _provide_pip_bootstrap()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    run(["ansible-test", "sanity", "--color", "no", "--python", version], copy)


def _link_dependencies(collections: Path) -> None:
    """validate-modules reads the documentation fragments of the collections that ours builds on."""
    for name in ("cisco.aci", "kubernetes.core", "ansible.netcommon", "ansible.utils"):
        source = Path(next(iter(import_module(f"ansible_collections.{name}").__path__)))
        target = collections / name.replace(".", "/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(source)


def _provide_pip_bootstrap() -> None:
    """Where ansible-test looks for it before it would download one: see get_pip.py beside this file."""
    cache = Path.home() / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for source in (BIN.parent / "lib").glob("python*/site-packages/ansible_test/_internal/python_requirements.py"):
        for version in re.findall(r"pip='([\d.]+)'", source.read_text()):
            bootstrap = cache / f"get_pip_{version.replace('.', '_')}.py"
            if not bootstrap.exists():
                shutil.copy(Path(__file__).with_name("get_pip.py"), bootstrap)
