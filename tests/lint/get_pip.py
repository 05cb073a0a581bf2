"""Puts pip into the virtual environments of ``ansible-test``: from Python's own ensurepip, then from PyPI.

``ansible-test`` would download a bootstrap script from the Ansible project's file server; where only PyPI is reached it
documents this way out: a script saved in its cache. Arguments are those of pip's get-pip.py (packages and pip options).
"""

import subprocess
import sys

# In a process of its own: ensurepip switches pip's configuration off for the rest of its process.
subprocess.check_call([sys.executable, "-m", "ensurepip", "--upgrade", "--default-pip"])
packages = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", *packages]))
