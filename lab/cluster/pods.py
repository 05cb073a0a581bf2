"""What a kubelet works out from a Pod object: command line, environment, status. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lab.cluster import programs

# Looks up (kind, name) and returns the ``data`` of a ConfigMap or Secret as text, or None when it does not exist.
Lookup = Callable[[str, str], Mapping[str, str] | None]

# The addresses of the API server inside a node's namespace; kubelet would give the Service's, which takes kube-proxy.
API_HOST, API_PORT = "127.0.0.1", 6443


class ConfigError(ValueError):
    """A pod refers to something that is not there: kubelet's CreateContainerConfigError."""


# -- which containers ---------------------------------------------------------------------------------------


def is_agent_container(container: Mapping) -> bool:
    """Whether the lab really runs this container."""
    return programs.of(container) is not None


def is_agent(pod: Mapping) -> bool:
    """Whether a pod has a container that the lab really runs."""
    return agent_container(pod) is not None


def agent_container(pod: Mapping) -> dict | None:
    """The container of a pod that the lab really runs."""
    return next((item for item in pod["spec"].get("containers", []) if is_agent_container(item)), None)


# -- environment and command line -----------------------------------------------------------------------------


def field(pod: Mapping, path: str, host_ips: list[str]) -> str:
    """The value of a downward API ``fieldRef`` (kubernetes.io, "Downward API"); ConfigError if there is none such."""
    simple = {
        "metadata.name": pod["metadata"]["name"],
        "metadata.namespace": pod["metadata"]["namespace"],
        "metadata.uid": pod["metadata"].get("uid", ""),
        "spec.nodeName": pod["spec"].get("nodeName", ""),
        "spec.serviceAccountName": pod["spec"].get("serviceAccountName", ""),
        "status.hostIP": host_ips[0] if host_ips else "",
        "status.hostIPs": ",".join(host_ips),
        "status.podIP": host_ips[0] if host_ips else "",  # the agents run in the host's network
        "status.podIPs": ",".join(host_ips),
    }
    if path in simple:
        return simple[path]
    found = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path)
    if found is None:
        raise ConfigError(f"fieldRef {path} is not supported")
    return pod["metadata"].get(found.group(1), {}).get(found.group(2), "")


def environment(pod: Mapping, container: Mapping, host_ips: list[str], lookup: Lookup) -> dict[str, str]:
    """A container's environment in kubelet's order; ``$(NAME)`` sees what was defined before it."""
    values = {"KUBERNETES_SERVICE_HOST": API_HOST, "KUBERNETES_SERVICE_PORT": str(API_PORT)}
    for source in container.get("envFrom") or []:
        values.update(_from_source(source, lookup))
    for item in container.get("env") or []:
        value = _env_value(pod, item, values, host_ips, lookup)
        if value is not None:
            values[item["name"]] = value
    return values


def _env_value(
    pod: Mapping, item: Mapping, values: Mapping[str, str], host_ips: list[str], lookup: Lookup
) -> str | None:
    """The value of one ``env`` item; None if it is optional and absent."""
    source = item.get("valueFrom")
    if not source:
        return expand(item.get("value", ""), values)
    if "fieldRef" in source:
        return field(pod, source["fieldRef"]["fieldPath"], host_ips)
    for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
        if key in source:
            return _from_key(kind, source[key], lookup)
    raise ConfigError(f"env {item['name']}: valueFrom {', '.join(source)} is not supported")


def _from_key(kind: str, reference: Mapping, lookup: Lookup) -> str | None:
    data = lookup(kind, reference["name"])
    if data is not None and reference["key"] in data:
        return data[reference["key"]]
    if reference.get("optional"):
        return None
    if data is None:
        raise ConfigError(f'{kind.lower()} "{reference["name"]}" not found')
    raise ConfigError(f"couldn't find key {reference['key']} in {kind} {reference['name']}")


def _from_source(source: Mapping, lookup: Lookup) -> dict[str, str]:
    for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
        if key in source:
            data = lookup(kind, source[key]["name"])
            if data is None and not source[key].get("optional"):
                raise ConfigError(f'{kind.lower()} "{source[key]["name"]}" not found')
            return {source.get("prefix", "") + name: value for name, value in (data or {}).items()}
    return {}


