"""Custom resource definitions for tests against a real API server: from the folder beside the checkout, or fetched."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

from lab.cluster.definitions import established
from lab.context import wait_for
from lab.tools import crds

ROOT = Path(__file__).resolve().parent.parent


@cache
def directory(project: str) -> Path | str:
    """The folder with a project's definitions, or why there is none, as a text.

    It is that of ``KUBEFABRIC_CRDS``, ``shared/crds`` beside the checkout, or what the lab makes of Go modules.
    """
    homes = [Path(os.environ["KUBEFABRIC_CRDS"])] if os.environ.get("KUBEFABRIC_CRDS") else []
    homes += [checkout.parent / "shared" / "crds" for checkout in checkouts()]
    given = next((home / project for home in homes if (home / project).is_dir()), None)
    try:
        return given or crds.ensure(project, lambda _: None)
    except RuntimeError as error:
        return f"{error} (../shared/crds, or KUBEFABRIC_CRDS names the folder)"


def required(*projects: str) -> list[Path]:
    """The folders with the definitions of projects; skips the test, with the reason, where they cannot be had."""
    found = [directory(project) for project in projects]
    for reason in found:
        if isinstance(reason, str):
            pytest.skip(reason)
    return [folder for folder in found if isinstance(folder, Path)]


def apply(api, project: str) -> None:
    """Let the API server serve a project's kinds; skips the test, with the reason, where the definitions are absent."""
    for folder in required(project):
        _served(api, folder)


@cache
def _served(api, folder: Path) -> None:
    """Once for each server: it keeps them, and no test removes them."""
    applied = api.kubectl_run("apply", "--server-side", "--force-conflicts", "--output=name", "-f", str(folder)).split()
    names = [name for kind, _slash, name in (item.partition("/") for item in applied) if kind.startswith("customres")]
    kubectl = [str(api.kubectl), f"--kubeconfig={api.kubeconfig}"]
    wait_for(lambda: established(kubectl), f"the definitions in {folder.name}", timeout=60)
    # established definitions reach discovery a little later; kubectl reads it again each time
    api.kubectl_run("get", ",".join(names), "--all-namespaces", "--output=name")


def namespace(api, name: str) -> None:
    """A namespace, whether it is there already or not."""
    item = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    api.kubectl_run("apply", "--server-side", "-f-", stdin=json.dumps(item))


def checkouts() -> list:
    """This checkout, and the one that it is a git worktree of."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--path-format=absolute", "--git-common-dir"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [ROOT, *([Path(done.stdout.strip()).parent] if done.returncode == 0 else [])]
