"""Forms are filled before the load as their pages show them by then."""

from dataclasses import replace

import pytest

from loadaudit.planning.forms import read_forms
from loadaudit.planning.payloads.pages import ORIGIN
from loadaudit.planning.preflight.fitting import as_pages_are
from loadaudit.planning.preflight.judge import Trial, Try
from loadaudit.records import BodyKind, Identity, Operation, Outcome, Pair, Payload, PlannedPath
from tests.analysis.factories import operation, sample

SAVE = operation("POST /profile/")
PAIRS = (Pair(name="name", value="x"), Pair(name="kind", value="a"), Pair(name="size", value="s"))
SENT = Payload(kind=BodyKind.FORM, pairs=PAIRS, origin=ORIGIN)
FORM = """<form method="post"><input name="name" required><select name="kind"><option value="{kind}"></select>
<input type="radio" name="size" value="s"><input type="radio" name="size" value="m">{more}</form>"""


def trial(payload: Payload = SENT, outcome: Outcome = Outcome.OK) -> Trial:
    """Return what came of a form."""
    best = Try(
        identity=Identity(role="user"),
        path=PlannedPath(path="/profile/"),
        payload=payload,
        sample=sample(operation_id=SAVE.id),
        trace=None,
        outcome=outcome,
        answer=None,
    )
    return Trial(operation=SAVE, best=best, tries=1)


@pytest.mark.parametrize(
    ("kind", "more", "payload", "again"),
    [
        ("a", "", SENT, False),
        ("a", '<input name="tax" required>', SENT, True),
        (
            "a",
            '<input name="tax"><input name="csrfmiddlewaretoken" required><input type="hidden" name="h" required>',
            SENT,
            False,
        ),
        ("b", "", SENT, True),
        ("b", "", replace(SENT, origin="recorded"), False),
        ("a", '<input name="tax" required>', Payload(kind=BodyKind.FORM, origin=ORIGIN), False),
    ],
)
def test_a_form_that_asks_for_something_else_is_tried_again(
    kind: str, more: str, payload: Payload, again: bool
) -> None:
    """What it lacks, or chooses in vain; other bodies are left alone."""
    new = replace(trial(), tries=2)
    forms = [*read_forms(FORM.format(kind=kind, more=more))]
    found = as_pages_are({SAVE.id: trial(payload)}, lambda _: new, lambda _: forms)
    assert (found[SAVE.id] == new) is again


def test_what_does_not_work_any_more_stays_as_it_was() -> None:
    """The load shows how it is refused; and of what did not work, or once only, nothing is asked."""

    def attempt(one: Operation) -> Trial:
        return trial(outcome=Outcome.INVALID)

    for one in (trial(), trial(outcome=Outcome.INVALID), replace(trial(), repeatable=False)):
        assert as_pages_are({SAVE.id: one}, attempt, lambda _: [*read_forms(FORM.format(kind="b", more=""))]) == {
            SAVE.id: one
        }
