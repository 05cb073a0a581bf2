"""Brings custom resource definitions, and what else an installation consists of, to a cluster."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from lab.context import run, wait_for
from lab.tools import crds, program

ROOT = Path(__file__).resolve().parents[2]
# By kubectl, which reads the schema of everything for that and waits 32 s for it; the API server checks in any case.
UNCHECKED = ("--validate=false",)


def folder(project: str) -> Path | None:
    """The folder with a project's custom resource definitions, or None.

    It is ``KUBEFABRIC_CRDS``'s, the one beside the checkout, or what was made of Go modules before (lab/tools/crds.py).
    """
    homes = [os.environ.get("KUBEFABRIC_CRDS"), ROOT.parent / "shared" / "crds"]
    given = next((Path(home) / project for home in homes if home and (Path(home) / project).is_dir()), None)
    return given or crds.folder(project)


def ensure(projects: dict[str, str], report: Callable[[str], None]) -> None:
    """See to it that the definitions of ``projects`` (folder → what people call it) are here; RuntimeError if not."""
    missing = {}
    for project, called in projects.items():
        try:
            if folder(project) is None:
                crds.ensure(project, report)
        except RuntimeError as error:
            missing[project] = f"the definitions of {called} are not here, and cannot be fetched: {error}"
    if missing:
        folders = " and ".join(f"{name}/" for name in missing)
        raise RuntimeError("\n".join([*missing.values(), f"KUBEFABRIC_CRDS names the folder that holds {folders}"]))


def install(kubeconfig: Path, projects: dict[str, str], objects: list[dict], *, without: str = "") -> None:
    """Let the API server serve the kinds of ``projects`` (folder → what people call it), then apply the objects.

    ``without`` is a pattern of files that are left out; definitions among the objects are served before the rest.
    RuntimeError says whose definitions are missing, or what the API server did not like.
    """
    ensure(projects, lambda _: None)
    kubectl = [str(program("kubectl")), f"--kubeconfig={kubeconfig}"]
    files = [path for name in projects if (found := folder(name)) for path in sorted(found.glob("*.y*ml"))]
    wanted = [path for path in files if not (without and path.match(without))]
    run([*kubectl, "apply", "--server-side", *UNCHECKED, *(f"--filename={path}" for path in wanted)])
    served = [item for item in objects if item["kind"] == "CustomResourceDefinition"]
    _apply(kubectl, served)
    # Not `kubectl wait`: it fails on a definition that is so new that it has no condition at all.
    wait_for(lambda: established(kubectl), "the definitions", timeout=60)
    _apply(kubectl, [item for item in objects if item not in served])


def _apply(kubectl: list[str], objects: list[dict]) -> None:
    if objects:
        document = {"apiVersion": "v1", "kind": "List", "items": objects}
        run([*kubectl, "apply", "--server-side", *UNCHECKED, "-f-"], stdin=json.dumps(document))


def established(kubectl: list[str]) -> bool:
    """Whether the API server serves every definition that it has."""
    items = json.loads(run([*kubectl, "get", "crd", "--output=json"]))["items"]
    return all(
        any(condition["type"] == "Established" and condition["status"] == "True" for condition in _conditions(item))
        for item in items
    )


def _conditions(item: dict) -> list[dict]:
    return (item.get("status") or {}).get("conditions") or []


def daemonset(name: str, namespace: str, label: str, container: dict) -> list[dict]:
    """Namespace, account and DaemonSet of a CNI's agents on all nodes; kwok's pods stand for the running agents."""
    labels = {"k8s-app": label}
    pod = {
        "serviceAccountName": name,
        "hostNetwork": True,
        "tolerations": [{"operator": "Exists"}],
        "containers": [container],
    }
    metadata = {"name": name, "namespace": namespace}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": metadata,
            "spec": {"selector": {"matchLabels": labels}, "template": template},
        },
    ]
