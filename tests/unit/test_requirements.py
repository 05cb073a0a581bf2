"""What is installed is named by version and hash, and what the documentation installs is a release."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.programs import ROOT

REQUIREMENTS = ROOT / "requirements"
PINNED = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)")


def entries(name: str) -> dict[tuple[str, str], set[str]]:
    """(package, version) → hashes, of each entry of a file; other lines fail."""
    text = (REQUIREMENTS / name).read_text().replace("\\\n", " ")
    found: dict[tuple[str, str], set[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith(("#", "-r")):
            hit = PINNED.match(line)
            assert hit, f"{name}: {line}"
            found.setdefault((hit[1].lower().replace("_", "-"), hit[2]), set()).update(HASH.findall(line))
    return found


@pytest.mark.parametrize("name", ["dev", "lint", "uv"])
def test_every_package_has_a_version_and_hashes(name):
    found = entries(f"{name}.txt")
    assert found
    assert all(found.values())
    assert set(entries(f"{name}.in")) <= set(found)


@pytest.mark.parametrize("name", ["dev", "lint", "uv"])
def test_no_file_names_a_registry(name):
    assert "://" not in "".join((REQUIREMENTS / f"{name}.{end}").read_text() for end in ("in", "txt"))


def test_the_linters_files_have_the_same_packages_as_the_others():
    assert entries("dev.txt").items() <= entries("lint.txt").items()


def test_the_documentation_installs_a_commit_or_this_release_and_no_branch():
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    text = "\n".join(page.read_text() for page in pages)
    installed = re.findall(r"kubefabric\.bgp\.git(?:, type: git, version: |,)?([^\s`}\]]*)", text)
    assert installed
    assert set(installed) <= {version, "<commit>"}
