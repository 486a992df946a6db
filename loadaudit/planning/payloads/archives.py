"""Small archives and a workbook, for views that open what is uploaded: the same bytes each time."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from xml.sax.saxutils import escape

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""Type of the content of a workbook."""

_PAGE = ("index.html", "<!doctype html><title>loadaudit</title><p>loadaudit</p>\n")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_AROUND = (
    (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{WORKBOOK}.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    ),
    (
        "_rels/.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    ),
    (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    ),
    (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    ),
)
"""The least that is a workbook by ECMA-376, beside its one sheet."""


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """Return a workbook whose one sheet has these rows: numbers as such, everything else as text."""
    lines = "".join(f"<row>{''.join(map(_cell, one))}</row>" for one in rows)
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'
    return packed((*_AROUND, ("xl/worksheets/sheet1.xml", sheet)))


def _cell(value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


@lru_cache(maxsize=8)
def archive(suffix: str) -> bytes:
    """Return a file that ends in `zip`, `xlsx`, `tar` or `gz`: a page in it, or two rows of a table."""
    if suffix == "xlsx":
        return workbook([("name", "value"), ("name", "value")])
    if suffix == "zip":
        return packed((_PAGE,))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archived:
        name, text = _PAGE
        entry = tarfile.TarInfo(name)
        entry.size = len(text)
        archived.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(buffer.getvalue(), mtime=0) if suffix == "gz" else buffer.getvalue()


def packed(parts: Iterable[tuple[str, str | bytes]]) -> bytes:
    """Return a ZIP archive with these files, uncompressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archived:
        for name, text in parts:
            # Without a time of its own an entry is of 1980.
            archived.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()
