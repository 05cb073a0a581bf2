"""lab.tools.catalog."""

from __future__ import annotations

import hashlib
import zipfile

import pytest

from lab.tools import catalog


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "niwaki-2.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(catalog.MEMBER, "SQLite")
    return path


def test_the_catalog_is_taken_out_of_the_wheel(wheel, tmp_path):
    path = tmp_path / "cache" / "catalog.db"
    catalog.extract(wheel, path, hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert path.read_text() == "SQLite"


def test_another_wheel_than_the_pinned_one_is_refused(wheel, tmp_path):
    path = tmp_path / "cache" / "catalog.db"
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    with pytest.raises(RuntimeError) as error:
        catalog.extract(wheel, path)
    assert str(error.value) == (
        f"niwaki-2.1.0-py3-none-any.whl: sha256 is {found}, pinned is {catalog.WHEEL_SHA256};"
        " nothing was taken out of it"
    )
    assert not path.exists()
