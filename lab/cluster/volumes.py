"""A pod's volumes: what is written where, and what is mounted over what. Pure but for ``write``."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lab import private
from lab.cluster.pods import ConfigError, Lookup, field

# Asks the API server for a token: (audience or "", seconds) → token
Token = Callable[[str, int], str]


@dataclass(frozen=True)
class Mount:
    """A bind mount into a container: a file or directory of the machine, and where the container sees it."""

    source: Path
    target: str
    read_only: bool = False


@dataclass(frozen=True)
class Sources:
    """Where a pod's volumes come from: its own directory, the node's files, and the API server's objects."""

    pod: Mapping
    directory: Path  # volumes of the pod; ends with it
    host: Path  # stands for the node's root file system; outlives the pod
    host_ips: list[str]
    lookup: Lookup
    token: Token


def files(volume: Mapping, sources: Sources) -> dict[str, str] | None:
    """The files of a volume whose content comes from the API server, by relative path; None for other kinds."""
    if "configMap" in volume:
        return _object_files("ConfigMap", volume["configMap"].get("name", ""), volume["configMap"], sources.lookup)
    if "secret" in volume:
        return _object_files("Secret", volume["secret"].get("secretName", ""), volume["secret"], sources.lookup)
    if "downwardAPI" in volume:
        return _downward_files(volume["downwardAPI"], sources)
    if "projected" in volume:
        found: dict[str, str] = {}
        for source in volume["projected"].get("sources") or []:
            found.update(_projected_files(source, sources))
        return found
    return None


def _projected_files(source: Mapping, sources: Sources) -> dict[str, str]:
    if "serviceAccountToken" in source:
        wanted = source["serviceAccountToken"]
        return {wanted["path"]: sources.token(wanted.get("audience", ""), wanted.get("expirationSeconds", 3600))}
    for key, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
        if key in source:
            return _object_files(kind, source[key].get("name", ""), source[key], sources.lookup)
    if "downwardAPI" in source:
        return _downward_files(source["downwardAPI"], sources)
    raise ConfigError(f"a projected volume's source {', '.join(source)} is not supported by the lab")


def _object_files(kind: str, name: str, wanted: Mapping, lookup: Lookup) -> dict[str, str]:
    data = lookup(kind, name)
    if data is None:
        if wanted.get("optional"):
            return {}
        raise ConfigError(f'{kind.lower()} "{name}" not found')
    items = wanted.get("items")
    if not items:
        return dict(data)
    missing = [item["key"] for item in items if item["key"] not in data]
    if missing and not wanted.get("optional"):
        raise ConfigError(f"references non-existent {kind.lower()} key: {missing[0]}")
    return {item["path"]: data[item["key"]] for item in items if item["key"] in data}


def _downward_files(wanted: Mapping, sources: Sources) -> dict[str, str]:
    items = wanted.get("items") or []
    return {item["path"]: field(sources.pod, item["fieldRef"]["fieldPath"], sources.host_ips) for item in items}


def source_path(volume: Mapping, sources: Sources) -> Path:
    """Where a volume is on the machine; ConfigError for a kind that the lab has not."""
    if "hostPath" in volume:
        return sources.host / volume["hostPath"]["path"].lstrip("/")
    if "emptyDir" in volume or files_kind(volume):
        return sources.directory / volume["name"]
    kinds = sorted(set(volume) - {"name"})
    raise ConfigError(f"volume {volume['name']}: {', '.join(kinds)} is not supported by the lab")


def files_kind(volume: Mapping) -> bool:
    """Whether the volume's content comes from the API server."""
    return any(kind in volume for kind in ("configMap", "secret", "downwardAPI", "projected"))


def mounts(container: Mapping, sources: Sources) -> list[Mount]:
    """A container's bind mounts, parents before children; ConfigError if one names a volume that is not there."""
    volumes = {volume["name"]: volume for volume in sources.pod["spec"].get("volumes") or []}
    found = []
    for item in container.get("volumeMounts") or []:
        if item["name"] not in volumes:
            raise ConfigError(f"volumeMount {item['name']}: the pod has no such volume")
        source = source_path(volumes[item["name"]], sources) / item.get("subPath", "")
        found.append(Mount(source, item["mountPath"], bool(item.get("readOnly"))))
    return sorted(found, key=lambda mount: PurePosixPath(mount.target).parts)


def write(sources: Sources) -> None:
    """Write every volume of the pod, replacing what an earlier start of the same pod left."""
    for volume in sources.pod["spec"].get("volumes") or []:
        path = source_path(volume, sources)
        if "hostPath" in volume:
            _make_host_path(path, volume["hostPath"].get("type", ""), volume["hostPath"]["path"])
            continue
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, text in (files(volume, sources) or {}).items():
            private.write(path / name, text)


def _make_host_path(path: Path, kind: str, shown: str) -> None:
    """kubelet's checks of ``hostPath.type``, on the node's own files."""
    if kind in ("Directory", "File", "Socket", "CharDevice", "BlockDevice") and not path.exists():
        raise ConfigError(f"hostPath type check failed: {shown} is not a {kind.lower()}")
    if kind == "FileOrCreate":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(exist_ok=True)
    elif not path.exists():
        path.mkdir(parents=True)


def remove(directory: Path) -> None:
    """Forget a pod's own volumes."""
    shutil.rmtree(directory, ignore_errors=True)
