"""The EXAMPLES of a module: each task's options, as Ansible would hand them to it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain


def names(module: ModuleType) -> list[str]:
    """What each example says it does."""
    return [task["name"] for task in DataLoader().load(module.EXAMPLES)]


def options(module: ModuleType, name: str, directory: Path, variables: dict) -> dict:
    """The options of one example with its templates resolved; ``directory`` is where files are looked up."""
    file = directory / "examples.yml"
    file.write_text(module.EXAMPLES)
    loader = DataLoader()
    loader.set_basedir(str(directory))
    tasks = loader.load_from_file(str(file), trusted_as_template=True)
    (task,) = [task for task in tasks if task["name"] == name]
    (given,) = [value for key, value in task.items() if key.startswith("kubefabric.bgp.")]
    return plain(Templar(loader, variables=variables).template(given))
