"""Forms that changed nothing as a page had them."""

from types import SimpleNamespace
from typing import Any, cast

from loadaudit.planning.forms import Field, HtmlForm
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.turned import with_another_choice
from loadaudit.records import BodyKind, Outcome, Pair, Payload, PlannedPath
from tests.analysis.factories import USER, operation, sample

FIELDS = (
    Field(name="form-0-id", kind="hidden", value="7"),
    Field(name="form-0-state", kind="select", value="here", options=("", "here", "ill")),
    Field(name="form-0-DELETE", kind="checkbox", value="on", off=True),
    Field(name="chosen", kind="checkbox", value="7", off=True),
    Field(name="chosen", kind="checkbox", value="8", off=True),
    Field(name="form-__prefix__-state", kind="select", value="", options=("", "here")),
)


def _made(origin: str, variant: int) -> list[tuple[str, str]]:
    form = HtmlForm(action="/", method="POST", fields=FIELDS)
    source: Any = SimpleNamespace(forms_at=lambda operation, path: [SimpleNamespace(form=form)])
    pairs = (Pair(name="form-0-id", value="7"), Pair(name="form-0-state", value="here"))
    one = Try(
        identity=USER,
        path=PlannedPath(path="/sheet/"),
        payload=Payload(kind=BodyKind.FORM, pairs=pairs, origin=origin),
        sample=sample(),
        trace=None,
        outcome=Outcome.INVALID,
        answer=None,
    )
    made = with_another_choice(operation("POST /sheet/"), cast("Candidates", source), one, variant)
    return [(each.name, each.value) for each in made.pairs] if made is not None else []


def test_another_choice_or_a_box_each_time() -> None:
    """Nothing that deletes, none of the form that scripts copy; what came from no page has no choices."""
    page = "the form of its page and what it shows"
    assert _made(page, 1) == [("form-0-id", "7"), ("form-0-state", "ill")]
    assert _made(page, 2) == [("form-0-id", "7"), ("form-0-state", "here"), ("chosen", "7")]
    assert _made(page, 3)[-1] == ("chosen", "8")
    assert _made(page, 4) == _made(page, 1)
    assert _made("source", 1) == []
