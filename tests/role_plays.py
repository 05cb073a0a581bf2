"""The plays of the roles' READMEs: an inventory and a play of each, as a user would copy them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.programs import ROOT

ROLES = sorted(path.parent.name for path in (ROOT / "roles").glob("*/README.md"))
_FENCE = re.compile(r"^```yaml\n# (inventory|play)\.yml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def files(role: str) -> dict[str, str]:
    """The texts of a README's ``inventory`` and ``play``."""
    return dict(_FENCE.findall((ROOT / "roles" / role / "README.md").read_text()))


def write(directory: Path, roles: list[str]) -> list[str]:
    """Write the files of several READMEs; what to say to ansible-playbook to run all of them in one process."""
    for role in roles:
        for name, text in files(role).items():
            (directory / f"{role}-{name}.yml").write_text(text)
    sources = [word for role in roles for word in ("-i", f"{role}-inventory.yml")]
    return [*sources, *(f"{role}-play.yml" for role in roles)]
