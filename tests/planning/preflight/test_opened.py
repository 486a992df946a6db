"""An upload looks as the code that opens it reads it."""

import base64
import codecs
import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from xml.etree import ElementTree

import openpyxl
import pytest
from django import forms
from django.shortcuts import get_object_or_404
from pydantic import BaseModel, TypeAdapter

from loadaudit.planning.payloads.files import upload
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.preflight import files_as_read
from loadaudit.planning.preflight.files_as_read import as_read, written
from loadaudit.planning.preflight.opened.layouts import Layout, layout_behind
from loadaudit.records import Body, BodyField, BodyKind, Payload
from tests.analysis.factories import operation
from tests.demo.catalog.models import Category, Material

DAY = date(2026, 1, 1)
NEEDS = Needs(rows=lambda model, name: [f"{model} {name}"], today=DAY)
REQUIRED = {"code", "price"}
HEAD = ["Code", "Name", "Count"]


def by_names(request: Any) -> None:
    """Its columns are named where rows are read, one of them leads to a row."""
    for row in csv.DictReader(io.StringIO(request.FILES["table"].read().decode())):
        category = Category.objects.get(code=row["category"])
        Material.objects.create(code=row["code"], price=Decimal(row["price"]), category=category)
        date.fromisoformat(row.get("since") or "")
        datetime.strptime(row["seen"], "%d.%m.%Y")
        if row["kind"] not in ("raw", "made"):
            raise ValueError


def by_a_set(request: Any) -> bool:
    """What it misses are names of a constant."""
    reader = csv.DictReader(io.StringIO(request.FILES["table"].read().decode()), delimiter="\t")
    return bool(REQUIRED - set(reader.fieldnames or ()))


def by_head(request: Any) -> None:
    """The first line has to be one, and the values have names of the code's own."""
    rows = list(csv.reader(io.StringIO(request.FILES["table"].read().decode()), delimiter=";"))
    if rows[0] != HEAD:
        raise ValueError
    for _, (code, name, count) in enumerate(rows[1:], 2):
        Material.objects.filter(code=code).exists()
        Material(code=code, name=name)
        int(count)


def by_place(request: Any) -> None:
    """No line has names."""
    for line in request.FILES["table"]:
        code, count = line.decode().split("|")
        _use(code, int(count))


def _use(code: str, count: float) -> None:
    """Is what helpers of a view are."""


def of_a_workbook(request: Any) -> None:
    """The values are those of cells."""
    sheet: Any = openpyxl.load_workbook(request.FILES["table"]).active
    names = [cell.value for cell in sheet[1]]
    if names != HEAD:
        raise ValueError
    for row in sheet.iter_rows(min_row=2):
        int(row[2].value)


def of_objects(request: Any) -> None:
    """A list in a document of JSON."""
    data = json.load(request.FILES["table"])
    for one in data["items"]:
        _use(one["code"], float(one["price"]))


def of_lines(request: Any) -> None:
    """An object on each line."""
    for line in request.FILES["table"]:
        record = json.loads(line)
        _use(record["code"], int(record["count"]))


def of_a_package(request: Any) -> None:
    """A document in an archive."""
    packed = zipfile.ZipFile(request.FILES["table"])
    if "meta.json" not in packed.namelist():
        raise ValueError
    meta = json.loads(packed.read("meta.json"))
    for key in ("title", "version"):
        if key not in meta:
            raise ValueError


def of_any_names(request: Any) -> list[str]:
    """Documents in an archive that are told by their endings."""
    with zipfile.ZipFile(request.FILES["table"]) as packed:
        names = [name for name in packed.namelist() if name.endswith(".json")]
        return [json.loads(packed.read(name))["title"] for name in names]


def of_elements(request: Any) -> None:
    """A document of XML with a certain outermost element."""
    root = ElementTree.parse(request.FILES["table"]).getroot()
    if root.tag != "gpx":
        raise ValueError
    root.findtext("name")


def of_a_width(request: Any) -> None:
    """Each line has the same length."""
    for line in request.FILES["table"].read().decode().splitlines():
        if len(line) != 12:
            raise ValueError


class Importer:
    """A class of the project's own that reads the file."""

    needed = ("code", "name")

    def __init__(self, upload: Any) -> None:
        self.reader = csv.DictReader(io.StringIO(upload.read().decode()), delimiter=";")

    def run(self) -> None:
        """Look for the columns, then at the rows."""
        for column in self.needed:
            if column not in (self.reader.fieldnames or []):
                raise ValueError(column)
        for record in self.reader:
            self._save(record)

    def _save(self, record: Any) -> None:
        Category.objects.create(code=record["code"].strip(), name=record["name"])


