"""`loadaudit inventory`: its formats, its filters, and what changed since it was saved."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

FORMATS = ("table", "json", "csv", "markdown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What one call printed and returned."""

    code: int
    stdout: str
    stderr: str


def inventory(*arguments: str) -> Called:
    """Call the command in this process."""
    stdout, stderr = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("loadaudit", "inventory", *arguments, stdout=stdout, stderr=stderr, skip_checks=True)
    except SystemExit as end:
        code = int(end.code or 0)
    except CommandError as error:
        # From the command line Django prints it and exits with its code.
        return Called(code=error.returncode, stdout=stdout.getvalue(), stderr=str(error))
    return Called(code=code, stdout=stdout.getvalue(), stderr=stderr.getvalue())


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """The demo's inventory in a file."""
    path = tmp_path / "inventory.json"
    assert inventory("--save", str(path)).code == 0
    return path


def change(path: Path, **facts: Any) -> str:
    """Change the saved facts of one operation and return its id."""
    document = json.loads(path.read_text())
    document["operations"][5].update(facts)
    path.write_text(json.dumps(document))
    return str(document["operations"][5]["id"])


def test_nothing_changed_since_it_was_saved(saved: Path) -> None:
    """The exit code is 0 with --fail-on-change too."""
    done = inventory("--against", str(saved), "--fail-on-change")
    assert (done.code, done.stdout.strip()) == (0, "nothing changed")


def test_the_saved_file_can_be_committed(saved: Path) -> None:
    """It names no folder of this machine, and saving again writes the same bytes."""
    text = saved.read_text()
    assert str(Path.cwd()) not in text
    assert "site-packages" not in text
    inventory("--save", str(saved))
    assert saved.read_text() == text


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_what_changed(saved: Path, form: str) -> None:
    """Added, removed and changed operations, each with its id."""
    changed = change(saved, risk="heavy")
    document = json.loads(saved.read_text())
    new = document["operations"].pop(0)["id"]
    document["operations"].append({**document["operations"][5], "id": "GET /gone/", "view": "gone"})
    saved.write_text(json.dumps(document))
    done = inventory("--against", str(saved), "--format", form)
    assert done.code == 0
    for text in (changed.split()[-1], new.split()[-1], "GET /gone/", "heavy"):
        assert text in done.stdout


def test_any_change_can_fail(saved: Path) -> None:
    """For CI, which looks at the exit code."""
    change(saved, category="Another")
    assert inventory("--against", str(saved), "--fail-on-change").code == 1


def test_compare_and_save_at_once(saved: Path) -> None:
    """The comparison is with what the file held before."""
    change(saved, category="Another")
    assert inventory("--against", str(saved), "--save", str(saved), "--fail-on-change").code == 1
    assert inventory("--against", str(saved), "--fail-on-change").code == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("{", "it is no JSON"),
        ("[]", "is no saved inventory"),
        ('{"kind": "loadaudit inventory", "format_version": 99}', "format version 99"),
        ('{"kind": "loadaudit inventory", "format_version": 1, "selection": {}}', "saved with other options"),
    ],
)
def test_a_file_that_is_no_inventory(tmp_path: Path, content: str | None, message: str) -> None:
    """Exit code 2 and a sentence that says what to do."""
    path = tmp_path / "file.json"
    if content is not None:
        path.write_text(content)
    done = inventory("--against", str(path))
    assert done.code == 2
    assert message in done.stderr


def test_other_filters_than_when_it_was_saved(saved: Path) -> None:
    """What a filter leaves out has not been removed."""
    done = inventory("--against", str(saved), "--method", "GET")
    assert done.code == 2
    assert "saved with other options" in done.stderr


def test_fail_on_change_needs_a_file() -> None:
    """There is nothing to compare with."""
    done = inventory("--fail-on-change")
    assert done.code == 2
    assert "--against FILE" in done.stderr


def test_filters_choose_together() -> None:
    """Each option is a condition; several values of one are alternatives."""
    done = inventory("--format", "json", "--method", "post,put", "--category", "API", "--access", "login")
    operations = json.loads(done.stdout)["operations"]
    assert operations
    assert {one["method"] for one in operations} <= {"POST", "PUT"}
    assert {one["category"] for one in operations} == {"API"}
    assert all(one["access"]["login"] for one in operations)


@pytest.mark.parametrize("option", ["--app", "--category", "--method", "--risk", "--access"])
def test_an_unknown_value_of_a_filter(option: str) -> None:
    """Exit code 2, and what there is."""
    done = inventory(option, "nothing-of-the-kind")
    assert done.code == 2
    assert "Known: " in done.stderr


def test_categories_add_up() -> None:
    """Each operation is in exactly one."""
    document = json.loads(inventory("--format", "json").stdout)
    assert sum(row["total"] for row in document["categories"]) == document["total"] == len(document["operations"])
    for row in document["categories"]:
        assert sum(row["kinds"].values()) == sum(row["risks"].values()) == row["total"]


def test_every_fact_has_its_evidence() -> None:
    """In JSON beside the facts."""
    for one in json.loads(inventory("--format", "json").stdout)["operations"]:
        evidence = dict(one["evidence"])
        parameters = evidence.pop("parameters")
        assert set(parameters) == {parameter["name"] for parameter in one["parameters"]}
        assert {*evidence.values(), *parameters.values()} <= {"declared", "inferred", "assumed"}


def test_csv_has_every_fact() -> None:
    """A row per operation, with evidence in columns of its own."""
    rows = list(csv.DictReader(io.StringIO(inventory("--format", "csv").stdout)))
    assert len(rows) > 150
    assert {"pattern", "body_fields", "body_evidence", "kind_evidence", "api_key"} <= rows[0].keys()


def test_long_shows_all_facts_of_an_operation() -> None:
    """View with its place, name, app, kind, parameters."""
    text = inventory("--long", "--only", "GET /api/projects/<int:project_id>/").stdout
    assert "projects.Project.pk" in text
    assert "views.py:" in text


def test_a_second_urlconf_keeps_its_operations_apart() -> None:
    """Routes of the second one name it, so that equal ones stay distinct."""
    done = inventory(
        *("--format", "json", "--urlconf", "tests.inventory.urls_routes"),
        *("--urlconf", "api.example.com=tests.inventory.urls_drf"),
    )
    operations = json.loads(done.stdout)["operations"]
    second = [one for one in operations if one["host"] == "api.example.com"]
    assert 0 < len(second) < len(operations)
    assert {one["urlconf"] for one in second} == {"tests.inventory.urls_drf"}
    assert len({one["id"] for one in operations}) == len(operations)
