"""The planner's golden plans."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "plan"


@pytest.fixture
def golden() -> Callable[[str], dict[str, dict]]:
    """Reads the plans of a case by cluster."""
    return lambda case: yaml.safe_load((GOLDEN / case / "plan.yml").read_text())["plans"]
