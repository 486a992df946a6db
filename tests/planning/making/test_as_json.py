"""Texts of rows that the project's own code reads as JSON."""

import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.preflight.judge import Try, unanswered
from loadaudit.records import Identity, Outcome, PlannedPath, ServerException
from tests.analysis.factories import operation, trace, use
from tests.demo.projects.models import Project
from tests.planning.preflight.rows import projects

pytestmark = pytest.mark.django_db

PAGE = operation("GET /hooks/")
SOURCE = """
import json

def url_of(project):
    config = json.loads(project.name or "{}")
    return config["webhook_url"], json.loads(project.client)["key"], json.loads(other)
"""


@pytest.fixture(autouse=True)
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code of the projects' app that reads the name of a project as JSON."""
    file = tmp_path / "hooks.py"
    file.write_text(SOURCE)
    spec = spec_from_file_location(f"{Project._meta.app_config.name}.hooks", file)
    assert spec is not None
    monkeypatch.setitem(sys.modules, spec.name, module_from_spec(spec))


def broken(kind: str) -> Try:
    """Return a request that read the projects and failed."""
    read = use(f'SELECT "{Project._meta.db_table}"."id" FROM "{Project._meta.db_table}"')
    raised = ServerException(type=kind, message="Expecting value: line 1 column 1 (char 0)", fingerprint="1")
    one = unanswered(PAGE, Identity(role="user"), PlannedPath(path="/hooks/"), None, 1, "")
    seen = replace(trace(), statements=(read,), exception=raised)
    return replace(one, outcome=Outcome.SERVER_ERROR, trace=seen)


@pytest.mark.parametrize("kept", [True, False])
def test_a_text_that_is_read_as_json_is_written_as_such(*, kept: bool) -> None:
    """With the keys that the code takes; not where a row has JSON there, and not if it is no help."""
    projects(("active", False), ("closed", False))
    first = Project.objects.order_by("pk")[0]
    Project.objects.filter(pk=first.pk).update(name='{"own": 1}' if kept else "")
    Project.objects.update(client='{"key": 1}' if kept else "")
    before = [*Project.objects.order_by("pk").values_list("name", flat=True)]
    missing = MissingRows(rows=RowMaker(fence=nullcontext, today=date(2026, 3, 1)))
    assert missing.make_for([(PAGE, broken("ValueError"))], [Identity(role="user")]) == frozenset()
    helped = missing.make_for([(PAGE, broken("json.decoder.JSONDecodeError"))], [Identity(role="user")])
    assert helped == (frozenset() if kept else {PAGE.id})
    names = [*Project.objects.order_by("pk").values_list("name", flat=True)]
    assert names == before if kept else {*names} == {json.dumps({"webhook_url": "http://localhost/"})}
    missing.settle({PAGE.id})
    assert [*Project.objects.order_by("pk").values_list("name", flat=True)] == before
