"""The inventory as CSV and Markdown."""

import csv
import io

from loadaudit.records import Access, Evidence, Inventory, Parameter
from loadaudit.reporting.inventory_files import COLUMNS, write_csv, write_markdown
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
    assert "| `GET /projects/<int:pk>/` | Read? | safe | login, projects.view\\_project |" in text
    assert "- Two URLconfs." in text
