"""The report's two pages: what they say of a cluster with problems, with warnings, and with neither."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, FileSystemLoader, pass_context

from ansible_collections.kubefabric.bgp.plugins.module_utils.common import printable
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import drawing
from tests.plans import plan

ROLE = Path(__file__).resolve().parents[3] / "roles" / "report"
VARIABLES = yaml.safe_load((ROLE / "vars" / "main.yml").read_text())


def page(name: str, problems: list, remarks: list, table: tuple = ()) -> str:
    """A page of the role, by its own template and the expression of its own variable."""
    environment = Environment(loader=FileSystemLoader(ROLE / "templates"), trim_blocks=True, autoescape=False)
    environment.filters["kubefabric.bgp.report_layout"] = drawing.layout
    environment.filters["bool"] = bool
    environment.filters["kubefabric.bgp.markdown"] = printable.markdown
    select = environment.filters["selectattr"]  # Ansible makes lists of what Jinja's filters yield
    environment.filters["selectattr"] = pass_context(lambda *given: list(select(*given)))
    known = {
        "kubefabric_plan": plan(),
        "report_live": True,
        "report_nested": False,
        "report_peer": "Leaf",
        "report_peers": plan()["leaves"],
        "report_titles": ["Leaf", "Family", "Node's address"],
        "report_state_words": {},
        "report_table": list(table),
        "report_problems": [{"message": text} for text in problems],
        "report_remarks": remarks,
    }
    verdict = environment.from_string(VARIABLES["report_verdict"]).render(known).strip()
    return environment.get_template(f"{name}.j2").render(known, report_verdict=verdict)


@pytest.mark.parametrize("name", ["report.md", "report.html"])
@pytest.mark.parametrize(
    ("problems", "remarks", "verdict"),
    [
        ([], [], "everything as planned"),
        ([], ["F1 is acknowledged"], "1 warning"),
        (["leaf 101 does not answer"], [], "1 problem"),
        (["leaf 101 does not answer", "b"], ["F1 is acknowledged", "d"], "2 problems, 2 warnings"),
    ],
)
def test_as_planned_is_said_where_there_are_neither_problems_nor_warnings(name, problems, remarks, verdict):
    text = page(name, problems, remarks)
    assert f"sessions Established, {verdict}" in text
    assert ("everything as planned" in text) is not bool(problems or remarks)
    assert all(said in text for said in [*problems, *remarks])
    assert ("Warnings:" in text) is bool(remarks)


HOSTILE = "n<script>alert(1)</script>|<b>*x*</b>[a](http://b)"


@pytest.mark.parametrize("name", ["report.md", "report.html"])
def test_names_and_reasons_that_others_wrote_are_shown_as_text(name):
    row = {"node": HOSTILE, "leaf": HOSTILE, "family": "ipv4", "peer": HOSTILE, "state": HOSTILE}
    numbers = {"prefixes_in": 1, "prefixes_out": None, "ecmp": 1}
    text = page(name, [HOSTILE], [HOSTILE], ({**row, **numbers},))
    assert "<script" not in text
    assert "<b>" not in text
    assert text.count("&lt;script&gt;") >= 6
    if name == "report.md":
        assert "[a](http://b)" not in text
        lines = [line for line in text.splitlines() if line.startswith("| n&lt;")]
        assert len(lines) == 1
        assert lines[0].replace("\\|", "").count("|") == 9
