"""Our data about the four documents says what the documents say, where they are beside the checkout."""

from __future__ import annotations

import pytest

from tests import documents


def test_the_golden_data_is_what_the_documents_say() -> None:
    texts = {name: documents.text(name) for name in documents.READERS}
    there = {name: text for name, text in texts.items() if text is not None}
    for name, text in there.items():
        assert documents.facts(name) == documents.read(name, text), f"tests/golden/documents/{name}.yml"
    absent = [f"{name}.txt" for name in texts if name not in there]
    if absent:
        pytest.skip(f"not here: ../shared/reference/{{{','.join(absent)}}}; their golden data was used as it is")


def test_every_document_has_golden_data_and_no_other_file_lies_there() -> None:
    assert {path.stem for path in documents.GOLDEN.glob("*.yml")} == set(documents.READERS)
