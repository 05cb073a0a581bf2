"""Documentation that a machine can check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate import generate
from docs.prose import formatted, long_lines

ROOT = Path(__file__).resolve().parents[2]
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
READMES = sorted((ROOT / "roles").glob("*/README.md"))
PAGES = [ROOT / "README.md", CONTRIBUTING, *sorted((ROOT / "docs").rglob("*.md")), *READMES]

# Pages that are not yet written by sentences. The list only shrinks.
UNFORMATTED = {"docs/benchmarks.md"}


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [page for page in PAGES if name(page) not in UNFORMATTED], ids=name)
def test_every_sentence_is_on_lines_of_its_own(page: Path) -> None:
    text = page.read_text()
    assert text == formatted(text), f"run: .venv/bin/python -m docs.prose {name(page)}"
    assert not long_lines(text)


def test_pages_that_are_written_by_sentences_leave_the_list() -> None:
    pages = {page: (ROOT / page).read_text() for page in UNFORMATTED}
    assert not [page for page, text in pages.items() if text == formatted(text) and not long_lines(text)]


def test_a_paragraph_is_split_between_sentences_and_not_within_code_or_links() -> None:
    assert formatted("    code. Code.\n\n* One, e.g. this. Two `a. B`.\n  Three [a. B](x.md).\n") == (
        "    code. Code.\n\n* One, e.g. this.\n  Two `a. B`.\n  Three [a. B](x.md).\n"
    )


def test_generated_reference_is_what_make_docs_would_write() -> None:
    for path, content in generate().items():
        assert path.read_text() == content, f"{path.relative_to(ROOT)} is stale: run make docs"


def test_contributing_names_only_files_that_exist() -> None:
    paths = [path for path in re.findall(r"`([\w.-]+/[\w./-]*)`", CONTRIBUTING.read_text()) if "NAME" not in path]
    rooms = ROOT / "plugins" / "module_utils"
    assert len(paths) > 60
    assert not [path for path in paths if not ((ROOT / path).exists() or (rooms / path).exists())]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text())
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_to_headings_lead_to_one(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)]*)\)", page.read_text()):
        if "://" not in target:
            assert anchor in anchors(page.parent / target if target else page), f"{page.name}: {target}#{anchor}"


@pytest.mark.parametrize("fragment", sorted((ROOT / "changelogs" / "fragments").iterdir()), ids=lambda path: path.stem)
def test_changelog_fragments_have_the_changelogs_notation(fragment: Path) -> None:
    """Theirs is reStructuredText; Ansible's own marks (``O(option)``) are for the documentation of plugins."""
    assert not re.findall(r"(?<!\w)[BCEILMOPUV]\([^)]*\)", fragment.read_text())
