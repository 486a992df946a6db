"""What works once only works again with values made anew, where the second answer complains of them."""

from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.planning.preflight.repeated import repeated
from loadaudit.records import BodyKind, Payload
from tests.analysis.factories import operation

PLACED = Payload(kind=BodyKind.JSON, document='{"code": "A-1"}')


def tried(*, works: bool, payload: Payload | None = PLACED) -> Any:
    """Return a try."""
    return SimpleNamespace(works=works, payload=payload, answer=None, trace=None)


@pytest.mark.parametrize("again", [True, False])
def test_values_that_are_there_once_only_are_made_anew(*, again: bool) -> None:
    best, other = tried(works=True), tried(works=True, payload=Payload(kind=BodyKind.JSON, document="{}"))
    found = repeated(
        operation("POST /codes/"),
        best,
        lambda one: tried(works=one is other and again),
        lambda one: iter([tried(works=False), other]),
        lambda: False,
    )
    assert found == ((other, True) if again else (best, False))
