"""Brings custom resource definitions, and what else an installation consists of, to a cluster."""

from __future__ import annotations

import json
import os
from pathlib import Path

from lab.context import run
from lab.tools import program

ROOT = Path(__file__).resolve().parents[2]


def folder(project: str) -> Path | None:
    """The folder with a project's custom resource definitions: ``KUBEFABRIC_CRDS``, or beside the checkout; None."""
    homes = [os.environ.get("KUBEFABRIC_CRDS"), ROOT.parent / "shared" / "crds"]
    return next((Path(home) / project for home in homes if home and (Path(home) / project).is_dir()), None)


def install(kubeconfig: Path, projects: dict[str, str], objects: list[dict]) -> None:
    """Let the API server serve the kinds of ``projects`` (folder → what people call it), then apply the objects.

    RuntimeError says whose definitions are missing, or what the API server did not like.
    """
    folders = {name: folder(name) for name in projects}
    missing = [name for name, found in folders.items() if found is None]
    if missing:
        raise RuntimeError(
            f"the definitions of {' and '.join(projects[name] for name in missing)} are not here: "
            f"KUBEFABRIC_CRDS names the folder that holds {' and '.join(f'{name}/' for name in missing)}"
        )
    kubectl = [str(program("kubectl")), f"--kubeconfig={kubeconfig}"]
    run([*kubectl, "apply", "--server-side", *(f"--filename={found}" for found in folders.values())])
    run([*kubectl, "wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"])
    document = {"apiVersion": "v1", "kind": "List", "items": objects}
    run([*kubectl, "apply", "--server-side", "-f-"], stdin=json.dumps(document))
