"""Secrets of the lab's own, in place of an inventory's: what is rehearsed is not the production's passwords.

The lab's controller stores all that a run writes, passwords included, and this machine may have other users. So a
rehearsed inventory gets a password of the lab's own for the controller, a token for the controller's ``/lab``, and a
second inventory that puts another value in the place of each cluster's BGP password and digest key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from lab import private
from lab.context import Lab, process_id
from lab.fabric.controller import TOKEN

PASSWORD, KEY = "apic-password", "stand-in-key"
DIRECTORY = "inventory"  # of the second inventory
STAND_INS = ("password", "password_key", "next_password")
# How an inventory reads the password that the lab gives it.
_OF_THE_LAB = re.compile(r"\{\{ *lookup\('ansible\.builtin\.env', *'KUBEFABRIC_BGP_PASSWORD'\) *\}\}")
_BEFORE = "kubefabric_lab_before_{}"


def of_its_own(lab: Lab, inventory: Path) -> None:
    """Give the lab a password for its controller, a token for ``/lab``, and the second inventory for this inventory.

    Raises RuntimeError if its controller runs already, without them.
    """
    if _runs(lab) and not (lab.directory / "apic" / TOKEN).exists():
        raise RuntimeError(
            f"lab {lab.name} was brought up without secrets of its own, and the passwords of {inventory} would reach "
            f"it: remove it first (python -m lab --name {lab.name} down), take another --name, or say --given-secrets"
        )
    private.kept(lab.file(PASSWORD))
    private.kept(lab.directory / "apic" / TOKEN)
    key = private.kept(lab.file(KEY))
    files = second_inventory(_variables(inventory), key)
    _remove_second(lab)
    for name, text in files.items():
        private.write(lab.file(DIRECTORY, *name.split("/")), text)


def of_the_example(lab: Lab) -> None:
    """Give the lab a password for its controller; the example inventory takes all others from the lab's variables."""
    if not _runs(lab):
        private.kept(lab.file(PASSWORD))
    _remove_second(lab)


def given(lab: Lab) -> None:
    """Leave the inventory its passwords, and the controller $APIC_PASSWORD. Raises RuntimeError if it has another."""
    if _runs(lab) and (lab.directory / PASSWORD).exists():
        raise RuntimeError(
            f"lab {lab.name} was brought up with secrets of its own: remove it first (python -m lab --name {lab.name} "
            "down), or take another --name"
        )
    for path in (lab.directory / PASSWORD, lab.directory / "apic" / TOKEN):
        path.unlink(missing_ok=True)
    _remove_second(lab)


def _runs(lab: Lab) -> bool:
    """Whether the controller runs, or its configuration is there, with the password that it was made with."""
    return process_id(lab, "apic") is not None or (lab.directory / "apic" / "state.json").exists()


def _remove_second(lab: Lab) -> None:
    """That of another inventory, whose clusters may have the same names."""
    shutil.rmtree(lab.directory / DIRECTORY, ignore_errors=True)


def password(lab: Lab) -> str:
    """The controller's password: the lab's own where it has one, else $APIC_PASSWORD or ``password``."""
    own = lab.directory / PASSWORD
    return own.read_text() if own.exists() else os.environ.get("APIC_PASSWORD", "password")


def bgp_password(lab: Lab) -> str:
    """The sessions' password that the lab has for the example inventory, the same for as long as it is up."""
    return private.kept(lab.file("bgp-password"))


def takes_the_labs(inventory: Path) -> bool:
    """Whether an inventory's clusters have no secret but those that the lab's ``environment`` sets, as the example."""
    clusters = [
        given["kubefabric_cluster"] for given in _variables(inventory).values() if "kubefabric_cluster" in given
    ]
    return all(isinstance(cluster, dict) and _takes_the_labs(cluster.get("bgp") or {}) for cluster in clusters)