def by_a_service(request: Any) -> None:
    """The view itself reads nothing."""
    Importer(request.FILES["table"]).run()


class RowForm(forms.Form):
    """What checks a row."""

    day = forms.DateField()
    kind = forms.ChoiceField(choices=[("raw", "Raw"), ("made", "Made")])


def by_a_form(request: Any) -> bool:
    """Rows are handed on whole."""
    rows = list(csv.DictReader(io.StringIO(request.FILES["table"].read().decode())))
    return all(RowForm(row).is_valid() for row in rows)


def by_places_of_names(request: Any) -> None:
    """A workbook whose columns are looked up by name for each value."""
    lines = openpyxl.load_workbook(request.FILES["table"]).worksheets[0].iter_rows(values_only=True)
    place = {name: number for number, name in enumerate(next(lines))}
    if not {"Day", "Size"} <= place.keys():
        raise ValueError
    for line in lines:
        if not isinstance(line[place["Size"]], (int, float)):
            raise TypeError


def without_a_head(request: Any) -> None:
    """The values have places, and what is packed is unpacked first."""
    for row in csv.reader(io.StringIO(gzip.decompress(request.FILES["table"].read()).decode())):
        Material(code=row[0], price=Decimal(row[2]))


def of_features(request: Any) -> None:
    """Objects within objects, and constants beside them."""
    data = json.loads(request.FILES["table"].read())
    if data.get("type") != "Features" or data["version"] != 2:
        raise ValueError
    for feature in data["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        _use(feature["properties"]["code"], float(lon) + float(lat))


def of_a_beginning(request: Any) -> None:
    """Only the beginning and the end of the text are looked at."""
    text = request.FILES["table"].read().decode()
    if not text.startswith("BEGIN:VCARD") or "END:VCARD" not in text:
        raise ValueError


def of_a_magic_number(request: Any) -> None:
    """The first bytes tell the kind."""
    if request.FILES["table"].read(4) != b"%PDF":
        raise ValueError


class Entry(BaseModel):
    """What an agenda is a list of."""

    title: str
    minutes: int


def of_models(request: Any) -> list[Entry]:
    """The document is checked whole."""
    return TypeAdapter(list[Entry]).validate_json(request.FILES["table"].read())


class Line(NamedTuple):
    """Names the values of a line."""

    code: str
    seats: int


def of_tuples(request: Any) -> list[Line]:
    """A helper is told the delimiter."""
    return [Line._make(row) for row in _rows(request.FILES["table"], "|")]


def _rows(upload: Any, delimiter: str = ",") -> list[Any]:
    return list(csv.reader(io.StringIO(upload.read().decode("utf-8-sig")), delimiter=delimiter))


def by_index(request: Any) -> None:
    """The places of columns are looked up in the first line."""
    head, *rows = _rows(request.FILES["table"])
    name, seats = head.index("Name"), head.index("Seats")
    for row in rows:
        _use(row[name], int(row[seats]))


def _of_days(rows: list[Any]) -> None:
    place = {name: number for number, name in enumerate(rows[0])}
    for row in rows[1:]:
        date.fromisoformat(row[place["day"]])


READERS = {"days": _of_days}


def of_a_kind(request: Any) -> None:
    """A table of functions has one for each kind."""
    READERS[request.POST["kind"]](_rows(request.FILES["table"], ";"))


def packed_in_an_encoding(request: Any) -> None:
    """Both, of a table alone; and what an archive has in it is no text at all."""
    content = gzip.decompress(request.FILES["table"].read())
    head, *_ = content.decode("cp1252").splitlines()
    if head.split(";") != ["Größe", "Name"]:
        raise ValueError


def packed_or_archived(request: Any) -> None:
    """Two kinds, and Base64 within."""
    file = request.FILES["table"]
    content = gzip.decompress(file.read()) if file.name.endswith(".gz") else zipfile.ZipFile(file).read("a.json")
    codecs.decode(content, encoding="base64")


def in_an_encoding(request: Any) -> None:
    """An encoding of its own, and a first line with it."""
    head, *_ = request.FILES["table"].read().decode("cp1252").splitlines()
    if head.split(";") != ["Größe", "Name"]:
        raise ValueError


def of_cells(request: Any) -> None:
    """Cells are taken by their names."""
    sheet: Any = openpyxl.load_workbook(request.FILES["table"]).active
    if sheet["A1"].value != "Report" or not isinstance(sheet["B2"].value, (int, float)):
        raise ValueError


def _layout(view: Callable[[Any], object]) -> Layout:
    found = layout_behind("source", view, "", "table")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("view", "text"),
    [
        (
            by_names,
            "category,code,price,since,seen,kind\ncatalog.Category code,la_xxLAxx,1,2026-01-01,01.01.2026,raw\n",
        ),
        (by_a_set, "code\tprice\nla_xxLAxx\t1\n"),
        (by_head, "Code;Name;Count\nla_xxLAxx;loadaudit xxLAxx;1\n"),
        (by_place, "la_xxLAxx|1\n"),
        (of_objects, '{"items": [{"code": "la_xxLAxx", "price": 1}]}\n'),
        (of_lines, '{"code": "la_xxLAxx", "count": 1}\n'),
        (of_elements, '<?xml version="1.0" encoding="UTF-8"?>\n<gpx><name>loadaudit xxLAxx</name></gpx>\n'),
        (of_a_width, "000000000001\n"),
        (by_a_service, "code;name\nla_xxLAxx;loadaudit xxLAxx\n"),
        (by_a_form, "day,kind\n2026-01-01,raw\n"),
        (
            of_features,
            '{"type": "Features", "version": 2, "features": '
            '[{"geometry": {"coordinates": [1, 1]}, "properties": {"code": "la_xxLAxx"}}]}\n',
        ),
        (of_models, '[{"title": "loadaudit xxLAxx", "minutes": 1}]\n'),
        (of_tuples, "la_xxLAxx|1\n"),
        (by_index, "Name,Seats\nloadaudit xxLAxx,1\n"),
        (of_a_kind, "day\n2026-01-01\n"),
        (of_a_beginning, "BEGIN:VCARD\nEND:VCARD\n"),
        (of_a_magic_number, "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"),
    ],
)
def test_a_text_is_as_its_view_reads_it(view: Callable[[Any], object], text: str) -> None:
    assert written(_layout(view), NEEDS).decode() == text


