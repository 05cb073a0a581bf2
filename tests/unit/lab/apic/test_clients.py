"""Other people's clients against the lab's API, each from an environment of its own.

``$KUBEFABRIC_CLIENTS`` names a directory with a virtual environment per client (``acitoolkit``, ``aciclient``,
``niwaki``): ``python -m venv DIR/niwaki && DIR/niwaki/bin/pip install niwaki`` and so on
(acitoolkit wants ``six`` too).
Where one fails, the lab is wrong.
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.apic import ROOT, start_apic


@pytest.mark.parametrize("name", ["acitoolkit", "aciclient", "niwaki", "acc_provision"])
def test_a_client_that_people_use_gets_what_it_expects(name, tmp_path):
    python = Path(os.environ.get("KUBEFABRIC_CLIENTS", "/nonexistent")) / name / "bin" / "python"
    if not python.exists():
        pytest.skip(f"not here: {name} in a virtual environment below $KUBEFABRIC_CLIENTS")
    script = ROOT / "tests" / "clients" / f"{name}_client.py"
    with start_apic(tmp_path) as apic:
        apic.seed()
        command = [str(python), str(script), apic.url, apic.password, apic.ca]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
