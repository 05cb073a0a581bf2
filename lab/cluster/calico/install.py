"""What installing Calico leaves in a cluster, as far as the lab needs it: definitions, namespace, pods."""

from __future__ import annotations

import json
import os
from pathlib import Path

from lab.context import run
from lab.tools import program

ROOT = Path(__file__).resolve().parents[3]
NAMESPACE = "calico-system"  # the operator's


def definitions() -> Path | None:
    """The folder with Calico's custom resource definitions: ``KUBEFABRIC_CRDS``, or beside the checkout; None."""
    homes = [os.environ.get("KUBEFABRIC_CRDS"), ROOT.parent / "shared" / "crds"]
    return next((Path(home) / "calico" for home in homes if home and (Path(home) / "calico").is_dir()), None)


def objects() -> list[dict]:
    """Namespace, account and DaemonSet as the operator makes them; kwok's pods stand for the running agents."""
    labels = {"k8s-app": "calico-node"}
    pod = {
        "serviceAccountName": "calico-node",
        "hostNetwork": True,
        "tolerations": [{"operator": "Exists"}],
        "containers": [{"name": "calico-node", "image": "quay.io/calico/node:v3.32.1"}],
    }
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "calico-node", "namespace": NAMESPACE}},
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "calico-node", "namespace": NAMESPACE},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        },
    ]


def install(kubeconfig: Path) -> None:
    """Bring all of it to a cluster. RuntimeError says what is missing or what the API server did not like."""
    folder = definitions()
    if folder is None:
        raise RuntimeError(
            "the definitions of Calico are not here: KUBEFABRIC_CRDS names the folder that holds calico/"
        )
    kubectl = [str(program("kubectl")), f"--kubeconfig={kubeconfig}"]
    run([*kubectl, "apply", "--server-side", "-f", str(folder)])
    run([*kubectl, "wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"])
    document = {"apiVersion": "v1", "kind": "List", "items": objects()}
    run([*kubectl, "apply", "--server-side", "-f-"], stdin=json.dumps(document))
