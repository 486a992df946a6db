"""The inventory on the terminal, as CSV and as Markdown."""

import csv
import io
from dataclasses import replace

import pytest
from rich.console import Console

from loadaudit.records import (
    Access,
    Body,
    BodyField,
    BodyKind,
    Evidence,
    Inventory,
    LeftOut,
    Operation,
    Parameter,
    Problem,
)
from loadaudit.reporting.inventory_files import COLUMNS, write_csv, write_markdown
from loadaudit.reporting.inventory_table import print_inventory
from tests.analysis.factories import operation

OPERATION = operation(
    "GET /projects/<int:pk>/",
    access=Access(
        login=True,
        login_evidence=Evidence.DECLARED,
        permissions=("projects.view_project",),
        permissions_evidence=Evidence.DECLARED,
    ),
    parameters=(Parameter(name="pk", converter="int", model="projects.Project", model_field="pk"),),
    category_evidence=Evidence.ASSUMED,
)


def test_csv_has_a_line_per_operation_with_evidence() -> None:
    """Every fact has its evidence beside it."""
    stream = io.StringIO()
    write_csv(Inventory(operations=(OPERATION,)), stream)
    (row,) = csv.DictReader(io.StringIO(stream.getvalue()))
    assert tuple(row) == COLUMNS
    assert (row["id"], row["category"], row["category_evidence"]) == ("GET /projects/<int:pk>/", "Read", "assumed")
    assert row["parameters"] == "pk:int=projects.Project.pk"
    assert row["permissions"] == "projects.view_project"


def test_markdown_has_a_row_per_operation() -> None:
    """Assumed facts carry a question mark."""
    stream = io.StringIO()
    write_markdown(Inventory(operations=(OPERATION,), notes=("Two URLconfs.",)), stream)
    text = stream.getvalue()
    assert "| `GET /projects/<int:pk>/` | Read? | safe\\~ | login, projects.view\\_project | read? |" in text
    assert "| Total | 1 | 1 | 0 | 1 | 0 | 0 | 0 |" in text
    assert "- Two URLconfs." in text


LONG = operation(
    "POST /projects/<int:project_id>/sections/<int:section_id>/entries/<int:entry_id>/attachments/",
    access=Access(login=True, permissions=("projects.change_project", "projects.add_attachment")),
    body=Body(kind=BodyKind.JSON, fields=(BodyField(name="title", required=True), BodyField(name="note"))),
    view="projects.views.attachments",
)


def printed(*operations: Operation, width: int, long: bool = False, **others: object) -> list[str]:
    """Return the lines of the table on a terminal of that width."""
    stream = io.StringIO()
    inventory = replace(Inventory(operations=operations), **others)  # type: ignore[arg-type]
    print_inventory(inventory, Console(file=stream, width=width), long=long)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 100, 120, 160, 240])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Long routes and permissions break behind slashes and commas."""
    lines = printed(OPERATION, LONG, width=width)
    assert max(map(len, lines)) <= width
    assert any(line.split()[:2] == ["GET", "/projects/<int:pk>/"] for line in lines)


def test_a_route_is_whole_where_there_is_room() -> None:
    """And then the columns that are worth less follow, as far as they fit."""
    narrow, wide = (printed(OPERATION, LONG, width=width)[0].split() for width in (100, 240))
    assert narrow == ["Method", "Route", "Category", "Risk", "Access"]
    assert wide == [*narrow, "Body", "Kind", "Selects", "View", "Fields"]
    assert any(LONG.route in line and "json (2)" in line for line in printed(OPERATION, LONG, width=240))


def test_a_route_breaks_behind_a_slash() -> None:
    """The rest is indented below it."""
    lines = printed(LONG, width=80)
    assert lines[2].split()[1] == "/projects/<int:project_id>/sections/"
    assert lines[3].startswith("          <int:section_id>/")


def test_columns_without_a_word_are_left_out() -> None:
    """No operation of these has a body or selects anything."""
    heading = printed(operation(), width=240)[0]
    assert "Body" not in heading
    assert "Selects" not in heading


def test_a_catch_all_is_marked() -> None:
    """It stands for more than it shows."""
    assert any("/<path> (catch-all)" in line for line in printed(operation("GET /<path>", catch_all=True), width=100))


def test_categories_add_up_to_the_total() -> None:
    """The last row."""
    lines = printed(OPERATION, LONG, width=100)
    assert next(line for line in lines if line.startswith("Total")).split()[1:4] == ["2", "2", "·"]


def test_evidence_is_counted_by_fact() -> None:
    """Declared, inferred, assumed."""
    lines = printed(OPERATION, width=100)
    assert next(line for line in lines if line.startswith("category")).split() == ["category", "·", "·", "1"]


def test_problems_have_their_place_and_groups_their_option() -> None:
    """What an operator can do something about."""
    problem = Problem(code="shadowed", route="/a/", detail="Behind /<path:x>/.", file="shop/urls.py", line=7)
    group = LeftOut(group="silk", operation_count=12, option="--include-admin")
    lines = printed(OPERATION, width=80, problems=(problem,), left_out=(group,))
    assert "    shop/urls.py:7" in lines
    assert "left out: 12 operations of silk; --include-admin includes them" in lines


def test_long_lists_of_problems_are_cut_unless_all_is_asked_for() -> None:
    """The table stays in sight."""
    problems = tuple(Problem(code="shadowed", route=f"/{number}/", detail="Behind.") for number in range(30))
    assert "… and 10 more: --long" in printed(OPERATION, width=80, problems=problems)
    assert "shadowed: /29/" in printed(OPERATION, width=80, problems=problems, long=True)


def test_long_has_every_fact_with_its_evidence() -> None:
    """One line each."""
    lines = [line.split() for line in printed(OPERATION, LONG, width=120, long=True)]
    assert ["login", "needed", "declared"] in lines
    assert ["category", "Read?", "assumed"] in lines
    assert ["parameter", "pk:int=projects.Project.pk?", "assumed"] in lines
    assert ["body", "json(title*,", "note)?", "assumed"] in lines


def test_an_empty_inventory_is_one_line() -> None:
    """And no table without rows."""
    assert printed(width=80) == ["0 operations; ? marks what is assumed"]
