"""Small files of the kind that a field asks for."""

import base64

import pytest

from loadaudit.planning.payloads.files import upload
from loadaudit.records import BodyField


@pytest.mark.parametrize(
    ("name", "choices", "ends"),
    [
        ("archive", ("zip",), "zip"),
        ("sheet", ("xlsx", "ods"), "xlsx"),
        ("sheet", ("ods", "csv"), "csv"),
        ("avatar", (), "png"),
        ("import_csv", (), "csv"),
        ("csvfile", (), "csv"),
        ("attachment", (), "txt"),
        ("image", ("png",), "png"),
        ("subtitle", (".srt", ".vtt"), "srt"),
    ],
)
def test_a_file_is_of_the_kind_that_is_taken(name: str, choices: tuple[str, ...], ends: str) -> None:
    made = upload(name, BodyField(name=name, type="file", choices=choices))
    assert made.filename.rpartition(".")[2] == ends
    assert base64.b64decode(made.content)


def test_a_page_names_the_kind_as_well() -> None:
    assert upload("document", accept=".pdf,.doc").content_type == "application/pdf"