def expand(text: str, values: Mapping[str, str]) -> str:
    """Kubernetes' ``$(NAME)`` expansion: unknown names stay as they are, ``$$`` is a dollar."""

    def replace(found: re.Match) -> str:
        if found.group(0) == "$$":
            return "$"
        return values.get(found.group(1), found.group(0))

    return re.sub(r"\$\$|\$\(([^()$]+)\)", replace, text)


def plain_command_line(container: Mapping, values: Mapping[str, str]) -> list[str]:
    """The command line as the container has it, with the image's entry point where it names none."""
    program = programs.of(container)
    command = container.get("command") or ([program.entrypoint] if program else [])
    return [expand(item, values) for item in [*command, *(container.get("args") or [])]]


def command_line(container: Mapping, values: Mapping[str, str]) -> list[str]:
    """The agent's command line: the container's own, then the program's overrides.

    The last of two equal flags wins in kube-router (pflag), so an override stands at the end; a ``--`` in the pod's
    own arguments would hide it, so it goes before that.
    """
    line, program = plain_command_line(container, values), programs.of(container)
    end = line.index("--") if "--" in line else len(line)
    return [*line[:end], *(program.overrides if program else ()), *line[end:]]


# -- status ---------------------------------------------------------------------------------------------------


def pod_status(pod: Mapping, states: Mapping[str, dict], host_ips: list[str], now: str) -> dict:
    """A whole pod status to write. ``states`` has, per really run container, its part of containerStatuses.

    Containers that the lab does not run are shown as kwok shows them: running.
    """
    old = pod.get("status", {})
    started = old.get("startTime", now)
    containers = [
        {"name": item["name"], "image": item["image"], "imageID": "", **(states.get(item["name"]) or _running(started))}
        for item in pod["spec"]["containers"]
    ]
    ready = all(item["ready"] for item in containers)
    unready = [item["name"] for item in containers if not item["ready"]]
    reason = {} if ready else {"reason": "ContainersNotReady", "message": f"containers with unready status: {unready}"}
    wanted = [
        {"type": "Initialized", "status": "True"},
        {"type": "ContainersReady", "status": str(ready), **reason},
        {"type": "Ready", "status": str(ready), **reason},
    ]
    started_once = any("running" in item["state"] or "lastState" in item for item in containers)
    return {
        "phase": "Running" if started_once else "Pending",
        "startTime": started,
        "conditions": merge_conditions(old.get("conditions", []), wanted, now),
        "containerStatuses": containers,
        **_host_network_addresses(host_ips),
    }


def _host_network_addresses(host_ips: list[str]) -> dict:
    """A pod in its node's network has its node's addresses."""
    if not host_ips:
        return {}
    addresses = [{"ip": address} for address in host_ips]
    return {"hostIP": host_ips[0], "hostIPs": addresses, "podIP": host_ips[0], "podIPs": addresses}


def _running(started: str) -> dict:
    return {"ready": True, "started": True, "restartCount": 0, "state": {"running": {"startedAt": started}}}


def merge_conditions(old: list[dict], wanted: list[dict], now: str) -> list[dict]:
    """Conditions with the wanted ones in place; lastTransitionTime moves only when a status changes."""
    before = {item["type"]: item for item in old}
    merged = dict(before)
    for item in wanted:
        same = before.get(item["type"], {}).get("status") == item["status"]
        changed = before[item["type"]].get("lastTransitionTime", now) if same else now
        merged[item["type"]] = {**item, "lastTransitionTime": changed}
    return list(merged.values())


def state_word(pod: Mapping) -> str:
    """An agent pod's state in one word, as kubectl shows it: Running, CrashLoopBackOff, Terminating …"""
    if pod["metadata"].get("deletionTimestamp"):
        return "Terminating"
    container = agent_container(pod)
    for item in pod.get("status", {}).get("containerStatuses", []):
        if container is not None and item["name"] == container["name"]:
            for kind in ("waiting", "terminated"):
                if kind in item["state"]:
                    return item["state"][kind].get("reason", kind)
            return "Running" if item["ready"] else "NotReady"
    return pod.get("status", {}).get("phase", "Pending")
