"""`loadaudit inventory`: its formats, its filters, and what changed since it was saved."""

from __future__ import annotations

import csv
import io
import json
import shutil
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


@pytest.fixture(scope="module")
def saved_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's inventory in a file that stays as it is."""
    path = tmp_path_factory.mktemp("saved") / "inventory.json"
    assert inventory("--save", str(path)).code == 0
    return path


@pytest.fixture
def saved(saved_once: Path, tmp_path: Path) -> Path:
    """The demo's inventory in a file."""
    return Path(shutil.copy(saved_once, tmp_path))


@pytest.fixture(scope="module")
def document() -> Any:
    """All that is listed of the demo, in JSON."""
    return json.loads(inventory("--format", "json").stdout)


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
    """It names no folder of this machine, no line and no time, and saving again writes the same bytes."""
    text = saved.read_text()
    assert str(Path.cwd()) not in text
    assert "site-packages" not in text
    inventory("--save", str(saved))
    assert saved.read_text() == text
    document = json.loads(text)
    assert set(document) == {"kind", "format_version", "loadaudit", "selection", "operations"}
    routes = [one["route"] for one in document["operations"]]
    assert routes == sorted(routes)
    assert not any("line" in one for one in document["operations"])
    files = {one["view"]: one["file"] for one in document["operations"]}
    assert files["tests.demo.pages.views.home"] == "tests/demo/pages/views.py"
    # allauth has moved its views into modules of a package.
    of_allauth = {
        files[one] for one in files if one.startswith("allauth.account.views.") and one.endswith(".LoginView")
    }
    assert of_allauth in ({"allauth/account/views.py"}, {"allauth/account/views/_login.py"})


def test_saving_prints_no_table_but_what_was_asked_for(tmp_path: Path) -> None:
    """A format that was named is written, the table only without --save."""
    path = str(tmp_path / "inventory.json")
    plain = inventory("--save", path)
    total = json.loads(inventory("--save", path, "--format", "json").stdout)["total"]
    assert (plain.stdout, plain.stderr.strip()) == ("", f"Saved: {total} operations in {path}")


def test_what_cannot_be_saved_is_refused_before_anything_is_printed(tmp_path: Path) -> None:
    """A folder that does not exist, and one file for two documents."""
    refused = inventory("--save", str(tmp_path / "no" / "inventory.json"), "--format", "json")
    assert (refused.code, refused.stdout) == (2, "")
    both = str(tmp_path / "both.json")
    assert "two files" in inventory("--save", both, "-o", both).stderr
    assert not list(tmp_path.iterdir())


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
        ('{"kind": "loadaudit inventory", "format_version": 1, "selection": {}}', "are incomplete"),
        ('{"kind": "loadaudit inventory", "format_version": 1, "selection": {}, "operations": [5]}', "are incomplete"),
        (
            '{"kind": "loadaudit inventory", "format_version": 1, "selection": {"apps": ["a"]}, "operations": []}',
            "saved with --app a, and this call was made without filters",
        ),
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
    assert "was saved without filters, and this call was made with --method GET" in done.stderr
    assert "the groups admin" in inventory("--against", str(saved), "--include-admin").stderr


def test_the_same_filters_written_differently(tmp_path: Path) -> None:
    """Case, order and commas make no other selection."""
    path = str(tmp_path / "inventory.json")
    assert inventory("--save", path, "--method", "post", "--method", "GET", "--category", "api").code == 0
    assert inventory("--against", path, "--method", "GET,POST", "--category", "API").code == 0


def test_another_loadaudit_may_know_more(saved: Path) -> None:
    """Then the change may be none of the project's."""
    document = json.loads(saved.read_text())
    saved.write_text(json.dumps({**document, "loadaudit": "0.0.9", "later": "unknown keys are ignored"}))
    done = inventory("--against", str(saved), "--fail-on-change")
    assert done.code == 0
    assert "Saved by loadaudit 0.0.9" in done.stdout


def test_a_report_in_json_is_no_saved_inventory(tmp_path: Path) -> None:
    """It has lines and paths of the machine."""
    path = str(tmp_path / "report.json")
    inventory("--format", "json", "-o", path)
    assert "is no saved inventory" in inventory("--against", path).stderr


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


