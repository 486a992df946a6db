"""What is different between two inventories."""

from dataclasses import replace

import pytest

from loadaudit.inventory.changes import ChangedFact, Changes, changes_between
from loadaudit.records import Body, BodyField, BodyKind, Evidence, Inventory, Operation, Parameter, Risk
from tests.analysis.factories import operation

LIST = operation("GET /projects/")
DETAIL = operation("GET /projects/<int:pk>/", parameters=(Parameter(name="pk", converter="int"),))


def between(before: list[Operation], after: list[Operation]) -> Changes:
    """Compare two lists of operations."""
    return changes_between(Inventory(operations=tuple(before)), Inventory(operations=tuple(after)))


def moved(changes: Changes) -> list[tuple[str, str]]:
    """Return where operations went."""
    return [(one.before, one.after) for one in changes.moved]


def test_nothing_changed() -> None:
    """Source lines that moved are no change, and neither is another order."""
    assert not between([LIST, DETAIL], [replace(DETAIL, line=DETAIL.line + 5, file="elsewhere.py"), LIST])


def test_added_and_removed() -> None:
    """Operations of different views are different operations."""
    new = replace(operation("GET /reports/"), view="reports.views.index")
    changes = between([LIST, DETAIL], [LIST, new])
    assert changes.added == (new,)
    assert changes.removed == (DETAIL,)
    assert not changes.moved


def test_moved() -> None:
    """The only operation of its view with this method, under another route, with what changed besides."""
    before = replace(LIST, view="projects.views.index")
    after = replace(operation("GET /all-projects/"), view="projects.views.index", category="All")
    changes = between([before, DETAIL], [after, DETAIL])
    (found,) = changes.moved
    assert (found.before, found.after) == ("GET /projects/", "GET /all-projects/")
    assert found.facts == (ChangedFact(name="category", before="Read", after="All"),)
    assert not changes.added
    assert not changes.removed


def test_another_method_has_not_moved() -> None:
    """A view that answers PUT under the new route and answered GET under the old one is something else."""
    changes = between([LIST], [replace(operation("PUT /all-projects/"), view=LIST.view)])
    assert not changes.moved


def test_routes_of_one_view_are_paired_by_name() -> None:
    """A whole API that got a prefix has moved, although one class answers its list and its rows."""
    before = [replace(LIST, name="api:list"), replace(DETAIL, name="api:detail")]
    after = [
        replace(DETAIL, id="GET /v2/projects/<int:pk>/", route="/v2/projects/<int:pk>/", name="v2:detail"),
        replace(LIST, id="GET /v2/projects/", route="/v2/projects/", name="v2:list"),
    ]
    assert moved(between(before, after)) == [
        ("GET /projects/", "GET /v2/projects/"),
        ("GET /projects/<int:pk>/", "GET /v2/projects/<int:pk>/"),
    ]


def test_routes_of_one_view_are_paired_by_parameters() -> None:
    """Where they have no names."""
    after = [replace(DETAIL, id="GET /v2/<int:pk>/"), replace(LIST, id="GET /v2/")]
    assert moved(between([LIST, DETAIL], after)) == [
        ("GET /projects/", "GET /v2/"),
        ("GET /projects/<int:pk>/", "GET /v2/<int:pk>/"),
    ]


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


@pytest.mark.parametrize(
    ("change", "name", "before", "after"),
    [
        ({"method_evidence": Evidence.ASSUMED}, "method_evidence", "declared", "assumed"),
        ({"view": "other"}, "view", "projects.views.page", "other"),
        ({"name": "list"}, "name", "", "list"),
        ({"category": "Export"}, "category", "Read", "Export"),
        ({"risk": Risk.HEAVY}, "risk", "safe", "heavy"),
        ({"catch_all": True}, "catch_all", False, True),
    ],
)
def test_every_fact_counts(change: dict[str, object], name: str, before: object, after: object) -> None:
    """And the change is only that one."""
    (changed,) = between([LIST], [replace(LIST, **change)]).changed  # type: ignore[arg-type]
    assert changed.facts == (ChangedFact(name=name, before=before, after=after),)


def test_fields_of_a_body_are_compared_by_name() -> None:
    """One that is new, one that is now required; not the list as a whole, and not its order."""
    title, note = BodyField(name="title"), BodyField(name="note")
    before = replace(LIST, body=Body(kind=BodyKind.FORM, fields=(title, note)))
    after = replace(LIST, body=Body(kind=BodyKind.FORM, fields=(note, replace(title, required=True))))
    (changed,) = between([before], [after]).changed
    assert changed.facts == (ChangedFact(name="body.fields.title.required", before=False, after=True),)
    (changed,) = between([replace(LIST, body=Body(kind=BodyKind.FORM, fields=(title,)))], [before]).changed
    assert [(fact.name, fact.before) for fact in changed.facts] == [("body.fields.note", None)]


def test_the_order_of_choices_is_no_fact() -> None:
    """Those of a set come in another order in each process; one more is a change."""

    def having(*choices: str) -> Operation:
        return replace(LIST, body=Body(kind=BodyKind.FORM, fields=(BodyField(name="zone", choices=choices),)))

    assert not between([having("a", "b")], [having("b", "a")])
    (changed,) = between([having("a", "b")], [having("b", "a", "c")]).changed
    assert [one.name for one in changed.facts] == ["body.fields.zone.choices"]


def test_parameters_are_compared_by_name() -> None:
    """The model that one selects is a fact of it."""
    after = replace(DETAIL, parameters=(replace(DETAIL.parameters[0], model="projects.Project"),))
    (changed,) = between([DETAIL], [after]).changed
    assert changed.facts == (ChangedFact(name="parameters.pk.model", before=None, after="projects.Project"),)
