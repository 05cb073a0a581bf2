"""Every linter is one test, so that `make lint` and CI count them with everything else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from tests.gates import BIN, GATES, ROOT, complaint, main


def run(command: list[str], directory: Path) -> None:
    """Run a program of the virtual environment; its complaint is the test's failure."""
    found = complaint(command, directory)
    assert found is None, found


@pytest.mark.parametrize("name", GATES)
def test_linter_has_no_complaint(name: str) -> None:
    found = complaint(GATES[name].command)
    assert found is None, found


def test_an_unknown_gate_is_an_error_that_names_the_gates() -> None:
    assert main(["ruff"]) == f"no gate ruff; the gates are: {', '.join(GATES)}"


def test_artifact_ignores_only_what_exists_or_what_git_ignores() -> None:
    """A pattern of galaxy.yml that matches nothing hides that a file was renamed, and ships it."""
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    patterns = yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]
    assert not [pattern for pattern in patterns if pattern not in ignored and not list(ROOT.glob(pattern))]


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
