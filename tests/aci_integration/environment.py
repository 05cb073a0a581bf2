"""The ansible-core that cisco.aci's integration tests were written for, in a virtual environment of the lab's cache."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from lab.context import cache_directory

CORE = "2.18.19"
# The last release whose templates those tests still are: 2.19 refuses conditions that are not boolean.
PACKAGES = (
    f"ansible-core=={CORE}",
    "PyYAML==6.0.4",
    "cryptography==50.0.2",
    "lxml==6.1.3",
    "netaddr==1.3.0",
    "pyOpenSSL==26.4.0",
    "python-dateutil==2.9.0.post0",
    "requests==2.34.2",
    "xmljson==0.2.1",
)


def ensure() -> Path:
    """The directory of the environment's programs; made when it is missing, or made of other packages."""
    key = hashlib.sha256("\n".join((sys.version, *PACKAGES)).encode()).hexdigest()[:12]
    directory = cache_directory() / f"aci-integration-{CORE}-{key}"
    done = directory / "complete"
    if not done.exists():
        shutil.rmtree(directory, ignore_errors=True)
        print(f"Installing ansible-core {CORE} into {directory} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True)
        pip = [str(directory / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PACKAGES], check=True)
        done.touch()
    return directory / "bin"
