"""What one row holds goes to no other address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.payloads.changes import WITH_A_CHANGE
from loadaudit.planning.payloads.echoes import ECHO
from loadaudit.planning.payloads.pages import ORIGIN, SHOWN
from loadaudit.planning.preflight.amended import CORRECTED
from loadaudit.planning.preflight.own_bodies import with_own_bodies
from loadaudit.records import BodyKind, Operation, Pair, Payload, PlannedPath
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


@pytest.mark.parametrize("origin", [f"{ECHO}{CORRECTED}", f"{SHOWN}{CORRECTED}"])
def test_a_corrected_body_of_a_row_stays_with_it(origin: str) -> None:
    assert with_own_bodies(TABLE, PATHS[0], replace(echo("{}"), origin=origin), PATHS, bodies) == []


def test_other_bodies_go_to_all() -> None:
    """A form of a page, too, that shows nothing of a row."""
    plain = form(ORIGIN, name="a")
    assert with_own_bodies(TABLE, PATHS[0], plain, PATHS, bodies) == PATHS


def test_a_recorded_body_that_names_the_row_of_its_address_is_each_rows_own() -> None:
    """What says nothing of the row goes to all as it is, and a corrected one too."""
    origin = "recorded from tests/test_a.py"

    def of_tests(_: Operation, path: str) -> Iterator[Payload | None]:
        yield Payload(kind=BodyKind.JSON, document=path, origin=origin)

    sent = Payload(kind=BodyKind.JSON, document=PATHS[0].path, origin=origin)
    assert [
        each.payload and each.payload.document for each in with_own_bodies(TABLE, PATHS[0], sent, PATHS, of_tests)
    ] == [one.path for one in PATHS if one.path != PATHS[0].path]
    same = replace(sent, document="same")
    assert with_own_bodies(TABLE, PATHS[0], same, PATHS, lambda *_: iter([same])) == [*PATHS]
    corrected = replace(sent, origin=f"{origin}{CORRECTED}")
    assert with_own_bodies(TABLE, PATHS[0], corrected, PATHS, of_tests) == [*PATHS]


def form(origin: str, **values: str) -> Payload:
    """Return what is sent for the form of a page."""
    pairs = tuple(Pair(name=name, value=value) for name, value in values.items())
    return Payload(kind=BodyKind.FORM, pairs=pairs, origin=origin)


def test_each_address_gets_the_form_of_its_own_page() -> None:
    """Filled as the one that was sent, whether a text of that row may be changed or not; no form for something else."""
    sent = form(f"{SHOWN}{WITH_A_CHANGE}", title="x", body="b", note="")
    pages = {
        PATHS[1].path: [
            form(SHOWN, delete="yes"),
            form(f"{SHOWN}{WITH_A_CHANGE}", title="x", body="c", note="new"),
            form(f"{SHOWN}{WITH_A_CHANGE}", title="x", body="c", note=""),
            form(SHOWN, title="a", body="c", note=""),
        ],
        PATHS[2].path: [form(SHOWN, delete="yes"), form(ORIGIN, title="", body="", note="")],
    }
    found = with_own_bodies(TABLE, PATHS[0], sent, PATHS, lambda _, path: iter(pages[path]))
    assert [one.payload for one in found] == [pages[PATHS[1].path][2], pages[PATHS[2].path][1]]


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
    assert (len(found), len(asked)) == (9, 9)
    assert with_own_bodies(TABLE, many[0], sent, few, counted, lambda: len(asked) > 10) == found[:2]
