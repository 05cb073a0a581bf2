"""Makes the checkout importable as ``ansible_collections.kubefabric.bgp``, as Ansible itself does it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from ansible.utils.collection_loader import _collection_finder as finder

ROOT = Path(__file__).resolve().parent.parent
COLLECTIONS = ROOT / ".collections"


def _link_checkout() -> None:
    """``.collections/ansible_collections/kubefabric/bgp`` is the checkout; ``make`` sets the same link."""
    link = COLLECTIONS / "ansible_collections" / "kubefabric" / "bgp"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(Path("../../.."))


def pytest_configure() -> None:
    _link_checkout()
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(COLLECTIONS)
    sys.path.insert(0, str(ROOT))
    if not any(isinstance(item, finder._AnsibleCollectionFinder) for item in sys.meta_path):
        finder._AnsibleCollectionFinder(paths=[str(COLLECTIONS), *sys.path])._install()


def pytest_unconfigure() -> None:
    """End the processes from which runs of ansible-playbook fork."""
    from tests import preloaded

    preloaded.close()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where labs are brought up, see to it that they go even if this process is killed."""
    if any(item.get_closest_marker("lab") for item in session.items):
        from tests import guardian

        guardian.start()


@pytest.hookimpl(optionalhook=True)  # the mutants' runs, among others, do without xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> object:
    """Hand out the groups of tests/runner/groups.py where those are asked for (``--dist loadgroup``)."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from tests.runner.groups import Groups

    return Groups(config, log)
