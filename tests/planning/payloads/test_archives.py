"""Archives can be opened, and are the same each time."""

import base64
import io
import tarfile
import zipfile

import pytest

from loadaudit.planning.payloads.archives import archive
from loadaudit.planning.payloads.files import upload


@pytest.mark.parametrize("suffix", ["gz", "tar"])
def test_a_page_is_in_a_tarball(suffix: str) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive(suffix))) as packed:
        assert packed.getnames() == ["index.html"]


def test_a_page_is_in_a_zip() -> None:
    with zipfile.ZipFile(io.BytesIO(archive("zip"))) as packed:
        assert packed.namelist() == ["index.html"]
        assert packed.testzip() is None


def test_a_workbook_has_a_sheet() -> None:
    with zipfile.ZipFile(io.BytesIO(archive("xlsx"))) as packed:
        assert "xl/worksheets/sheet1.xml" in packed.namelist()


def test_an_archive_is_the_same_each_time() -> None:
    first = archive("gz")
    archive.cache_clear()
    assert archive("gz") == first


@pytest.mark.parametrize(
    ("name", "accept", "ends"),
    [("file", ".zip", ".zip"), ("file", "application/zip,.tar.gz", ".zip"), ("rows", ".xlsx,.csv", ".xlsx")],
)
def test_an_archive_is_sent_where_the_page_asks_for_one(name: str, accept: str, ends: str) -> None:
    one = upload(name, accept=accept)
    assert one.filename.endswith(ends)
    assert zipfile.is_zipfile(io.BytesIO(base64.b64decode(one.content)))


def test_a_word_that_holds_such_letters_is_no_kind_of_file() -> None:
    assert upload("target").filename.endswith(".txt")
    assert upload("zipcode_list").filename.endswith(".txt")
