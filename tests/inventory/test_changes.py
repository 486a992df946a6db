"""What is different between two inventories."""

from dataclasses import replace

from loadaudit.inventory.changes import ChangedFact, Changes, MovedOperation, changes_between
from loadaudit.records import Evidence, Inventory, Operation
from tests.analysis.factories import operation

LIST = operation("GET /projects/")
DETAIL = operation("GET /projects/<int:pk>/")


def between(before: list[Operation], after: list[Operation]) -> Changes:
    """Compare two lists of operations."""
    return changes_between(Inventory(operations=tuple(before)), Inventory(operations=tuple(after)))


def test_nothing_changed() -> None:
    """Source lines that moved are no change, and neither is another order."""
    assert not between([LIST, DETAIL], [replace(DETAIL, line=DETAIL.line + 5, file="elsewhere.py"), LIST])


def test_added_and_removed() -> None:
    """Operations of different views are different operations."""
    new = replace(operation("GET /reports/"), view="reports.views.index")
    changes = between([LIST, DETAIL], [LIST, new])
    assert changes.added == ("GET /reports/",)
    assert changes.removed == ("GET /projects/<int:pk>/",)
    assert not changes.moved


def test_moved() -> None:
    """The only operation of its view with this method, under another route."""
    before = replace(LIST, view="projects.views.index")
    after = replace(operation("GET /all-projects/"), view="projects.views.index")
    changes = between([before, DETAIL], [after, DETAIL])
    assert changes.moved == (MovedOperation(before="GET /projects/", after="GET /all-projects/"),)
    assert not changes.added
    assert not changes.removed


def test_which_of_several_moved_is_not_guessed() -> None:
    """Two routes of one view that both changed are two removed and two added."""
    before = [replace(operation(f"GET /{name}/"), view="v") for name in "ab"]
    after = [replace(operation(f"GET /{name}/"), view="v") for name in "cd"]
    changes = between(before, after)
    assert (len(changes.added), len(changes.removed), len(changes.moved)) == (2, 2, 0)


def test_changed_facts_are_named() -> None:
    """A nested fact by the way to it, with both values."""
    after = replace(LIST, access=replace(LIST.access, staff=True, staff_evidence=Evidence.DECLARED))
    (changed,) = between([LIST], [after]).changed
    assert changed.id == LIST.id
    assert changed.facts == (
        ChangedFact(name="access.staff", before=False, after=True),
        ChangedFact(name="access.staff_evidence", before="assumed", after="declared"),
    )
