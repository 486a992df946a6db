"""What changed in the inventory, in every format."""

import csv
import io

from rich.console import Console

from loadaudit.inventory.changes import ChangedFact, ChangedOperation, Changes, MovedOperation
from loadaudit.reporting.inventory_changes import COLUMNS, print_changes, write_changes_csv, write_changes_markdown
from loadaudit.reporting.inventory_json import changes_document
from tests.analysis.factories import operation

CHANGES = Changes(
    added=(operation("GET /new/"),),
    removed=(operation("GET /old/"),),
    moved=(MovedOperation(before="GET /a/", after="GET /b/"),),
    changed=(
        ChangedOperation(
            id="POST /save/",
            facts=(
                ChangedFact(name="access.staff", before=False, after=True),
                ChangedFact(
                    name="body.fields.title", before=None, after={"name": "title", "type": "string", "many": False}
                ),
                ChangedFact(name="access.permissions", before=[], after=["shop.change_order"]),
            ),
        ),
    ),
)
NOTE = "Saved by another."


def printed(changes: Changes) -> str:
    """Return what the terminal shows."""
    stream = io.StringIO()
    print_changes(changes, Console(file=stream, width=80), [NOTE])
    return stream.getvalue()


def test_the_terminal_shows_each_difference_with_its_facts() -> None:
    """Signs and words, so that colour is not needed."""
    text = printed(CHANGES)
    for part in (
        "+ GET /new/  Read · safe · login",
        "- GET /old/  Read · safe · login",
        "> GET /b/",
        "was GET /a/",
        "~ POST /save/",
        "access.staff: no → yes",
        "body.fields.title: none → (type=string)",
        "access.permissions: none → shop.change_order",
        "1 added, 1 removed, 1 moved, 1 changed",
        f"! {NOTE}",
    ):
        assert part in text


def test_nothing_changed_is_said() -> None:
    """One line."""
    assert printed(Changes()).splitlines()[0] == "nothing changed"


def test_csv_has_a_line_per_changed_fact() -> None:
    """And one per operation that came, went or moved."""
    stream = io.StringIO()
    write_changes_csv(CHANGES, stream)
    rows = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert tuple(rows[0]) == COLUMNS
    assert [row["change"] for row in rows] == ["added", "removed", "moved", "changed", "changed", "changed"]
    assert (rows[2]["operation"], rows[2]["was"]) == ("GET /b/", "GET /a/")
    assert (rows[3]["fact"], rows[3]["before"], rows[3]["after"]) == ("access.staff", "no", "yes")


def test_markdown_has_a_row_per_operation() -> None:
    """With all its facts in one cell."""
    stream = io.StringIO()
    write_changes_markdown(CHANGES, stream, [NOTE])
    text = stream.getvalue()
    assert "| moved | `GET /b/` | was `GET /a/` |" in text
    assert "access.staff: `no` → `yes`<br>" in text
    assert f"- {NOTE}" in text


def test_json_has_the_operations_with_all_their_facts() -> None:
    """And counts that say at a glance whether there is anything."""
    document = changes_document(CHANGES, [NOTE])
    assert document["any"] is True
    assert document["totals"] == {"added": 1, "removed": 1, "moved": 1, "changed": 1}
    assert document["added"][0]["evidence"]["method"] == "declared"
    assert document["moved"] == [{"before": "GET /a/", "after": "GET /b/", "facts": []}]
    assert document["changed"][0]["facts"][0] == {"name": "access.staff", "before": False, "after": True}
    assert document["notes"] == [NOTE]
    assert changes_document(Changes())["any"] is False