def _takes_the_labs(bgp: object) -> bool:
    found = [bgp[name] for name in STAND_INS if bgp.get(name)] if isinstance(bgp, dict) else [bgp]
    return all(isinstance(value, str) and _OF_THE_LAB.fullmatch(value) for value in found)


def second_inventory(variables: dict[str, dict], key: str) -> dict[str, str]:
    """{file: text} of an inventory whose clusters have stand-ins for the secrets of ``variables``, by host. Pure."""
    clusters = {name: given for name, given in variables.items() if "kubefabric_cluster" in given}
    files = {"hosts.yml": yaml.safe_dump({"all": {"hosts": dict.fromkeys(clusters, None)}})}
    for name, given in clusters.items():
        files[f"host_vars/{name}.yml"] = yaml.dump(_replaced(name, given["kubefabric_cluster"], key), Dumper=_Dumper)
    return files


def _replaced(host: str, cluster: object, key: str) -> dict:
    """The variables of one cluster. What is a template stays one: only its result is replaced."""
    bgp = cluster.get("bgp") if isinstance(cluster, dict) else None
    if not isinstance(cluster, dict) or not isinstance(bgp, (dict, type(None))):
        return {_BEFORE.format("cluster"): _readable(cluster), "kubefabric_cluster": _combined(host, key)}
    kept_before, changed = {}, {}
    for name in STAND_INS:
        value = (bgp or {}).get(name)
        if value is None or value == "":
            continue
        before, stand_in = _BEFORE.format(name), _stand_in(host, name, key)
        plain = isinstance(value, str) and "{{" not in value and "{%" not in value
        if not plain:
            kept_before[before] = _readable(value)
        changed[name] = stand_in if plain else f"{{{{ '{stand_in}' if {before} else {before} }}}}"
    return {**kept_before, "kubefabric_cluster": _readable({**cluster, **({"bgp": {**bgp, **changed}} if bgp else {})})}


def _combined(host: str, key: str) -> str:
    """For a cluster that is a template as a whole."""
    before = f"({_BEFORE.format('cluster')}.bgp | default({{}}))"
    pairs = ", ".join(f"'{name}': '{_stand_in(host, name, key)}'" for name in STAND_INS)
    there = f"({{{pairs}}} | dict2items | selectattr('key', 'in', {before}) | items2dict)"
    return f"{{{{ {_BEFORE.format('cluster')} | combine({{'bgp': {there}}}, recursive=true) }}}}"


def _stand_in(host: str, name: str, key: str) -> str:
    """The same in every run of a lab, another one for each cluster."""
    return hmac.new(key.encode(), f"{host}\0{name}".encode(), hashlib.sha256).hexdigest()[:32]


class _Tagged(str):
    """A text with a tag of Ansible's YAML."""

    tag = "!unsafe"


class _Vault(_Tagged):
    tag = "!vault"


class _Dumper(yaml.SafeDumper):
    """Writes these tags."""


def _tagged(dumper: yaml.SafeDumper, text: _Tagged) -> yaml.Node:
    return dumper.represent_scalar(text.tag, str(text), style="|" if text.tag == "!vault" else None)


_Dumper.add_multi_representer(_Tagged, _tagged)


def _readable(value: object) -> object:
    """What ansible-inventory prints as JSON, as an inventory's YAML has it."""
    if isinstance(value, dict):
        if "__ansible_vault" in value:
            return _Vault(value["__ansible_vault"])
        if "__ansible_unsafe" in value:
            return _Tagged(value["__ansible_unsafe"])
        return {key: _readable(item) for key, item in value.items()}
    return [_readable(item) for item in value] if isinstance(value, list) else value


def _variables(inventory: Path) -> dict[str, dict]:
    command = [str(Path(sys.executable).with_name("ansible-inventory")), "-i", str(inventory), "--list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the inventory {inventory} cannot be read:\n{done.stderr.strip()}")
    return json.loads(done.stdout).get("_meta", {}).get("hostvars", {})