def test_a_workbook_and_an_archive_are_as_their_views_read_them() -> None:
    sheet: Any = openpyxl.load_workbook(io.BytesIO(written(_layout(of_a_workbook), NEEDS))).active
    assert [*sheet.iter_rows(values_only=True)] == [tuple(HEAD), ("la_xxLAxx", "loadaudit xxLAxx", 1)]
    sheet = openpyxl.load_workbook(io.BytesIO(written(_layout(by_places_of_names), NEEDS))).active
    assert [*sheet.iter_rows(values_only=True)] == [("Day", "Size"), ("2026-01-01", 1)]
    sheet = openpyxl.load_workbook(io.BytesIO(written(_layout(of_cells), NEEDS))).active
    assert (sheet["A1"].value, sheet["B2"].value) == ("Report", 1)
    assert written(_layout(in_an_encoding), NEEDS).decode("cp1252").startswith("Größe;Name\n")
    assert len(gzip.decompress(written(_layout(without_a_head), NEEDS)).decode().split(",")) == 3
    assert gzip.decompress(written(_layout(packed_in_an_encoding), NEEDS)).decode("cp1252").startswith("Größe;Name\n")
    assert zipfile.is_zipfile(io.BytesIO(written(_layout(packed_or_archived), NEEDS)))
    assert _layout(packed_or_archived).encoding == "utf-8"
    packed = zipfile.ZipFile(io.BytesIO(written(_layout(of_a_package), NEEDS)))
    assert json.loads(packed.read("meta.json")) == {"title": "loadaudit xxLAxx", "version": "1"}
    packed = zipfile.ZipFile(io.BytesIO(written(_layout(of_any_names), NEEDS)))
    assert json.loads(packed.read("loadaudit.json")) == {"title": "loadaudit xxLAxx"}


def test_another_file_of_the_same_view_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = _layout(by_index)
    monkeypatch.setattr(files_as_read, "layout_of", lambda operation, path, name: layout)
    fields = (
        BodyField(name="table", type="file", choices=(".csv",)),
        BodyField(name="notes", choices=("application/pdf",)),
    )
    uploads = tuple(upload(one.name, one) for one in fields)
    body = Payload(kind=BodyKind.MULTIPART, uploads=uploads, origin="")
    made = as_read(operation("POST /two/", body=Body(fields=fields)), "/two/", body, NEEDS)
    assert made is not None
    assert base64.b64decode(made.uploads[0].content) == written(layout, NEEDS)
    assert made.uploads[1] == uploads[1]
    assert as_read(operation("POST /two/"), "/two/", made, NEEDS) is None


def test_where_nothing_opens_a_file_there_is_no_layout() -> None:
    assert layout_behind("source", get_object_or_404, "", "table") is None
    assert layout_behind("source", _use, "", "table") is None
