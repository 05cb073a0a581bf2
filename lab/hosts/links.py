"""Thin calls of ``ip`` inside namespaces of the lab. Nothing here works without a namespace: the machine's own
interfaces cannot be named."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from lab.context import run

NAMESPACES = Path("/var/run/netns")  # where ip(8) mounts them


def namespaces(prefix: str) -> list[str]:
    """The network namespaces of this machine whose names begin with ``prefix``.

    As ``ip netns list`` finds them, without a process: every agent looks once a second.
    """
    found = NAMESPACES.iterdir() if NAMESPACES.is_dir() else ()
    return sorted(path.name for path in found if path.name.startswith(prefix))


def ensure_namespace(name: str, settings: Mapping[str, str]) -> bool:
    """Make a namespace with its loopback up and these sysctls; True if it was not there."""
    if name in namespaces(name):
        return False
    run(["ip", "netns", "add", name])
    try:
        batch(name, ["link set lo up"])
        set_sysctls(name, settings)
    except RuntimeError:
        delete_namespace(name)
        raise
    return True


def set_sysctls(namespace: str, settings: Mapping[str, str]) -> None:
    """Set kernel parameters of a namespace."""
    run(["sysctl", "-q", "-w", *(f"{key}={value}" for key, value in settings.items())], namespace=namespace)


def delete_namespace(name: str) -> None:
    """Delete a namespace, and with it every interface in it; one that is gone is fine."""
    run(["ip", "netns", "del", name], check=False)


def batch(namespace: str, commands: Iterable[str], *, force: bool = False) -> None:
    """Run ``ip`` commands in one go. ``force`` goes on after one that fails (something is there already)."""
    text = "\n".join(commands)
    if not text:
        return
    argv = ["ip", "-n", namespace, *(["-force"] if force else []), "-batch", "-"]
    done = subprocess.run(argv, input=text + "\n", capture_output=True, text=True, check=False)
    if done.returncode != 0 and not force:
        raise RuntimeError(f"in {namespace}: {done.stderr.strip()}\n{text}")


def devices(namespace: str) -> dict[str, dict]:
    """The interfaces of a namespace by name, as ``ip -j address`` describes them."""
    return {entry["ifname"]: entry for entry in json.loads(run(["ip", "-n", namespace, "-d", "-j", "address"]) or "[]")}


def destinations(namespace: str, device: str) -> set[str]:
    """Where the routes of a namespace through a device lead, both families; a host's without its length."""
    listed = [
        json.loads(run(["ip", "-n", namespace, word, "-j", "route", "show", "dev", device]) or "[]")
        for word in ("-4", "-6")
    ]
    return {entry["dst"] for entries in listed for entry in entries}


def addresses(device: dict) -> set[str]:
    """``address/length`` of a device, without link-local ones."""
    return {
        f"{entry['local']}/{entry['prefixlen']}" for entry in device.get("addr_info", ()) if entry["scope"] != "link"
    }
