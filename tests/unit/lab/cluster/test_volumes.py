"""lab.cluster.volumes."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.cluster import volumes
from lab.cluster.pods import ConfigError
from lab.cluster.volumes import Mount


def sources(tmp_path: Path, *given: dict) -> volumes.Sources:
    objects = {("ConfigMap", "cni"): {"cni-conf.json": "{}", "other": "x"}, ("Secret", "bgp"): {"password": "s3cret"}}
    return volumes.Sources(
        pod={"metadata": {"name": "p", "namespace": "kube-system"}, "spec": {"volumes": list(given)}},
        directory=tmp_path / "pod",
        host=tmp_path / "node",
        host_ips=["192.168.2.1"],
        lookup=lambda kind, name: objects.get((kind, name)),
        token=lambda audience, seconds: f"token for {audience or 'the API server'}, {seconds} s",
    )


def written(tmp_path: Path, volume: dict) -> dict[str, str]:
    made = sources(tmp_path, {"name": "v", **volume})
    volumes.write(made)
    return {path.name: path.read_text() for path in (tmp_path / "pod" / "v").rglob("*") if path.is_file()}


def test_a_config_map_becomes_its_keys_files(tmp_path):
    assert written(tmp_path, {"configMap": {"name": "cni"}}) == {"cni-conf.json": "{}", "other": "x"}


def test_items_choose_keys_and_name_files(tmp_path):
    items = [{"key": "cni-conf.json", "path": "10-kuberouter.conflist"}]
    assert written(tmp_path, {"configMap": {"name": "cni", "items": items}}) == {"10-kuberouter.conflist": "{}"}


def test_a_secrets_files_are_for_root_only(tmp_path):
    assert written(tmp_path, {"secret": {"secretName": "bgp"}}) == {"password": "s3cret"}
    assert oct((tmp_path / "pod" / "v" / "password").stat().st_mode & 0o777) == "0o600"


def test_a_service_accounts_volume_has_token_authority_and_namespace(tmp_path):
    field = {"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}
    projected = [
        {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}},
        {"configMap": {"name": "cni", "items": [{"key": "other", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [field]}},
    ]
    assert written(tmp_path, {"projected": {"sources": projected}}) == {
        "token": "token for the API server, 3607 s",
        "ca.crt": "x",
        "namespace": "kube-system",
    }


@pytest.mark.parametrize(
    ("volume", "message"),
    [
        ({"configMap": {"name": "nope"}}, 'configmap "nope" not found'),
        (
            {"secret": {"secretName": "bgp", "items": [{"key": "k", "path": "k"}]}},
            "references non-existent secret key: k",
        ),
        ({"nfs": {"server": "x"}}, "volume v: nfs is not supported by the lab"),
        (
            {"hostPath": {"path": "/var/lib/x", "type": "File"}},
            "hostPath type check failed: /var/lib/x is not a file",
        ),
    ],
)
def test_what_is_not_there_is_kubelets_error(tmp_path, volume, message):
    with pytest.raises(ConfigError) as error:
        written(tmp_path, volume)
    assert str(error.value) == message


def test_an_optional_secret_that_is_not_there_is_an_empty_volume(tmp_path):
    assert written(tmp_path, {"secret": {"secretName": "nope", "optional": True}}) == {}


def test_host_paths_are_the_nodes_own_files_not_the_machines(tmp_path):
    lock = {"name": "lock", "hostPath": {"path": "/run/xtables.lock", "type": "FileOrCreate"}}
    cni = {"name": "cni", "hostPath": {"path": "/etc/cni/net.d"}}
    made = sources(tmp_path, lock, cni)
    volumes.write(made)
    assert (tmp_path / "node/run/xtables.lock").is_file()
    assert (tmp_path / "node/etc/cni/net.d").is_dir()


def test_mounts_go_parents_first_and_know_sub_paths_and_read_only(tmp_path):
    made = sources(tmp_path, {"name": "a", "emptyDir": {}}, {"name": "b", "hostPath": {"path": "/opt"}})
    container = {
        "volumeMounts": [
            {"name": "a", "mountPath": "/opt/cni", "subPath": "x", "readOnly": True},
            {"name": "b", "mountPath": "/opt"},
        ]
    }
    assert volumes.mounts(container, made) == [
        Mount(tmp_path / "node/opt", "/opt"),
        Mount(tmp_path / "pod/a/x", "/opt/cni", True),
    ]


def test_a_mount_of_no_volume_is_an_error(tmp_path):
    with pytest.raises(ConfigError) as error:
        volumes.mounts({"volumeMounts": [{"name": "nope", "mountPath": "/x"}]}, sources(tmp_path))
    assert str(error.value) == "volumeMount nope: the pod has no such volume"
