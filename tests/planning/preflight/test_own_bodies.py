"""What one row holds goes to no other address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.payloads.echoes import ECHO
from loadaudit.planning.payloads.pages import ORIGIN
from loadaudit.planning.preflight.own_bodies import with_own_bodies
from loadaudit.records import Body, BodyField, BodyKind, Operation, Pair, Parameter, Payload, PlannedPath
from tests.analysis.factories import operation

TABLE = operation("PUT /p/<int:pk>/table/")
PATHS = [PlannedPath(path=f"/p/{number}/table/") for number in (1, 2, 3)]


def echo(text: str) -> Payload:
    """Return what a row's GET answered."""
    return Payload(kind=BodyKind.JSON, document=text, origin=ECHO)


def bodies(operation: Operation, path: str) -> Iterator[Payload | None]:
    """Yield the row's echo behind another body; the third row has none."""
    yield Payload(kind=BodyKind.JSON, document="{}", origin="its fields")
    if "3" in path:
        raise NoRow(path)
    yield echo(path)


def test_each_address_gets_the_echo_of_its_row() -> None:
    """One that has none leaves."""
    found = with_own_bodies(TABLE, PATHS[0], echo(PATHS[0].path), PATHS, bodies)
    assert found == [replace(PATHS[1], payload=echo(PATHS[1].path))]


def test_a_corrected_echo_stays_with_its_row() -> None:
    corrected = replace(echo("{}"), origin=f"{ECHO}, corrected")
    assert with_own_bodies(TABLE, PATHS[0], corrected, PATHS, bodies) == []


def test_other_bodies_go_to_all() -> None:
    """A form of a page, too, unless it names the rows of a formset."""
    plain = Payload(kind=BodyKind.FORM, pairs=(Pair(name="name", value="a"),), origin=ORIGIN)
    rows = replace(plain, pairs=(Pair(name="form-0-id", value="7"),))
    assert with_own_bodies(TABLE, PATHS[0], plain, PATHS, bodies) == PATHS
    assert with_own_bodies(TABLE, PATHS[0], rows, PATHS, bodies) == []


@pytest.mark.parametrize("unique", [{"unique": True}, {"column": "cms.Page.slug"}])
def test_what_is_unique_on_a_page_goes_to_no_other_row(unique: Any) -> None:
    """The form repeats the row's own; what is made anew for each request does not."""
    fields = (BodyField(name="slug", **unique), BodyField(name="title"))
    edit = operation(
        "POST /p/<int:pk>/table/",
        parameters=(Parameter(name="pk", converter="int"),),
        body=Body(kind=BodyKind.FORM, fields=fields),
    )

    def form(slug: str) -> Payload:
        return Payload(kind=BodyKind.FORM, pairs=(Pair(name="slug", value=slug),), origin=ORIGIN)

    def own(_: Operation, path: str) -> Iterator[Payload | None]:
        yield form(path)

    found = with_own_bodies(edit, PATHS[0], form(PATHS[0].path), PATHS, own)
    assert found == [replace(one, payload=form(one.path)) for one in PATHS[1:]]
    assert with_own_bodies(edit, PATHS[0], form(f"la-{UNIQUE_TEXT}"), PATHS, own) == PATHS


def test_bodies_are_looked_for_at_few_addresses_and_while_there_is_time() -> None:
    """Each costs a page."""
    many = [PlannedPath(path=f"/p/{number}/table/") for number in (1, *range(40, 100))]
    asked: list[str] = []

    def counted(operation: Operation, path: str) -> Iterator[Payload | None]:
        asked.append(path)
        return bodies(operation, path)

    sent = echo(many[0].path)
    few = [one for one in many if "3" not in one.path]
    found = with_own_bodies(TABLE, many[0], sent, few, counted)
    assert (len(found), len(asked)) == (9, 10)
    assert with_own_bodies(TABLE, many[0], sent, few, counted, lambda: len(asked) > 12) == found[:2]