def test_filters_that_leave_nothing_leave_an_empty_inventory() -> None:
    """Each value exists, only not together: that is an answer."""
    done = inventory("--format", "json", "--method", "TRACE", "--risk", "heavy")
    document = json.loads(done.stdout)
    assert (done.code, document["total"], document["operations"], document["categories"]) == (0, 0, [], [])


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_takes_an_empty_inventory(form: str) -> None:
    """With what is left out."""
    assert inventory("--format", form, "--method", "TRACE").code == 0


@pytest.mark.parametrize("option", ["--app", "--category", "--method", "--risk", "--access"])
def test_an_unknown_value_of_a_filter(option: str) -> None:
    """Exit code 2, and what there is."""
    done = inventory(option, "nothing-of-the-kind")
    assert done.code == 2
    assert "Known: " in done.stderr
    assert "Known: " in inventory(option, " , ").stderr


def test_categories_add_up(document: Any) -> None:
    """Each operation is in exactly one."""
    assert sum(row["total"] for row in document["categories"]) == document["total"] == len(document["operations"])
    for row in document["categories"]:
        assert sum(row["kinds"].values()) == sum(row["risks"].values()) == row["total"]


def test_every_fact_has_its_evidence(document: Any) -> None:
    """In JSON beside the facts."""
    for one in document["operations"]:
        evidence = dict(one["evidence"])
        parameters = evidence.pop("parameters")
        owners, parents = evidence.pop("owners"), evidence.pop("parents")
        assert {*owners, *parents} <= set(parameters)
        assert {*owners.values(), *parents.values()} <= {"inferred", "assumed"}
        assert set(parameters) == {parameter["name"] for parameter in one["parameters"]}
        assert {*evidence.values(), *parameters.values()} <= {"declared", "inferred", "assumed"}
        assert {"method", "route", "name", "namespaces", "app", "view", "login", "staff", "permissions"} <= set(
            evidence
        )
        assert {"api_key", "csrf_exempt", "body", "category", "risk", "kind", "catch_all"} <= set(evidence)
        assert {"file", "line", "view", "urlconf", "host"} <= set(evidence)


def test_what_is_left_out_is_listed(document: Any) -> None:
    """With every operation, and none of them among the others."""
    (admin,) = document["left_out"]
    assert (admin["group"], admin["operation_count"]) == ("admin", len(admin["operations"]))
    assert not set(admin["operations"]) & {one["id"] for one in document["operations"]}


def test_csv_has_every_fact() -> None:
    """A row per operation, with evidence in columns of its own."""
    rows = list(csv.DictReader(io.StringIO(inventory("--format", "csv").stdout)))
    assert len(rows) > 150
    assert {"pattern", "body_fields", "body_evidence", "kind_evidence", "api_key"} <= rows[0].keys()


def test_long_shows_all_facts_of_an_operation() -> None:
    """View with its place, name, app, kind, parameters."""
    only = ("--only", "GET /api/projects/<int:project_id>/")
    text = inventory("--long", *only).stdout
    assert "projects.Project.pk" in text
    assert "tests/demo/api/views.py:" in text
    assert inventory("-v", "2", *only).stdout == text


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


def test_one_urlconf_on_several_hosts_is_read_once() -> None:
    """It is the same operations, and each of its hosts is named."""
    module = "tests.inventory.urls_drf"
    done = inventory("--format", "json", "--urlconf", f"A.example.com={module}", "--urlconf", f"b.example.com={module}")
    assert {(one["host"], one["urlconf"]) for one in json.loads(done.stdout)["operations"]} == {
        ("a.example.com b.example.com", "")
    }


@pytest.mark.parametrize("text", ["a/b=shop.urls", "=shop.urls", "shop urls", ""])
def test_a_urlconf_that_cannot_be_one(text: str) -> None:
    """Exit code 2 and how to write it."""
    done = inventory("--urlconf", text)
    assert done.code == 2
    assert "api.example.com=api.urls" in done.stderr
