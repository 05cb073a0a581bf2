"""Calico's selectors, as the planner reads them: that file is outside of any Python package here, and stands alone."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_FILE = Path(__file__).resolve().parents[3] / "plugins" / "module_utils" / "plan" / "selectors.py"
_SPEC = importlib.util.spec_from_file_location("kubefabric_calico_selectors", _FILE)
assert _SPEC and _SPEC.loader
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)

parse, SelectorError = _MODULE.parse, _MODULE.SelectorError
