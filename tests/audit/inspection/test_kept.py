"""Inspections kept for a comparison."""

from dataclasses import replace
from pathlib import Path

from loadaudit.audit.inspection.kept import FOLDER, keep, kept
from loadaudit.records import BodyKind, Pair, Payload
from tests.reporting.inspections import INSPECTION


def test_the_last_one_of_an_operation_comes_back(tmp_path: Path) -> None:
    """With its body, without its plan, which may show values; nobody else may read it."""
    payload = Payload(kind=BodyKind.FORM, pairs=(Pair(name="a", value="b"),))
    one = replace(INSPECTION, request=replace(INSPECTION.request, payload=payload))
    keep(tmp_path, INSPECTION)
    keep(tmp_path, one)
    found = kept(tmp_path, one.request.operation_id)
    assert found is not None
    assert found.request == one.request
    assert found.panels.statement_count == one.panels.statement_count
    assert found.panels.slowest is not None
    assert found.panels.slowest.explained == ()
    (file,) = (tmp_path / FOLDER).iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_one_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    """Nor is there one of another operation."""
    keep(tmp_path, INSPECTION)
    assert kept(tmp_path, "GET /other/") is None
    (file,) = (tmp_path / FOLDER).iterdir()
    file.write_text("{", encoding="utf-8")
    assert kept(tmp_path, INSPECTION.request.operation_id) is None
