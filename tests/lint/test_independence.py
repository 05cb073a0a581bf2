"""The lab judges the collection, and shares no code with it: a mistake in both would be found by neither."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / "lab"

# A path into the collection's code, a module of it, or one of its folders as a text of its own.
CODE = re.compile(
    r"""(?:["'/.\\]|\b)plugins(?:["'/\\]|\.\w)|["'/.]plugins\b|\b(?:module_utils|plugin_utils|ansible_collections)\b"""
)
# What the lab may run: the playbook whose plan is the contract between the collection and the lab.
CONTENT = re.compile(r"\bkubefabric\.bgp\.(\w+)")
PLAYBOOKS = {"plan"}


def texts() -> list[Path]:
    """Every text file of the lab."""
    found = []
    for path in sorted(LAB.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            try:
                path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            found.append(path)
    return found


def test_no_file_of_the_lab_names_the_collection_s_code() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if CODE.search(line)
    ]
    assert len(texts()) > 100
    assert not named, "\n".join(named)


def test_the_lab_runs_one_playbook_of_the_collection_and_nothing_else() -> None:
    used = {name for path in texts() for name in CONTENT.findall(path.read_text(encoding="utf-8"))}
    assert used <= PLAYBOOKS
    assert all((ROOT / "playbooks" / f"{name}.yml").is_file() for name in PLAYBOOKS)


@pytest.mark.parametrize(
    "line",
    [
        'FILE = ROOT / "plugins" / "module_utils"',
        "import ansible_collections.kubefabric.bgp.plugins.module_utils.plan",
        'exec(Path("../plugins/action/plan.py").read_text())',
        "from plugins.module_utils import plan",
        "see plugins/action",
    ],
)
def test_what_names_the_collection_s_code_is_found(line: str) -> None:
    assert CODE.search(line)


@pytest.mark.parametrize("line", ["the admission plugins it has", "--disable-admission-plugins=ServiceAccount"])
def test_other_plugins_are_not_the_collection_s(line: str) -> None:
    assert not CODE.search(line)


# A name can be put together at run time; a file that is opened cannot hide.
IMPORTS = """
import importlib, pkgutil, sys
code, opened = sys.argv[1] + "/", set()
def seen(event, arguments):
    if event == "open" and str(arguments[0]).startswith(code):
        opened.add(str(arguments[0]))
sys.addaudithook(seen)
import lab
for module in pkgutil.walk_packages(lab.__path__, "lab."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
        print(module.name)
sys.exit("\\n".join(sorted(opened)) if opened else 0)
"""


def test_importing_the_lab_opens_no_file_of_the_collection_s_code() -> None:
    command = [sys.executable, "-c", IMPORTS, str(ROOT / "plugins")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "lab.cluster.calico.selectors" in done.stdout.split()
